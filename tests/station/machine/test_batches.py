"""Counters in batches: at least ten voters and a quarter of an hour apart, and the rest once, at closing."""

import itertools
import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from testigo import canonical, storage
from testigo.errors import StorageError
from testigo.event_log import Event, EventLog, log_origin, quarter_hour
from testigo.keys import SigningKey
from testigo.station.booth import day as booth_day
from testigo.station.booth.day import BoothDay
from testigo.station.check_in.day import CheckInDay
from testigo.station.machine.batches import APART, VOTERS, note_batch, note_rest

KEY = SigningKey.generate()


@pytest.fixture
def log(tmp_path):
    opened = EventLog(tmp_path / "events.log", KEY, log_origin("e" * 64, "s1", "booth"))
    yield opened
    opened.close()


def test_quarters():
    for minute, quarter in ((0, "00"), (14, "00"), (15, "15"), (44, "30"), (59, "45")):
        assert quarter_hour(f"2026-11-29T23:{minute:02}:59Z") == f"2026-11-29T23:{quarter}:00Z"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=200))
def test_lines_are_apart_in_voters_and_in_time(gaps):
    """Voters come after these gaps, in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        now, written = datetime(2026, 11, 29, 8, 0, 0), []
        patch.setattr(canonical, "utc_now", lambda: f"{now:%Y-%m-%dT%H:%M:%SZ}")
        log = _Lines(written)
        pending = None
        for voters, gap in enumerate(gaps, 1):
            now += timedelta(seconds=gap)
            before = len(written)
            pending = note_batch(log, pending, voters, {})
            if len(written) > before:
                written[-1] = (*written[-1], now)
        for (_, voters, then), (_, more, later) in itertools.pairwise(written):
            assert more - voters >= VOTERS and later - then >= APART
        assert not written or (written[0][1] >= VOTERS and len(gaps) - written[-1][1] >= VOTERS)
        assert written or len(gaps) < 2 * VOTERS


class _Lines:
    """A log without a disk."""

    def __init__(self, written):
        self.written = written

    def append_coarse(self, event, *, voters):
        self.written.append((quarter_hour(canonical.utc_now()), voters))

    def __iter__(self):
        return iter(Event(0, time, "counted", {"voters": voters}, "") for time, voters, *_ in self.written)


def test_the_rest_is_said_once(log):
    note_rest(log, 3, {"printed": 4})
    note_rest(log, 3, {"printed": 4})
    assert [event.data for event in log] == [{"voters": 3, "printed": 4}]


def test_full_disk_costs_the_voter_nothing_and_the_next_one_writes(log, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "flush", full)
    full_batch = note_batch(log, None, VOTERS, {})
    assert note_batch(log, full_batch, 2 * VOTERS, {}) == full_batch
    with pytest.raises(StorageError):
        note_rest(log, VOTERS, {})
    monkeypatch.undo()
    assert not log.entries()
    again = _Kept([])
    assert note_batch(again, full_batch, 2 * VOTERS, {}).voters == 2 * VOTERS
    assert [event.data["voters"] for event in again] == [VOTERS]
    # A power cut after the line, before the day has lost the batch: it is not written twice.
    note_batch(again, full_batch, 3 * VOTERS, {})
    assert len(again.events) == 1


@pytest.mark.parametrize("voters", [0, 9, 19])
def test_small_station_has_one_line(log, voters):
    pending = None
    for done in range(voters + 1):
        pending = note_batch(log, pending, done, {})
    assert not log.entries()
    note_rest(log, voters, {})
    assert len(log) == 1


def test_attack_on_the_logs_of_ten_days_no_group_of_voters_can_be_named(monkeypatch):
    """Both logs of ten days of a station, joined: between two lines, and so for each spoiled paper, voided session or
    failed finger, there are at least ten voters of whom it may be; nobody is alone, also not the last to come."""
    for seed in range(10):
        rng, now = random.Random(seed), datetime(2026, 11, 29, 8, 0, 0)
        voters = rng.choice((11, 21, 31, rng.randrange(20, 300)))  # one after full batches is the worst
        booth, desk, pending, day, came = [], [], [None, None], BoothDay(), CheckInDay()
        for number in range(voters):
            now += timedelta(seconds=rng.choice((20, 120, 400, 2000)))
            monkeypatch.setattr(canonical, "utc_now", f"{now:%Y-%m-%dT%H:%M:%SZ}".__str__)
            came = replace(came.admitting(str(number)), cards_handed=number + 1)
            batch = came.batch(came.counters(400, 20))
            pending[0] = note_batch(_Kept(desk), pending[0], number + 1, batch)
            day = booth_day.deposited(day)
            if rng.random() < 0.1:
                day = replace(day, spoiled=booth_day.one_more(day.spoiled, "mistake"))
            pending[1] = note_batch(_Kept(booth), pending[1], day.done, day.batch(day.counters(400, day.done)))
        for lines, totals in ((booth, day.batch(day.counters(400, day.done))), (desk, batch)):
            note_rest(_Kept(lines), voters, totals)
            done = [0, *(event.data["voters"] for event in lines)]
            assert done[-1] == voters
            assert min(later - earlier for earlier, later in itertools.pairwise(done)) >= VOTERS
            assert all("document" not in event.data and "card" not in event.data for event in lines)


class _Kept:
    """A log in a list."""

    def __init__(self, events):
        self.events = events

    def append_coarse(self, event, **data):
        self.events.append(Event(len(self.events), quarter_hour(canonical.utc_now()), event, data, ""))

    def __iter__(self):
        return iter(self.events)
