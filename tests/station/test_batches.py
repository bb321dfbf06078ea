"""Counters in batches: at least ten voters and a quarter of an hour apart, and the rest once, at closing."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo import canonical, storage
from testigo.errors import StorageError
from testigo.event_log import Event, EventLog, log_origin, quarter_hour
from testigo.keys import SigningKey
from testigo.station.batches import APART, VOTERS, note_batch, note_rest

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
        for voters, gap in enumerate(gaps, 1):
            now += timedelta(seconds=gap)
            before = len(written)
            note_batch(log, voters, {})
            if len(written) > before:
                written[-1] = (*written[-1], now)
        for (_, voters, then), (_, more, later) in itertools.pairwise(written):
            assert more - voters >= VOTERS and later - then >= APART
        assert not written or written[0][1] >= VOTERS
        assert written or len(gaps) < VOTERS


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
    note_batch(log, VOTERS, {})
    with pytest.raises(StorageError):
        note_rest(log, VOTERS, {})
    monkeypatch.undo()
    assert not log.entries()


@pytest.mark.parametrize("voters", [0, 9])
def test_small_station_has_one_line(log, voters):
    for done in range(voters + 1):
        note_batch(log, done, {})
    assert not log.entries()
    note_rest(log, voters, {})
    assert len(log) == 1
