"""A station whose counters do not meet says so everywhere: at the station, the centre, on the page, to the witness."""

from pathlib import Path

import pytest

from testigo.audit import station_deck
from testigo.centre import Centre, authority_key
from testigo.errors import IllegalStep
from testigo.record import Grade, read_record
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.results import publish_results
from testigo.screens.page_voter import PageVoter
from testigo.slip import FolderPrinter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.visit import Visit
from testigo.station.install import install_station, load_keys
from testigo.station.machine.ways import LocalMachine
from testigo.witness import verify

STATION, CHAIR_PIN, CLERK_PIN = "01-01", "314159", "271828"
WHY = "one voter went home with the card"


@pytest.fixture
def centre(tmp_path: Path, project_root: Path) -> Centre:
    """The municipality's centre, with the machines of its one station admitted."""
    centre = Centre.create(
        tmp_path / "centre", project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml"
    )
    definition = centre.rules.station_file(STATION)
    keys = install_station(
        tmp_path / STATION, definition, centre.key_ring.root, STATION, chair_pin=CHAIR_PIN, clerk_pin=CLERK_PIN
    )
    centre.admit(keys)
    load_keys(tmp_path / STATION, [data for path, data in read_record(centre.public).envelopes if "keys" in path])
    return centre


def poll_book(centre: Centre, tmp_path: Path, project_root: Path) -> bytes:
    """The example's voters, nobody's fingers."""
    with Register.open(str(tmp_path / "register.db"), centre.definition, RegisterKey.generate()) as register:
        register.import_voters(project_root / "src" / "testigo" / "examples" / "municipality" / "voters.csv")
        sealing = centre.key_ring.of_station(STATION, "check-in").sealing_key
        return make_poll_book(register, STATION, sealing, authority_key(centre.folder, "centre"))


def hold_day(centre: Centre, tmp_path: Path, book: bytes, documents: list[str]) -> bytes:
    """All these voters are let through; the last one keeps the card. Returns the package."""
    folder = tmp_path / STATION
    with (
        Booth(folder / "booth", FolderPrinter(tmp_path / "slips"), screen=PageVoter) as booth,
        CheckIn(folder / "check-in") as check_in,
        Chair(folder / "chair", booths=[LocalMachine(booth)], desks=[LocalMachine(check_in)]) as chair,
    ):
        check_in.load_poll_book(book)
        cards = [card.code for card in booth.make_cards().cards]
        assert chair.runs.run(station_deck(centre.definition, STATION))
        chair.zero_report()
        chair.open()
        for document in documents:
            visit = check_in.find(document)
            assert isinstance(visit, Visit)
            check_in.release(visit.id, CHAIR_PIN, "not-enrolled")
            check_in.hand_card(visit.id)
        for code in cards[: len(documents) - 1]:
            booth.accept_card(code)
            booth.choose_language("es")
            booth.review()
            booth.print()
            booth.confirm()
        with pytest.raises(IllegalStep, match="not used a card"):
            chair.close_polls()
        assert chair.close_polls({"checked_in=cards_used": WHY}) == ()
        return chair.send()


def test_a_difference_is_in_plain_sight_everywhere(centre: Centre, tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "slips").mkdir()
    voters = (project_root / "src" / "testigo" / "examples" / "municipality" / "voters.csv").read_text().splitlines()
    documents = [row.split(",")[0] for row in voters[1:3]]
    package = hold_day(centre, tmp_path, poll_book(centre, tmp_path, project_root), documents)

    centre.receive(package)
    sheet = centre.rules.sheets[STATION]
    assert not sheet.reconciliation.is_consistent
    result = centre.publish_result()
    assert [station.station for station in result.with_differences] == [STATION]

    publish_results(centre.public, tmp_path / "results")
    page = (tmp_path / "results" / "index.html").read_text()
    assert WHY in page

    shown = [one for one in verify(centre.public).findings if one.code == "reconciliation"]
    assert [one.grade for one in shown] == [Grade.EXPLAINED]
    assert shown[0].place.endswith(f"tally-sheet-{STATION}.json")
    assert shown[0].detail == f"station {STATION}: Checked in 2, Cards used 1; the chair wrote: {WHY}"
