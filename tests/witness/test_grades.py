"""What is missing, unread or explained is no failure; and nothing of that kind ever hides a failure."""

import dataclasses
import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station_counters import changed as change_counters
from testigo import waits
from testigo.cli import main
from testigo.count import KINDS
from testigo.election import MachineKey, MachineKeys
from testigo.keys import SigningKey
from testigo.record import Grade, Log, Statement, peek, source
from testigo.witness import CODES, EXIT_CODES, Verdict, VerificationReport, verify
from testigo.words import languages, message, section
from twists import HERE, only

Replace = msgspec.structs.replace


@pytest.fixture
def public(kept: Any, tmp_path: Path) -> Path:
    """The honest record in a folder of its own."""
    return kept.publish(tmp_path / "public")


def changed(kept: Any) -> Any:
    """The election, with a list of envelopes of its own."""
    return dataclasses.replace(kept, envelopes=list(kept.envelopes), keys=dict(kept.keys))


def counters(**values: Any) -> Callable[[Any], Any]:
    """Counters of a tally sheet changed."""
    return lambda sheet: Replace(sheet, reconciliation=change_counters(sheet.reconciliation, **values))


def file_of(public: Path, kind: str, subject: str = "") -> Path:
    """The first file of that kind and subject."""
    return next(iter(sorted((public / "statements").glob(f"*-{kind}{subject and '-'}{subject}.json"))))


# ---- differences that are explained


def voided(kind: str, about: str, body: Any) -> Any:
    """One more voter came, took a card, fell ill, and printed nothing."""
    if about != HERE:
        return body
    if kind == "tally-sheet":
        why = {"cards_used=printed-spoiled": "void-session: 1 voter-ill"}
        return counters(matched=12, cards_handed=13, cards_used=13, voided={"voter-ill": 1}, reasons=why)(body)
    if kind == "booth-report":
        return Replace(body, counters=Replace(body.counters, cards_used=13, voided={"voter-ill": 1}))
    if kind == "check-in-report":
        return Replace(body, counters=Replace(body.counters, matched=12, cards_handed=13))
    return body


