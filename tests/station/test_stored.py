"""Stations that earlier releases closed: today's machines open their folders and say what was counted."""

import shutil
from pathlib import Path

import pytest

from testigo.ballot import BoothCounters, CheckInCounters
from testigo.station.booth import Booth
from testigo.station.chair import Chair
from testigo.station.checkin import CheckIn
from testigo.station.closing import counters_of
from testigo.station.machine import LocalMachine

STORED = Path(__file__).parents[1] / "data" / "stored"


@pytest.fixture(params=sorted(folder.name for folder in STORED.iterdir() if folder.is_dir()))
def stored(request, tmp_path):
    return Path(shutil.copytree(STORED / request.param / "station", tmp_path / "station"))


def test_the_chair_reads_its_tally_sheet_its_reports_and_its_closing(stored):
    with Booth(stored / "booth", None) as booth, CheckIn(stored / "check-in") as check_in:
        ways = {"booth": LocalMachine(booth), "check_in": LocalMachine(check_in)}
        with Chair(stored / "chair", **ways) as chair:
            assert chair.state == "sent"
            sheet = chair.tally_sheet()
            assert sheet.reconciliation.holds and sheet.reconciliation.booth.recorded > 0
            last = chair._closing.closing_reports()
            signed = last.reconciliation({})
            assert signed.holds and signed.check_in.cards_handed == sheet.reconciliation.check_in.checked_in
            assert chair.tally_sheet_pdf().startswith(b"%PDF")
            reports = {role: chair._sender.last_report(role) for role in ("check-in", "booth")}
            assert counters_of(reports["check-in"], CheckInCounters) == last.check_in.counters
            assert counters_of(reports["booth"], BoothCounters) == last.booth.counters
            assert check_in.counters() == last.check_in.counters
            assert booth.counters() == last.booth.counters
            assert chair.send() == (stored / "chair" / "statements" / "courier.json").read_bytes()
