"""Whoever signs another list of stations than the definition names is found, though it is the root key that signs."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from many_stations import made
from polling_place import ISSUED, Root
from testigo.election import Definition, Station, pieces
from testigo.keys import SigningKey
from testigo.record import Finding, Grade, Log, Statement
from testigo.witness import verify

Replace = msgspec.structs.replace
Stations = tuple[Station, ...]

DEFINITION = made(600)


def publish(envelopes: list[bytes], root: Root, folder: Path) -> list[Finding]:
    """What a witness finds of the definition in a record that holds these statements and no other."""
    log = Log.create(folder, "testigo/test", SigningKey.generate(), root_key=root.key.public)
    for envelope in envelopes:
        log.append(envelope)
    log.publish()
    report = verify(folder, root.key.public)
    return [one for one in report.findings if one.code in ("statements", "definition")]


def signed(root: Root, stations: Stations) -> list[bytes]:
    """The core of the honest definition, and a list of other stations, in pieces."""
    about = {"election": DEFINITION.digest, "subject": "", "issued": ISSUED}
    listed = [Statement.of("station-list", piece, **about).sign(root.key) for piece in pieces(stations)]
    return [root.definition_envelopes()[0], *listed]


@pytest.fixture(scope="module")
def root() -> Root:
    return Root(DEFINITION)


def test_the_honest_list_is_found_complete(root: Root, tmp_path: Path) -> None:
    statements, definition = publish(root.definition_envelopes(), root, tmp_path / "public")
    assert statements.holds and definition.holds
    assert f"600 stations of root {DEFINITION.core().stations.root}; digest {DEFINITION.digest}" in definition.detail


def _changed(stations: Stations) -> Stations:
    return (*stations[:300], Replace(stations[300], register_size=301), *stations[301:])


def _left_out(stations: Stations) -> Stations:
    return stations[:300] + stations[301:]


def _twice(stations: Stations) -> Stations:
    return (*stations[:300], stations[299], *stations[301:])


def _one_more(stations: Stations) -> Stations:
    return (*stations, Replace(stations[0], id="s600"))


def _exchanged(stations: Stations) -> Stations:
    return (*stations[:300], stations[301], stations[300], *stations[302:])


@pytest.mark.parametrize("cheat", [_changed, _left_out, _twice, _one_more, _exchanged])
def test_a_list_that_does_not_fit_is_a_failure(
    cheat: Callable[[Stations], Stations], root: Root, tmp_path: Path
) -> None:
    last, definition = publish(signed(root, cheat(DEFINITION.stations)), root, tmp_path / "public")
    assert last.grade is Grade.FAILURE and last.place == "statements/000003-station-list.json"
    assert definition.grade is Grade.FAILURE and definition.place == "statements/000000-election-definition.json"
    assert definition.detail == "not all stations of the election definition signed by the root key"


@pytest.mark.parametrize(
    ("order", "failed"),
    [
        ((0, 2, 1, 3), {"statements/000001-station-list.json", "statements/000003-station-list.json"}),
        ((0, 1, 3), {"statements/000002-station-list.json"}),
        ((0, 1, 2), set()),
        ((0,), set()),
    ],
)
def test_pieces_in_another_order_or_missing_are_a_failure(
    order: tuple[int, ...], failed: set[str], root: Root, tmp_path: Path
) -> None:
    honest = root.definition_envelopes()
    *statements, definition = publish([honest[place] for place in order], root, tmp_path / "public")
    assert {finding.place for finding in statements if finding.grade is Grade.FAILURE} == failed
    assert definition.grade is Grade.FAILURE and "not all stations" in definition.detail


@pytest.mark.parametrize("again", [1, 3])
def test_a_piece_that_is_said_twice_is_a_failure(again: int, root: Root, tmp_path: Path) -> None:
    honest = root.definition_envelopes()
    body = pieces(DEFINITION.stations)[again - 1]
    about = {"election": DEFINITION.digest, "subject": "", "issued": "2026-11-21T13:00:00Z"}
    twice = Statement.of("station-list", body, **about).sign(root.key)
    statements, definition = publish([*honest[: again + 1], twice, *honest[again + 1 :]], root, tmp_path / "public")
    assert statements.grade is Grade.FAILURE and statements.place == f"statements/{again + 1:06d}-station-list.json"
    assert definition.holds  # the first list stands


def test_a_list_of_another_signer_is_a_failure(root: Root, tmp_path: Path) -> None:
    other = Root(DEFINITION)
    mixed = [root.definition_envelopes()[0], *other.definition_envelopes()[1:]]
    *statements, definition = publish(mixed, root, tmp_path / "public")
    assert len(statements) == 3 and not any(finding.holds for finding in (*statements, definition))


def test_a_station_that_stands_twice_in_the_definition_itself_is_a_failure(tmp_path: Path) -> None:
    doubled: Definition = Replace(DEFINITION, stations=(DEFINITION.stations[1], *DEFINITION.stations[1:]))
    root = Root(doubled)
    findings = publish(root.definition_envelopes(), root, tmp_path / "public")
    assert any(
        finding.grade is Grade.FAILURE and finding.code == "definition" and "s1" in finding.detail
        for finding in findings
    )


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_piece_that_this_copy_lacks_leaves_it_incomplete(missing: int, root: Root, tmp_path: Path) -> None:
    """Whoever copied the record may have left the file out: that is no tampering."""
    folder = tmp_path / "public"
    publish(root.definition_envelopes(), root, folder)
    (folder / "statements" / f"{missing:06d}-station-list.json").unlink()
    report = verify(folder, root.key.public)
    assert not any(finding.grade is Grade.FAILURE for finding in report.findings)
    (definition,) = (finding for finding in report.findings if finding.code == "definition")
    assert definition.grade is Grade.INCOMPLETE
    assert f"statements/{missing:06d}-station-list.json is missing" in definition.detail