def test_one_voided_session_that_the_chair_explained_is_explained(
    elect: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public = elect(voided).publish(tmp_path / "p")
    report = verify(public)
    assert report.verdict is Verdict.EXPLAINED
    assert [(one.code, one.place) for one in report.of_grade(Grade.EXPLAINED)] == [
        ("reconciliation", str(file_of(public, "tally-sheet", HERE).relative_to(public)))
    ]
    for options, code in (([], 0), (["--strict"], 5)):
        with pytest.raises(SystemExit) as exit_:
            main(["verify", str(public), *options])
        assert exit_.value.code == code
        assert "Complete, differences explained: 1." in capsys.readouterr().out


@pytest.mark.parametrize("reasons", [{}, {"checked_in=cards_used": ""}, {"checked_in=cards_used": "  "}, {"x": "why"}])
def test_a_difference_without_a_reason_is_a_failure(elect: Any, tmp_path: Path, reasons: dict[str, str]) -> None:
    twist = only("tally-sheet", counters(matched=12, reasons=reasons))
    report = verify(elect(twist).publish(tmp_path / "p"))
    assert report.verdict is Verdict.TAMPERED
    assert "reconciliation" in {one.code for one in report.failures}


# ---- what has not come yet


@pytest.mark.parametrize("kind", ["election-definition", "machine-keys", "zero-report", "tally-sheet", "result"])
def test_a_record_that_has_only_begun_is_incomplete(kept: Any, tmp_path: Path, kind: str) -> None:
    """The log as it stood just before the first statement of that kind."""
    election = changed(kept)
    end = next(place for place, one in enumerate(election.envelopes) if peek(one).type == kind)
    del election.envelopes[end:]
    report = verify(election.publish(tmp_path / "p"), election.key("root").public)
    # An empty log has no first statement that could show whose it is.
    assert report.verdict is Verdict.INCOMPLETE, report.findings
    assert not report.of_grade(Grade.UNCHECKED, Grade.FAILURE)


@pytest.mark.parametrize("file", ["statements/000099-result.json", "statements/000042-tally-sheet-01-02.json"])
def test_a_statement_that_is_not_in_the_log_yet_is_incomplete(public: Path, file: str) -> None:
    number = int(re.findall(r"[0-9]{6}", file)[0])
    (public / file).write_bytes(file_of(public, "result").read_bytes())
    size = verify(public).entries
    assert verify(public).verdict is (Verdict.INCOMPLETE if number >= size else Verdict.TAMPERED)


@pytest.mark.parametrize("file", ["index.html", "statements/notes.txt", "tile/2"])
def test_a_file_that_the_log_does_not_know_is_a_failure(public: Path, file: str) -> None:
    (public / file).write_text("")
    report = verify(public)
    assert report.verdict is Verdict.TAMPERED
    assert [one.place for one in report.failures] == [file]


# ---- what is missing in a copy, what was changed in it


def test_every_file_that_is_missing_makes_the_copy_incomplete_and_nothing_false(kept: Any, public: Path) -> None:
    for file in sorted(path for path in public.rglob("*") if path.is_file()):
        place, data = str(file.relative_to(public)), file.read_bytes()
        file.unlink()
        report = verify(public, kept.key("root").public)
        assert report.verdict is (Verdict.UNCHECKED if place == "checkpoint" else Verdict.INCOMPLETE), (place, report)
        assert not report.failures, place
        assert (place, "missing-file") in {(one.place, one.code) for one in report.findings}
        file.write_bytes(data)
    (public / "root.pub").unlink()
    assert verify(public).verdict is Verdict.UNCHECKED


def test_a_missing_definition_leaves_all_that_follows_on_it_unread(public: Path) -> None:
    file_of(public, "election-definition").unlink()
    report = verify(public)
    (said,) = [one for one in report.findings if one.code == "statements" and "without the election" in one.detail]
    assert report.verdict is Verdict.INCOMPLETE and said.grade is Grade.INCOMPLETE


def test_the_logs_key_is_not_judged_without_the_keys(public: Path) -> None:
    file_of(public, "machine-keys").unlink()
    (said,) = [one for one in verify(public).findings if one.code == "log-key"]
    assert (said.grade, said.place) == (Grade.INCOMPLETE, "log.pub")


def test_a_changed_statement_is_the_only_failure(public: Path) -> None:
    """What follows on it cannot be judged; that is not another failure."""
    for file in sorted((public / "statements").iterdir()):
        data = file.read_bytes()
        file.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
        report = verify(public)
        assert report.verdict is Verdict.TAMPERED
        assert {one.place for one in report.failures} == {f"statements/{file.name}"}, file.name
        file.write_bytes(data)


def test_an_entry_bundle_that_is_missing_among_others_leaves_the_rest_checked(kept: Any, tmp_path: Path) -> None:
    """Tiles alone give the root hash; 256 statements are then unknown, which explains what follows on them."""
    election = changed(kept)
    log = Log.create(tmp_path / "p", "testigo/test", election.key("log"), root_key=election.key("root").public)
    for envelope in election.envelopes:
        log.append(envelope)
    for number in range(270):
        key = _admitted(election, number)
        log.append(key)
    log.publish()
    assert verify(log.folder).verdict is Verdict.ALL_HOLDS
    (log.folder / "tile/entries/000").unlink()
    report = verify(log.folder)
    assert report.verdict is Verdict.INCOMPLETE
    assert not report.failures


def _admitted(election: Any, number: int) -> bytes:
    """The root admits no key, in a statement of its own."""
    about = (election.definition.digest, "", f"2027-04-11T20:{number // 60:02d}:{number % 60:02d}Z")
    return Statement("machine-keys", *about, {"keys": []}).sign(election.key("root"))


# ---- disk and network


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
@pytest.mark.parametrize("kind", ["tally-sheet", "tile/entries", "checkpoint", "root.pub", "log.pub"])
def test_what_the_disk_does_not_give_is_not_judged(
    public: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: str
) -> None:
    real = os.open

    def failing(path: Any, *rest: Any, **options: Any) -> int:
        if kind in str(path):
            raise error
        return real(path, *rest, **options)

    monkeypatch.setattr(source.os, "open", failing)
    report = verify(public)
    assert report.verdict is Verdict.UNCHECKED
    assert not report.failures
    assert "unreadable-file" in {one.code for one in report.findings}


def test_a_folder_that_cannot_be_listed_is_not_judged(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(path: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(source.os, "scandir", failing)
    report = verify(public)
    assert (report.verdict, len(report.failures)) == (Verdict.UNCHECKED, 0)


class BadServer(http.server.SimpleHTTPRequestHandler):
    """Does with every path that `matches` what the test wants."""

    matches = ""
    how = ""
    stop = threading.Event()

    def do_GET(self) -> None:
        if type(self).matches not in self.path:
            super().do_GET()
        elif self.how == "silent":
            self.stop.wait(60)
            self.close_connection = True
        elif self.how in ("cut", "unframed"):
            data = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            if self.how == "cut":
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:-1])
            self.close_connection = True
        elif self.how == "other page":
            self.send_response(200)
            self.send_header("Content-Length", "18")
            self.end_headers()
            self.wfile.write(b"<html>Log in</html"[:18])
        else:
            self.send_error(int(self.how))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(public: Path) -> Iterator[tuple[str, type[BadServer]]]:
    """The record's address, and the server's behaviour."""
    behaviour = type("Behaviour", (BadServer,), {"stop": threading.Event()})
    handler = functools.partial(behaviour, directory=str(public))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", behaviour
        behaviour.stop.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "what", ["/statements/", "tally-sheet-01-02", "tile/entries", "checkpoint", "root.pub", "log.pub"]
)
@pytest.mark.parametrize("how", ["500", "403", "302", "404", "410", "silent", "cut", "unframed"])
def test_a_failure_of_the_network_is_never_tampering(
    serve: tuple[str, type[BadServer]], monkeypatch: pytest.MonkeyPatch, kept: Any, what: str, how: str
) -> None:
    if how == "silent":
        monkeypatch.setattr(waits, "ANSWER", 0.2)
    monkeypatch.setattr(source, "MAX_FAILURES", 3)
    address, behaviour = serve
    behaviour.matches, behaviour.how = what, how
    report = verify(address, kept.key("root").public)
    assert not report.failures, report.failures
    gone = how in ("404", "410") and what not in ("checkpoint", "log.pub", "/statements/")
    assert report.verdict is (Verdict.INCOMPLETE if gone else Verdict.UNCHECKED), report.findings


