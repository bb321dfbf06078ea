"""The event log: what a cheat does to it is found, what a power cut does to it is repaired."""

import hashlib
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raising import raises_code
from testigo.errors import InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.event_log import LONGEST_LINE, EventLog, lines_after, log_origin, verify_event_log
from testigo.keys import SigningKey

KEY = SigningKey.generate()
ORIGIN = log_origin("e" * 64, "s1", "booth")


def fill(file, count=6, key=KEY, origin=ORIGIN):
    log = EventLog(file, key, origin)
    for number in range(count):
        log.append("printed", session=f"{number:016x}")
    log.close()
    return file.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("log") / "events.log")


def test_log_reads_back(tmp_path):
    data = fill(tmp_path / "log")
    events = verify_event_log(data, KEY.public, ORIGIN)
    assert [event.sequence for event in events] == list(range(6))
    again = EventLog(tmp_path / "log", KEY, ORIGIN)
    assert again.entries() == events
    again.append("closed")
    again.close()
    verify_event_log((tmp_path / "log").read_bytes(), KEY.public, ORIGIN, head=again.head)


def test_every_changed_byte_is_found(whole):
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises((InvalidInput, InvalidSignature)):
            verify_event_log(bytes(changed), KEY.public, ORIGIN)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_dropped_moved_and_repeated_lines_are_found(whole, data):
    lines = whole.splitlines(keepends=True)
    order = data.draw(st.lists(st.sampled_from(range(len(lines))), min_size=1, max_size=8))
    if order == list(range(len(order))):
        return  # a log cut at its end: only a head from elsewhere tells, see below
    with pytest.raises((InvalidInput, InvalidSignature)):
        verify_event_log(b"".join(lines[number] for number in order), KEY.public, ORIGIN)


def test_cut_tail_is_found_by_the_head(whole):
    cut = b"".join(whole.splitlines(keepends=True)[:-2])
    verify_event_log(cut, KEY.public, ORIGIN)
    head = hashlib.sha256(whole.splitlines()[-1]).hexdigest()
    verify_event_log(whole, KEY.public, ORIGIN, head=head)
    with raises_code(InvalidInput, "event-log.without-head"):
        verify_event_log(cut, KEY.public, ORIGIN, head=head)


def test_splice_from_another_log_is_found(whole, tmp_path):
    same_key_other_station = fill(tmp_path / "other", origin=log_origin("e" * 64, "s2", "booth"))
    with pytest.raises(InvalidSignature):
        verify_event_log(same_key_other_station, KEY.public, ORIGIN)
    mixed = whole.splitlines(keepends=True)
    mixed[3] = same_key_other_station.splitlines(keepends=True)[3]
    with pytest.raises(InvalidSignature, match=r"follow|signature"):
        verify_event_log(b"".join(mixed), KEY.public, ORIGIN)
    with pytest.raises(InvalidSignature):
        verify_event_log(fill(tmp_path / "own", key=SigningKey.generate()), KEY.public, ORIGIN)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\0" * 4096, b"x" * (LONGEST_LINE + 1)])
def test_a_log_that_was_begun_is_not_begun_again(tmp_path, content):
    """What no power cut leaves: the log is gone, or is something else. Nothing is changed."""
    file = tmp_path / "log"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises((InvalidInput, StorageError)):
        EventLog(file, KEY, ORIGIN, begun=True)
    assert (file.read_bytes() if file.exists() else None) == content


def test_more_than_a_line_is_not_cut_off(whole, tmp_path):
    (tmp_path / "log").write_bytes(whole + b" " * (LONGEST_LINE + 1))
    with pytest.raises(InvalidInput):
        EventLog(tmp_path / "log", KEY, ORIGIN)
    assert len((tmp_path / "log").read_bytes()) > LONGEST_LINE


def test_torn_last_line_is_cut_off_and_noted(whole, tmp_path):
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    for torn in (whole[: start + 1], whole[: start + 40], whole[:-1], whole[:start] + b"\0" * 200):
        file = tmp_path / "log"
        file.write_bytes(torn)
        log = EventLog(file, KEY, ORIGIN)
        assert [event.event for event in log] == ["printed"] * 5 + ["log-repaired"]
        log.close()
        verify_event_log(file.read_bytes(), KEY.public, ORIGIN)


def test_full_disk_changes_nothing(whole, tmp_path, monkeypatch):
    file = tmp_path / "log"
    file.write_bytes(whole)
    log = EventLog(file, KEY, ORIGIN)
    real = os.pwrite

    def full(handle, data, offset):
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return real(handle, data[: len(data) // 2], offset)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageError, match="the disk is full"):
        log.append("deposited", session="x")
    monkeypatch.undo()
    assert file.read_bytes() == whole and len(log) == 6
    log.append("deposited", session="x")
    log.close()
    assert len(verify_event_log(file.read_bytes(), KEY.public, ORIGIN)) == 7


@pytest.mark.skipif(not shutil.which("mount") or os.geteuid() != 0, reason="needs a small file system of its own")
def test_really_full_disk(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        log = EventLog(small / "log", KEY, ORIGIN)
        with pytest.raises(StorageError, match="full"):
            for _ in range(1000):
                log.append("printed", session="0" * 16)
        log.close()
        events = EventLog(small / "log", KEY, ORIGIN)
        assert len(events) == len(log) > 10 and events.entries()[-1].event == "printed"
        events.close()
    finally:
        subprocess.run(["umount", small], check=True)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_sentence(data):
    if data:
        with pytest.raises(TestigoError):
            verify_event_log(data, KEY.public, ORIGIN)


def test_unreadable_log_is_a_sentence(tmp_path):
    (tmp_path / "log").mkdir()
    with pytest.raises(StorageError):
        EventLog(tmp_path / "log", KEY, ORIGIN)


def test_log_goes_on_after_a_head(whole):
    lines = whole.splitlines()
    for number in range(1, len(lines) + 1):
        head = hashlib.sha256(lines[number - 1]).hexdigest()
        assert lines_after(verify_event_log(whole, KEY.public, ORIGIN, head=head), head) == len(lines) - number


def test_heads_of_an_open_log(tmp_path):
    data = fill(tmp_path / "log")
    heads = [ORIGIN] + [hashlib.sha256(line).hexdigest() for line in data.splitlines()]
    log = EventLog(tmp_path / "log", KEY, ORIGIN)
    assert [log.head_at(number) for number in range(7)] == heads
    assert log.head_at(7) == log.head_at(-1) == ""
    log.close()
