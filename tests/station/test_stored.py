"""Stations that earlier releases closed: today's machines open their folders and say what was counted."""

import shutil
from pathlib import Path

import msgspec
import pytest

from raising import raises_code
from testigo.ballot import BoothCounters, CheckInCounters
from testigo.errors import InvalidInput, StorageError
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.chair.closing import counters_of
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.order_sender import REPORTS_FORMAT
from testigo.station.machine.ways import LocalMachine

STORED = Path(__file__).parents[1] / "data" / "stored"


@pytest.fixture(params=sorted(folder.name for folder in STORED.iterdir() if folder.is_dir()))
def stored(request, tmp_path):
    return Path(shutil.copytree(STORED / request.param / "station", tmp_path / "station"))


def test_the_chair_reads_its_tally_sheet_its_reports_and_its_closing(stored):
    with Booth(stored / "booth", None) as booth, CheckIn(stored / "check-in") as check_in:
        ways = {"booths": [LocalMachine(booth)], "desks": [LocalMachine(check_in)]}
        with Chair(stored / "chair", **ways) as chair:
            assert chair.state == "sent"
            sheet = chair.tally_sheet()
            assert sheet.reconciliation.is_consistent and sheet.reconciliation.booth.recorded > 0
            last = chair._closing.closing_reports()
            signed = last.reconciliation({})
            assert signed.is_consistent and signed.check_in.cards_handed == sheet.reconciliation.check_in.checked_in
            assert chair.tally_sheet_pdf().startswith(b"%PDF")
            (desk, of_desk), (box, of_booth) = *last.desks.items(), *last.booths.items()
            assert counters_of(chair._sender.last_report(desk), CheckInCounters) == of_desk.counters
            assert counters_of(chair._sender.last_report(box), BoothCounters) == of_booth.counters
            kinds = {"release_alarm": of_desk.counters.release_alarm}  # releases that counted kinds together had none
            assert msgspec.structs.replace(check_in.counters(), **kinds) == of_desk.counters
            assert booth.counters() == of_booth.counters
            statements = stored / "chair" / "statements"
            package = next(file for name in ("package.json", "courier.json") if (file := statements / name).exists())
            assert chair.send() == package.read_bytes()


@pytest.mark.parametrize("role", ["booth", "check-in"])
def test_a_day_that_release_0_1_has_begun_is_finished_with_it(tmp_path, role):
    """Its log has a line for each act of each voter; only a closed one is still read."""
    folder = Path(shutil.copytree(STORED / "0.1" / "station" / role, tmp_path / role))
    log = folder / "events.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))  # not paused, not closed
    with pytest.raises(StorageError, match=r"release 0\.1 opened this station, finish the day"):
        Booth(folder, None) if role == "booth" else CheckIn(folder)
    assert not (folder / "day-state").exists()


def test_a_station_that_an_earlier_release_closed_is_only_read(stored):
    before = {file: file.read_bytes() for file in stored.rglob("*") if file.is_file()}
    with Booth(stored / "booth", None) as booth, CheckIn(stored / "check-in") as check_in:
        assert (booth.state, check_in.state) == ("closed", "closed")
        assert sum(booth.tally().ballots.values()) == booth.counters().deposited > 3
    assert {file: file.read_bytes() for file in stored.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("kept", [b'{"format":2,"reports":{}}', b"{}"])
def test_the_chairs_last_reports_are_never_none(kept: bytes) -> None:
    """The file is made with the first report: one without any is damaged, and would hide that a machine went back."""
    with raises_code(InvalidInput, "stored.damaged"):
        REPORTS_FORMAT.decode(kept, place="last-reports.json")