def test_a_page_that_asks_to_log_in_is_no_record(serve: tuple[str, type[BadServer]]) -> None:
    address, behaviour = serve
    behaviour.matches, behaviour.how = "/", "other page"
    report = verify(address)
    assert [(one.code, one.grade) for one in report.findings] == [("no-record", Grade.UNCHECKED)]


def test_damage_over_the_network_is_a_failure_whatever_else_fails(
    serve: tuple[str, type[BadServer]], public: Path
) -> None:
    address, behaviour = serve
    behaviour.matches, behaviour.how = "result", "500"
    assert verify(address).verdict is Verdict.UNCHECKED
    file = file_of(public, "zero-report", HERE)
    file.write_bytes(file.read_bytes().replace(b'"sig":"', b'"sig":"0', 1))
    assert verify(address).verdict is Verdict.TAMPERED


# ---- the root key


def test_a_record_of_another_root_is_not_judged(kept: Any, public: Path) -> None:
    report = verify(public, SigningKey.generate().public)
    assert (report.verdict, len(report.failures)) == (Verdict.UNCHECKED, 0)
    assert "root-key" in {one.code for one in report.of_grade(Grade.UNCHECKED)}
    (public / "root.pub").write_text(f"{SigningKey.generate().public.hex}\n")
    assert verify(public, kept.key("root").public).verdict is Verdict.TAMPERED
    assert verify(public).verdict is Verdict.TAMPERED


# ---- what a later release said


def key_of(election: Any, statement: Statement) -> SigningKey:
    """The key that signs a statement of that kind."""
    role = KINDS[statement.type].signer
    return election.key(role, statement.subject if role in ("chair", "booth", "check-in") else "")


SAID = [kind for kind in KINDS if kind != "booth-sheet"]
"""What a record of stations with one booth has; of more there is `tests/station/test_wide_record.py`."""


def say_again(election: Any, place: int, version: int, key: SigningKey | None = None) -> bytes:
    """The statement at that place as a later release would sign it."""
    statement = Replace(peek(election.envelopes[place]), version=version)
    return statement.sign(key or key_of(election, statement))


@pytest.mark.parametrize("kind", SAID)
def test_a_newer_version_of_any_kind_is_not_judged(kept: Any, tmp_path: Path, kind: str) -> None:
    election = changed(kept)
    place = next(place for place, one in enumerate(election.envelopes) if peek(one).type == kind)
    election.envelopes[place] = say_again(election, place, 99)
    report = verify(election.publish(tmp_path / "p"))
    assert not report.failures, report.failures
    assert report.verdict is Verdict.UNCHECKED
    newer = [one for one in report.findings if one.code == "newer-version"]
    assert len(newer) == 1 and "use a newer release" in newer[0].detail


