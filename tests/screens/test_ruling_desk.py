"""The authority's desk over HTTP: looked at before it is signed, by who has the keys, and then in the record."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from served_station import Server
from small_country import auditor, centre, definition_file, machines, sheet_of
from testigo.audit.hand_count import tally_keys
from testigo.ballot import ManualTally, TallySheet
from testigo.centre import Centre
from testigo.screens.ruling_desk import RulingDesk, app
from testigo.web.client import Client, SeenPage

__all__ = ["auditor", "centre", "definition_file", "machines", "sheet_of"]

KEY = "k" * 32
SheetOf = Callable[..., TallySheet]


@pytest.fixture
def office(centre: Centre, machines: dict, sheet_of: SheetOf) -> Path:
    """A centre with the sheets of n1 and n2; that of s1 never comes."""
    for name in ("n1", "n2"):
        centre.receive(machines[name].package(sheet_of(name)))
    return centre.folder


@pytest.fixture
def served(office: Path, tmp_path: Path) -> Iterator[str]:
    server = Server(app(RulingDesk(office, tmp_path / "rulings"), KEY))
    yield server.address
    server.stop()


@pytest.fixture
def officer(served: str) -> Iterator[Client]:
    with Client(served) as client:
        assert client.get(f"/enter/{KEY}").facts["count"] == "3"
        yield client


def rule(officer: Client, station: str, **fields: str) -> SeenPage:
    """Look at it, then sign it."""
    officer.get(f"/station/{station}")
    seen = officer.send(f"/station/{station}", **fields)
    assert seen.name == "look", seen.code
    return officer.send(f"/station/{station}", **shown(seen, fields), go="sign")


def shown(seen: SeenPage, fields: dict[str, str]) -> dict[str, str]:
    """What the form of a look sends beside its button."""
    hidden = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', seen.content.decode())
    return fields | {name: value for name, value in hidden if name in ("seen", "at")}


def test_a_station_is_annulled_and_the_annulment_lifted(officer: Client, office: Path, tmp_path: Path) -> None:
    officer.get("/station/s1")
    seen = officer.send("/station/s1", act="annul", cause="destroyed", reason="Fire, minutes 7")
    assert seen.name == "look" and b"Fire, minutes 7" in seen.content
    assert Centre.open(office).result().annulled == () and not (tmp_path / "rulings").exists()
    assert rule(officer, "s1", act="annul", cause="destroyed", reason="Fire, minutes 7").facts["told"] == "signed"
    assert Centre.open(office).result().annulled == ("s1",)
    assert officer.get("/station/s1").facts["status"] == "annulled"
    assert officer.send("/station/s1", act="annul", cause="ruling", reason="R").code == "station.annulled"
    rule(officer, "s1", act="annul", cause="lifted", reason="The disk was found")
    assert Centre.open(office).result().annulled == ()
    assert len(list((tmp_path / "rulings").glob("annulment-s1-*.json"))) == 2


def test_votes_on_paper_are_accepted(officer: Client, office: Path, machines: dict, sheet_of: SheetOf) -> None:
    assert officer.send("/station/s1", act="accept").code == "manual-tally.none"
    body = ManualTally("s1", "whole", sheet_of("s1", 6).tally, 6, 7, 1, "No power", "", ("Ana Paz", "Luis Sol"))
    Centre.open(office).append(machines["s1"].statement("manual-tally", body))
    seen = officer.get("/station/s1")
    assert seen.facts["waits"] == "yes" and b"Ana Paz, Luis Sol" in seen.content
    rule(officer, "s1", act="accept")
    assert Centre.open(office).result().missing == ()


def test_what_is_signed_is_what_was_looked_at(officer: Client, office: Path, machines: dict, sheet_of: SheetOf) -> None:
    first = ManualTally("s1", "whole", sheet_of("s1", 6).tally, 6, 7, 1, "No power", "", ("Ana Paz", "Luis Sol"))
    Centre.open(office).append(machines["s1"].statement("manual-tally", first))
    officer.get("/station/s1")
    seen = officer.send("/station/s1", act="accept")
    named = Centre.open(office).rules.rulings.on_paper["s1"][0]
    another = msgspec.structs.replace(first, reason="Fire", replaces=named, why="Counted again")
    Centre.open(office).append(machines["s1"].statement("manual-tally", another))
    entries = len(Centre.open(office).rules.entries)
    again = officer.send("/station/s1", **shown(seen, {"act": "accept"}), go="sign")
    assert (again.status, again.name, again.facts["changed"]) == (409, "look", "yes") and b"Fire" in again.content
    assert officer.send("/station/s1", act="accept", go="sign").status == 409  # without a look
    assert len(Centre.open(office).rules.entries) == entries
    assert officer.send("/station/s1", **shown(again, {"act": "accept"}), go="sign").facts["told"] == "signed"
    assert Centre.open(office).result().missing == ()


def test_a_correction_is_entered_by_two_persons(officer: Client, office: Path, sheet_of: SheetOf) -> None:
    definition, tally = Centre.open(office).definition, sheet_of("n1").tally
    figures = {(one.contest, what): count for one in tally.contests for what, count in one.figures()}
    figures |= {("", style): count for style, count in tally.ballots.items()}
    giver, taker = ("ana", "luis") if figures["president", "ana"] else ("luis", "ana")
    figures["president", giver] -= 1
    figures["president", taker] += 1
    sent = {f"{of}/{what}": str(figures[of, what]) for of, what in tally_keys(definition, "n1")}
    before = {one.option: one.votes for one in Centre.open(office).result().contests[0].options}
    assert officer.send("/station/n1", act="correct", reason="Recount").code == "double-entry.not-done"
    for person, step in (("Ana Paz", "second"), ("Luis Sol", "done")):
        officer.get("/station/n1/figures")
        assert officer.send("/station/n1/figures", person=person, **sent).facts["step"] == step
    rule(officer, "n1", act="correct", reason="Recount")
    after = {one.option: one.votes for one in Centre.open(office).result().contests[0].options}
    assert (after[giver] - before[giver], after[taker] - before[taker]) == (-1, 1)
    assert officer.get("/station/n1/figures").facts["step"] == "first"
    assert officer.get("/station/s1/figures").code == "record.no-tally-sheet"


def test_an_officer_tells_what_happened(officer: Client, office: Path) -> None:
    rule(officer, "n1", act="incident", kind="seal", name="Eva Luz", reason="The box came open.")
    assert Centre.open(office).rules.numbered.last(("incident", "n1", "officer")) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"act": "burn"}, "form.not-offered"),
        ({"act": "annul", "cause": "x"}, "form.not-offered"),
        ({"act": "incident", "kind": "x"}, "form.not-offered"),
        ({"act": "annul", "cause": "ruling"}, "statement.why"),
        ({"act": "annul"}, "field.not-once"),
    ],
)
def test_what_no_page_offers_signs_nothing(officer: Client, office: Path, wrong: dict[str, str], code: str) -> None:
    entries = len(Centre.open(office).rules.entries)
    officer.get("/station/s1")
    refused = officer.send("/station/s1", **wrong, go="sign")
    assert (refused.status, refused.code) == (422, code)
    assert len(Centre.open(office).rules.entries) == entries


def test_nobody_without_the_key_and_no_root_no_ruling(served: str, officer: Client, office: Path) -> None:
    with Client(served) as client:
        assert client.get("/").status == 403
        assert client.get("/station/s1").status == 403
    (office / "authority" / "root" / "key.pem").unlink()
    officer.get("/station/s1")
    assert officer.send("/station/s1", act="annul", cause="ruling", reason="R").code == "key.of-role-not-here"
