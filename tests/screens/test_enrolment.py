"""The enrolment desk through its pages: fingers in, poor ones refused, a duplicate settled side by side."""

import io
from pathlib import Path

import pytest
from PIL import Image

from polling_place import finger
from testigo.fingerprint import synthetic
from testigo.register import Register
from testigo.web.client import Client
from testigo.words import instant


def enrol(desk: Client, document: str, person: int, impression: int) -> dict[str, str]:
    """One voter's right index, accepted with a reason where it is poor; the facts of the voter's page."""
    assert desk.send("/find", document=document).name == "voter"
    page = desk.send("/enrol", files={"finger-2": finger(person, impression)})
    if page.facts["poor"] == "yes":
        page = desk.send("/accept", because="the best this voter can give")
    assert page.facts["enrolled"] == "yes"
    return page.facts


def poor_finger() -> bytes:
    """A corner of a finger: too little to be recognised by."""
    image = synthetic.generate(7, 1, difficulty=1.0)
    with io.BytesIO(image.to_png()) as file, Image.open(file) as picture:
        picture.paste(255, (0, 0, picture.width, picture.height * 7 // 8))
        out = io.BytesIO()
        picture.save(out, "PNG", dpi=(500, 500))
        return out.getvalue()


def test_a_duplicate_is_found_shown_and_settled(enrolment_desk: Client) -> None:
    assert enrol(enrolment_desk, "101", 1, 1)["duplicates"] == "0"
    assert enrol(enrolment_desk, "102", 2, 1)["duplicates"] == "0"
    assert enrol(enrolment_desk, "103", 1, 2)["duplicates"] == "1"
    assert enrolment_desk.get("/cases").facts["count"] == "1"
    page = enrolment_desk.get("/cases/1")
    assert page.name == "case"
    for side in ("earlier", "later"):
        assert enrolment_desk.get(f"/cases/1/{side}/0").content.startswith(b"\x89PNG")
        assert enrolment_desk.get(f"/cases/1/{side}/1").status == 422
    assert enrolment_desk.send("/cases/1", verdict="whatever").status == 422
    assert enrolment_desk.send("/cases/1", verdict="different", note="twins").facts["count"] == "0"
    assert enrolment_desk.get("/cases?all=yes").facts["count"] == "1"
    assert enrolment_desk.get("/cases/1").facts["verdict"] == "different"


@pytest.mark.parametrize("number", ["0", "-1", str(2**63 - 1), str(2**63), "9" * 4000])
def test_a_case_or_finger_that_is_not_there_is_a_sentence(enrolment_desk: Client, number: str) -> None:
    enrol(enrolment_desk, "101", 1, 1)
    enrol(enrolment_desk, "103", 1, 2)
    for path in (f"/cases/{number}", f"/cases/{number}/later/0"):
        assert (enrolment_desk.get(path).status, enrolment_desk.get(path).code) == (422, "case.unknown")
    assert enrolment_desk.send(f"/cases/{number}", verdict="same").code == "case.unknown"
    if number != "0":
        assert enrolment_desk.get(f"/cases/1/later/{number}").code == "case.no-such-image"


def test_text_that_cannot_be_shown_is_refused(enrolment_desk: Client, desk_register: Register) -> None:
    enrol(enrolment_desk, "101", 1, 1)
    enrol(enrolment_desk, "103", 1, 2)
    for note in ("a\x00b", "a\x1b[2Jb", "a\u202eb", "a\nb", "\ue000"):
        assert enrolment_desk.send("/cases/1", verdict="different", note=note).code == "field.not-printable"
    assert desk_register.case(1).history == ()


def test_erased_fingers_are_shown_as_erased(enrolment_desk: Client, desk_register: Register) -> None:
    enrol(enrolment_desk, "101", 1, 1)
    enrol(enrolment_desk, "103", 1, 2)
    assert enrolment_desk.send("/cases/1", verdict="same").ok
    trace = desk_register.erase("101", "Maria", "court order", "order 1")
    page = enrolment_desk.get("/cases/1")
    assert (page.facts["earlier-images"], page.facts["later-images"]) == ("0", "1")
    assert "Las huellas se borraron por ley." in page.content.decode()
    assert enrolment_desk.get("/cases/1/earlier/0").status == 422
    voter = enrolment_desk.send("/find", document="101")
    assert voter.facts["enrolled"] == "no" and instant(trace.at, "es") in voter.content.decode()


def test_poor_fingers_wait_for_the_officer_and_can_be_taken_again(enrolment_desk: Client) -> None:
    enrolment_desk.send("/find", document="104")
    page = enrolment_desk.send("/enrol", files={"finger-1": poor_finger()})
    assert (page.facts["poor"], page.facts["enrolled"]) == ("yes", "no")
    assert enrolment_desk.send("/take-again").facts["poor"] == "no"
    assert enrolment_desk.send("/accept", because="late").status == 409


def test_bad_files_give_a_sentence_and_enrol_nobody(enrolment_desk: Client) -> None:
    assert enrolment_desk.send("/enrol", files={"finger-2": finger(1, 1)}).status == 409  # nobody is at the desk
    enrolment_desk.send("/find", document="105")
    for upload in ({"finger-2": b"no image"}, {"finger-11": finger(1, 1)}, {"finger-2": finger(1, 1)[:200]}):
        assert enrolment_desk.send("/enrol", files=upload).status == 422
    assert enrolment_desk.get("/voter").facts["enrolled"] == "no"
    assert enrolment_desk.send("/find", document="nobody").status == 422


def test_fingers_that_cannot_be_taken_are_told_one_by_one(enrolment_desk: Client, desk_register: Register) -> None:
    enrolment_desk.send("/find", document="105")
    told = {"exception-2": "missing", "reason-2": "lost at work"}
    assert enrolment_desk.send("/enrol", **told).code == "exception.fingers-left"
    assert enrolment_desk.send("/enrol", **{"exception-all": "worn"}).code == "exception.no-reason"
    page = enrolment_desk.send("/enrol", **told, **{"exception-all": "worn", "reason-all": "bricklayer"})
    assert page.facts["enrolled"] == "yes"
    kinds = [one.kind for one in desk_register.voter("105").exceptions]
    assert kinds == ["worn", "missing", *["worn"] * 8]
    assert "lost at work" in enrolment_desk.send("/find", document="105").content.decode()


def test_a_face_is_photographed_and_shown(enrolment_desk: Client) -> None:
    enrolment_desk.send("/find", document="104")
    assert enrolment_desk.get("/photograph").code == "photograph.none"
    assert (
        enrolment_desk.send("/photograph", document="104", files={"photograph": b"x"}).code == "photograph.unreadable"
    )
    face = synthetic.generate(3, 1).to_png()
    page = enrolment_desk.send("/photograph", document="104", files={"photograph": face})
    assert page.facts["photographed"] == "yes"
    assert enrolment_desk.get("/photograph").content.startswith(b"\xff\xd8")


def test_lists_on_paper_of_any_station(enrolment_desk: Client) -> None:
    assert enrolment_desk.get("/lists").facts["stale"] == "0"
    assert enrolment_desk.send("/lists", station="s1").content.startswith(b"%PDF")
    assert enrolment_desk.send("/lists", station="s9").code == "station.unknown"


def test_wrong_names_and_wrong_pins_get_the_same_sentence(enrolment_desk: Client) -> None:
    assert enrolment_desk.send("/leave").name == "pin"
    answers = []
    for account, pin in (("maria", "000000"), ("nobody", "316497"), ("../chair", "316497")):
        page = enrolment_desk.send("/pin", account=account, pin=pin)
        assert page.status == 403
        answers.append(page.content.decode().replace(account, ""))
        enrolment_desk.get("/pin")
    assert "nombre de usuario o el PIN" in answers[0]
    assert len(set(answers)) == 1


def test_who_is_perhaps_listed_twice_is_listed_until_somebody_has_looked(
    enrolment_desk: Client, desk_register: Register, tmp_path: Path
) -> None:
    (tmp_path / "more.csv").write_text("document,name,station\nV-101,Ana Paz,s1\n", encoding="utf-8")
    desk_register.import_voters(tmp_path / "more.csv")
    page = enrolment_desk.get("/doubles")
    assert page.facts["count"] == "1" and "V101" in page.content.decode()
    (group,) = desk_register.doubles().groups
    assert enrolment_desk.send("/doubles", double="x", note="two").code == "double.unknown"
    assert enrolment_desk.send("/doubles", double=group.id, note=" ").code == "double.no-note"
    assert enrolment_desk.send("/doubles", double=group.id, note="two persons").facts["count"] == "0"


def test_a_voter_is_corrected_moved_removed_and_restored(enrolment_desk: Client, desk_register: Register) -> None:
    page = enrolment_desk.send("/find", document="104")
    assert page.facts["entries"] == "0"
    who = {"document": "104", "reason": "as the card shows"}
    assert (
        enrolment_desk.send("/correct", **(who | {"document": "105"}), name="Eva", number="").code
        == "voter.another-at-desk"
    )
    assert (
        enrolment_desk.send("/correct", document="104", reason=" ", name="Eva Gil", number="104").code
        == "change.no-reason"
    )
    page = enrolment_desk.send("/correct", **who, name="Eva Gil", number="1044")
    assert page.name == "voter" and "104 → 1044" in page.content.decode() and "Eva Gil" in page.content.decode()
    who["document"] = "1044"
    assert enrolment_desk.send("/move", **who, station="s9").code == "station.unknown"
    assert enrolment_desk.send("/move", **who, station="s2").facts["entries"] == "2"
    assert enrolment_desk.send("/remove", **who).facts["removed"] == "yes"
    assert enrolment_desk.send("/restore", **who).facts["removed"] == "no"
    assert {one.officer for one in desk_register.history("1044")} == {"maria"}
    enrol(enrolment_desk, "1044", 5, 1)
    page = enrolment_desk.send("/withdraw", document="1044", reason="wrong person")
    assert (page.facts["enrolled"], page.facts["entries"]) == ("no", "6")