@pytest.mark.parametrize("kind", SAID)
def test_a_newer_version_that_nobody_admitted_signed_is_a_failure(kept: Any, tmp_path: Path, kind: str) -> None:
    election = changed(kept)
    if kind == "election-definition":
        election.envelopes.append(say_again(election, 0, 99, SigningKey.generate()))
    else:
        place = next(place for place, one in enumerate(election.envelopes) if peek(one).type == kind)
        election.envelopes[place] = say_again(election, place, 99, SigningKey.generate())
    assert verify(election.publish(tmp_path / "p")).verdict is Verdict.TAMPERED


@pytest.mark.parametrize("newer_first", [False, True])
def test_a_second_statement_is_a_conflict_in_any_version(kept: Any, tmp_path: Path, newer_first: bool) -> None:
    election = changed(kept)
    place = election.find("tally-sheet", HERE)
    election.envelopes.insert(place if newer_first else place + 1, say_again(election, place, 99))
    report = verify(election.publish(tmp_path / "p"))
    assert report.verdict is Verdict.TAMPERED
    assert any("a second tally sheet" in one.detail for one in report.failures)


# ---- a failure is never hidden


def lying_result(body: Any) -> Any:
    """The leader of the first contest loses half of the votes."""
    first = body.contests[0]
    top = max(first.options, key=lambda option: option.votes)
    options = tuple(Replace(one, votes=0) if one is top else one for one in first.options)
    return Replace(body, contests=(Replace(first, options=options), *body.contests[1:]))


def wrong_sample(body: Any) -> Any:
    """Other boxes than the dice draw."""
    return Replace(body, drawn=body.drawn[::-1])


def failed_test(body: Any) -> Any:
    """It did not pass."""
    return Replace(body, outcome="failed")


HIDDEN: list[tuple[Any, tuple[str, str], str]] = [
    (only("logic-and-accuracy", failed_test), ("closing-count", ""), "tested"),
    (only("logic-and-accuracy", failed_test), ("tally-sheet", HERE), "tested"),
    (only("audit-sample", wrong_sample, ""), ("tally-sheet", HERE), "audit-sample"),
    (only("result", lying_result, ""), ("tally-sheet", HERE), "result"),
    (only("tally-sheet", counters(matched=12)), ("zero-report", HERE), "reconciliation"),
    (only("tally-sheet", counters(matched=12)), ("booth-report", HERE), "reconciliation"),
    (only("tally-sheet", counters(matched=12)), ("audit-seed", ""), "reconciliation"),
]


@pytest.mark.parametrize(("twist", "removed", "code"), HIDDEN)
def test_a_missing_file_hides_no_failure(elect: Any, tmp_path: Path, twist: Any, removed: Any, code: str) -> None:
    public = elect(twist).publish(tmp_path / "p")
    kind, subject = removed
    next(iter(sorted((public / "statements").glob(f"*-{kind}*{subject}.json")))).unlink()
    report = verify(public)
    assert report.verdict is Verdict.TAMPERED
    assert code in {one.code for one in report.failures}


def test_dice_before_a_sheet_are_found_though_the_sheet_is_missing(kept: Any, tmp_path: Path) -> None:
    """The log shows where the sheet stands, even to who has not got it."""
    election = changed(kept)
    sheet = election.envelopes.pop(election.find("tally-sheet", HERE))
    election.envelopes.insert(election.find("audit-sample") + 1, sheet)
    public = election.publish(tmp_path / "p")
    file_of(public, "tally-sheet", HERE).unlink()
    assert verify(public).verdict is Verdict.TAMPERED


def test_dice_before_a_sheet_are_found_though_another_sheet_is_missing(kept: Any, tmp_path: Path) -> None:
    election = changed(kept)
    sheet = election.envelopes.pop(election.find("tally-sheet", HERE))
    election.envelopes.insert(election.find("audit-sample") + 1, sheet)
    public = election.publish(tmp_path / "p")
    file_of(public, "tally-sheet", "01-01").unlink()
    report = verify(public)
    assert report.verdict is Verdict.TAMPERED
    assert any(f"before 1 tally sheet is in (station {HERE})" in one.detail for one in report.failures)


def test_a_replaced_key_signs_nothing_though_other_keys_are_missing(kept: Any, tmp_path: Path) -> None:
    """It is known, and known to be replaced: no statement that is missing can have admitted it."""
    election = changed(kept)
    root, old = election.key("root"), election.key("auditor")
    election.keys["auditor", ""] = SigningKey.generate()
    seed = election.find("audit-seed")
    new = MachineKey(election.key("auditor").public.hex, "auditor", "", "")
    election.say("machine-keys", "", MachineKeys((new,)), root, 609)
    election.say("machine-keys", "", MachineKeys(()), root, 609)
    election.envelopes[seed:seed] = [election.envelopes.pop(-2), election.envelopes.pop(-1)]
    assert old.public != election.key("auditor").public
    public = election.publish(tmp_path / "p")
    (public / "statements" / f"{seed + 1:06d}-machine-keys.json").unlink()
    report = verify(public)
    assert report.verdict is Verdict.TAMPERED
    assert any(f"which the root replaced at entry {seed}" in one.detail for one in report.failures)


def test_a_station_whose_statements_are_missing_has_spoken_all_the_same(kept: Any, tmp_path: Path) -> None:
    """Its keys can no longer be replaced: whoever could would sign its figures again."""
    election = changed(kept)
    new = MachineKey(SigningKey.generate().public.hex, "booth", HERE, "")
    election.say("machine-keys", HERE, MachineKeys((new,)), election.key("root"), 700)
    public = election.publish(tmp_path / "p")
    for file in (public / "statements").glob(f"*-{HERE}.json"):
        if "-machine-keys-" not in file.name:
            file.unlink()
    report = verify(public)
    assert report.verdict is Verdict.TAMPERED
    assert any("already has a key" in one.detail for one in report.failures), report.failures


def test_a_forgery_is_found_though_the_keys_of_another_station_are_missing(kept: Any, tmp_path: Path) -> None:
    election = changed(kept)
    place = election.find("zero-report", HERE)
    election.envelopes[place] = say_again(election, place, 1, SigningKey.generate())
    public = election.publish(tmp_path / "p")
    shutil.copytree(public, tmp_path / "own")
    file_of(public, "machine-keys", "01-03").unlink()
    assert verify(public).verdict is Verdict.TAMPERED
    file_of(tmp_path / "own", "machine-keys", HERE).unlink()
    assert verify(tmp_path / "own").verdict is Verdict.INCOMPLETE  # the key may have been admitted there


def test_a_changed_entry_is_found_though_its_tile_is_missing(public: Path) -> None:
    bundle = next((public / "tile/entries/000.p").iterdir())
    bundle.write_bytes(bundle.read_bytes().replace(b'"type":"result"', b'"type":"resulT"'))
    assert verify(public).verdict is Verdict.TAMPERED
    next((public / "tile/0/000.p").iterdir()).unlink()
    assert verify(public).verdict is Verdict.TAMPERED


# ---- one place each


def test_every_verdict_has_an_exit_code_a_meaning_and_a_line_in_the_documents(project_root: Path) -> None:
    document = (project_root / "docs" / "verify.md").read_text()
    for verdict in Verdict:
        assert f"| `{verdict}` | {EXIT_CODES[verdict]} | {verdict.meaning} |" in document


def test_every_code_has_its_line_in_the_documents(project_root: Path) -> None:
    document = (project_root / "docs" / "verify.md").read_text()
    lines = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", document, re.MULTILINE)
    table = [(code, sentence) for code, sentence in lines if code in CODES]
    assert table == [(code, str(message("verify", f"check.{code}"))) for code in CODES]


@pytest.mark.parametrize("language", languages())
def test_every_code_grade_and_verdict_has_its_words(language: str) -> None:
    said = section(language, "verify")
    checks = {key.removeprefix("check.") for key in said if key.startswith("check.")}
    assert checks == set(CODES) and len(CODES) == len(checks)
    assert {key.removeprefix("grade.") for key in said if key.startswith("grade.")} == set(Grade)
    for kind in ("verdict", "meaning"):
        assert {key.removeprefix(f"{kind}.") for key in said if key.startswith(f"{kind}.")} == set(Verdict)


def test_every_grade_is_explained_in_the_documents(project_root: Path) -> None:
    document = (project_root / "docs" / "verify.md").read_text()
    assert all(f"| `{grade}` | " in document for grade in Grade)


def test_the_help_tells_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["verify", "--help"])
    told = capsys.readouterr().out
    assert all(f"\n  {code}  " in told for code in (0, 1, 2, 3, 4))


def test_what_is_not_understood_is_a_usage_error(public: Path) -> None:
    for options in (
        ["--no-such-option"],
        ["--root-key", "nowhere"],
        ["--root-key", "x" * 64],
        ["--checkpoint", "none"],
    ):
        with pytest.raises(SystemExit) as exit_:
            main(["verify", str(public), *options])
        assert exit_.value.code == 2, options


def test_an_empty_report_says_nothing() -> None:
    assert VerificationReport("r", "", False, 0, "", ()).verdict is Verdict.UNCHECKED
