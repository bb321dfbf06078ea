"""USB readers: libfprint's real virtual image device, and a capture process that misbehaves in every way it can.

These tests need Debian's libfprint-2-2, gir1.2-fprint-2.0 and python3-gi; without them they fail with that sentence.
"""

import signal
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage, extract, match, synthetic
from testigo.fingerprint import reader as readers
from testigo.fingerprint.reader import UsbReader, _libfprint, usb
from testigo.words import Message
from virtual_reader import VirtualFinger

READY = b'{"driver": "d", "name": "Fake", "swipe": false, "images": true}'


def frame(kind: int, body: bytes) -> bytes:
    return _libfprint.HEADER.pack(_libfprint.ANSWER_MARK, kind, len(body)) + body


def picture(width: int, height: int, *, density: float = 0.0, short: int = 0) -> bytes:
    return frame(_libfprint.IMAGE, _libfprint.SHAPE.pack(width, height, density) + bytes(width * height - short))


@pytest.fixture
def device(tmp_path: Path) -> Iterator[UsbReader]:
    """libfprint's virtual image device, open. Fails where libfprint is missing: it must never be skipped in silence."""
    with UsbReader(virtual=tmp_path / "virtual.socket") as opened:
        yield opened


@pytest.fixture
def finger(device: UsbReader, tmp_path: Path) -> Iterator[VirtualFinger]:
    with VirtualFinger(tmp_path / "virtual.socket") as connected:
        yield connected


def soon(device: UsbReader, act: Callable[[], None]) -> threading.Thread:
    """What a finger (or somebody else) does while a capture is under way."""

    def wait() -> None:
        while not device._using.locked():
            time.sleep(0.01)
        time.sleep(0.15)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def process_of(device: UsbReader) -> "subprocess.Popen[bytes]":
    assert device._process is not None
    return device._process


def fake(folder: Path, script: str) -> str:
    """An interpreter that runs `script` whatever it is told to run."""
    path = folder / "fake-python"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time, signal\nout = sys.stdout.buffer\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


# ── The real device ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_real_prints_come_through_unchanged_and_match(
    device: UsbReader, finger: VirtualFinger, shared_data: Path
) -> None:
    """Several captures in a row; the pixels are the reader's own, and another impression of the finger matches."""
    folder = shared_data / "fingerprints" / "fvc2002-db1-b"
    taken = []
    for name in ("103_1", "103_3", "106_1"):
        laid = FingerImage.read(folder / f"{name}.tif")
        waiting = soon(device, lambda laid=laid: finger.lay(laid))  # type: ignore[misc]
        image = device.capture(10)
        waiting.join()
        assert np.array_equal(image.pixels, laid.pixels)
        assert image.dpi == 500
        assert readers.judge(image) is None
        taken.append(extract(image))
    assert match(taken[0], taken[1]).matched
    assert not match(taken[0], taken[2]).matched


def test_a_finger_that_never_comes_is_one_sentence_and_the_next_capture_works(
    device: UsbReader, finger: VirtualFinger
) -> None:
    with pytest.raises(readers.NoFinger, match="no finger was put on the reader"):
        device.capture(0.3)
    image = synthetic.generate(3, 0)
    soon(device, lambda: finger.lay(image))
    assert np.array_equal(device.capture(10).pixels, image.pixels)


@pytest.mark.parametrize(
    ("reason", "said"),
    [(0, readers.Unclear), (1, readers.TooShort), (2, readers.OffCentre), (3, readers.FingerStays)],
)
def test_the_reader_asks_for_another_try(
    device: UsbReader, finger: VirtualFinger, reason: int, said: type[readers.TryAgain]
) -> None:
    before = process_of(device).pid
    soon(device, lambda: finger.ask_again(reason))
    with pytest.raises(said):
        device.capture(10)
    assert process_of(device).pid == before  # the reader is well, and stays open


def test_an_image_without_ridges_is_unclear(device: UsbReader, finger: VirtualFinger) -> None:
    soon(device, lambda: finger.lay(FingerImage(np.full((300, 300), 255, np.uint8))))
    with pytest.raises(readers.Unclear):
        device.capture(10)


def test_a_finger_that_stays_is_asked_to_be_lifted(device: UsbReader, finger: VirtualFinger) -> None:
    soon(device, finger.stay)
    with pytest.raises(readers.FingerStays, match="lift the finger"):
        device.capture(0.6)


def test_unplugged_in_the_middle_then_plugged_in_again(
    device: UsbReader, finger: VirtualFinger, tmp_path: Path
) -> None:
    soon(device, finger.unplug)
    with pytest.raises(readers.ReaderUnplugged, match="plug it in again"):
        device.capture(10)
    image = synthetic.generate(3, 1)

    def come_back() -> None:
        with VirtualFinger(tmp_path / "virtual.socket") as again:
            time.sleep(0.15)
            again.lay(image)
            time.sleep(0.5)

    (tmp_path / "virtual.socket").unlink()  # so that the finger waits for the new device
    waiting = soon(device, come_back)
    assert np.array_equal(device.capture(10).pixels, image.pixels)
    waiting.join()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (0, readers.ReaderBroken),
        (1, readers.GivesNoImages),
        (4, readers.ReaderBusy),
        (5, readers.ReaderBroken),
        (256, readers.ReaderUnplugged),
        (257, readers.ReaderTooHot),
    ],
)
def test_each_failure_of_a_device_has_its_sentence(
    device: UsbReader, finger: VirtualFinger, error: int, said: type[readers.ReaderError]
) -> None:
    soon(device, lambda: finger.fail(error))
    with pytest.raises(said) as raised:
        device.capture(10)
    assert type(raised.value) is said and raised.value.hint
    if said is readers.ReaderBroken:  # in our words, which are in every language, and not in the driver's
        assert isinstance(raised.value.message.values["why"], Message)
    assert device._process is None  # a reader that failed is started anew by the next capture


def test_a_picture_of_absurd_size_takes_no_memory_and_the_next_is_taken(
    device: UsbReader, finger: VirtualFinger, tmp_path: Path
) -> None:
    soon(device, lambda: finger.send_bytes(struct.pack("=ii", 5001, 1_000_000)))
    with pytest.raises(readers.ReaderError):
        device.capture(0.8)
    image = synthetic.generate(3, 2)

    def again() -> None:
        with VirtualFinger(tmp_path / "virtual.socket") as new:
            time.sleep(0.3)
            new.lay(image)
            time.sleep(0.5)

    waiting = soon(device, again)
    assert np.array_equal(device.capture(10).pixels, image.pixels)
    waiting.join()


def test_killed_in_the_middle_and_started_anew(device: UsbReader, finger: VirtualFinger) -> None:
    victim = process_of(device)
    soon(device, victim.kill)
    with pytest.raises(readers.ReaderBroken, match="signal 9"):
        device.capture(10)
    with pytest.raises(readers.NoFinger):
        device.capture(0.2)
    assert process_of(device).pid != victim.pid


def test_stopped_in_the_middle_is_ended_in_time(
    device: UsbReader, finger: VirtualFinger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usb, "GRACE_SECONDS", 0.3)
    victim = process_of(device)
    victim.send_signal(signal.SIGSTOP)
    with pytest.raises(readers.ReaderHangs, match="does not answer"):
        device.capture(0.2)
    assert victim.returncode == -signal.SIGKILL


def test_a_driver_that_never_comes_back_ends_itself(device: UsbReader) -> None:
    """The alarm of the process stands for a parent that is gone; its signal is known as a hang."""
    victim = process_of(device)
    soon(device, lambda: victim.send_signal(signal.SIGALRM))
    with pytest.raises(readers.ReaderHangs):
        device.capture(10)


def test_one_capture_at_a_time(device: UsbReader, finger: VirtualFinger) -> None:
    said: list[Exception] = []

    def intrude() -> None:
        try:
            device.capture(1)
        except readers.ReaderBusy as busy:
            said.append(busy)

    intruder = soon(device, intrude)
    with pytest.raises(readers.NoFinger):
        device.capture(0.6)
    intruder.join()
    assert len(said) == 1


def test_the_process_inherits_no_secret_and_can_write_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTIGO_SECRET", "hunter2")
    with UsbReader(virtual=tmp_path / "socket") as device:
        pid = process_of(device).pid
        assert b"hunter2" not in Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert any(line.split()[3:5] == ["0", "0"] for line in limits.splitlines() if line.startswith("Max file size"))
        assert "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text()
        assert {str(Path(f"/proc/{pid}/fd/{n}").readlink())[:4] for n in (0, 1)} == {"pipe"}


def test_it_ends_with_the_desk(tmp_path: Path) -> None:
    """A desk that is killed leaves no process behind that holds the reader."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom testigo.fingerprint.reader import UsbReader\n"
        "r = UsbReader(virtual=Path(sys.argv[1])); r.open(); print(r._process.pid, flush=True); r.capture(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "socket")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        pid = int(desk.stdout.readline())
        desk.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}/status").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline, "the capture process outlives its desk"
        time.sleep(0.05)


def test_attached_readers_are_listed(tmp_path: Path) -> None:
    found = readers.attached_readers(virtual=tmp_path / "socket")
    assert [(one.driver, one.images) for one in found if one.driver == "virtual_image"] == [("virtual_image", True)]
    assert all(one.driver != "virtual_image" for one in readers.attached_readers())


def test_a_reader_of_another_driver_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(readers.NoReader, match="no reader is attached"):
        UsbReader("uru4000", virtual=tmp_path / "socket").open()


# ── Without libfprint, and with a process that is not what it should be ──────────────────────────────────────────────


def test_without_libfprint_the_sentence_names_the_packages(tmp_path: Path) -> None:
    for python in (sys.executable, str(tmp_path / "nowhere")):  # an interpreter without PyGObject, and none
        with pytest.raises(readers.LibfprintMissing, match=r"libfprint-2-2 gir1\.2-fprint-2\.0 python3-gi"):
            UsbReader(python=python).open()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"Traceback (most recent call last):\n",
        frame(99, b""),
        frame(_libfprint.READY, READY).replace(_libfprint.ANSWER_MARK, b"TFa2"),
        frame(_libfprint.READY, b"{}"),
        frame(_libfprint.READY, b"[" * 20_000),
        frame(_libfprint.READY, READY)[:-3],
        frame(_libfprint.FAILURE, b"unheard-of\n"),
        _libfprint.HEADER.pack(_libfprint.ANSWER_MARK, _libfprint.IMAGE, 0xFFFFFFFF),
        picture(100, 100),
    ],
)
def test_a_process_that_speaks_nonsense_at_the_start(tmp_path: Path, answer: bytes) -> None:
    reader = UsbReader(python=fake(tmp_path, f"out.write({answer!r})"))
    with pytest.raises(readers.ReaderBroken):
        reader.open()
    assert reader._process is None


@pytest.mark.parametrize(
    "answer",
    [
        frame(_libfprint.READY, READY),
        frame(_libfprint.IMAGE, b"short"),
        picture(100, 100, short=1),
        picture(0, 0),
        picture(20, 20),
        picture(100, 100)[:-1],
        frame(_libfprint.IMAGE, _libfprint.SHAPE.pack(0xFFFFFFFF, 0xFFFFFFFF, 0.0)),
        _libfprint.HEADER.pack(_libfprint.ANSWER_MARK, _libfprint.IMAGE, 4097 * 4097),
    ],
)
def test_a_process_that_speaks_nonsense_instead_of_an_image(tmp_path: Path, answer: bytes) -> None:
    start = frame(_libfprint.READY, READY)
    script = f"out.write({start!r}); out.flush(); sys.stdin.buffer.read(8); out.write({answer!r})"
    with UsbReader(python=fake(tmp_path, script)) as reader:
        assert reader.name == "Fake"
        with pytest.raises(readers.ReaderBroken):
            reader.capture(5)


@pytest.mark.parametrize(("kind", "length"), [(_libfprint.IMAGE, 0xFFFFFFFF), (_libfprint.FAILURE, 1 << 20), (9, 0)])
def test_a_length_that_cannot_be_true_is_not_waited_for(tmp_path: Path, kind: int, length: int) -> None:
    header = _libfprint.HEADER.pack(_libfprint.ANSWER_MARK, kind, length)
    with pytest.raises(readers.ReaderBroken):  # and not ReaderHangs
        UsbReader(python=fake(tmp_path, f"out.write({header!r}); out.flush(); time.sleep(60)")).open()


@given(answer=st.binary(max_size=60) | st.builds(frame, st.integers(0, 5), st.binary(max_size=60)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_process_says_is_a_sentence(tmp_path: Path, answer: bytes) -> None:
    said = tmp_path / "said"
    said.write_bytes(answer)
    path = tmp_path / "cat"
    path.write_text(f"#!/bin/sh\nexec cat '{said}'\n")
    path.chmod(0o700)
    with pytest.raises(readers.ReaderError):
        UsbReader(python=str(path)).capture(1)


def test_a_drivers_words_draw_nothing_on_the_terminal(tmp_path: Path) -> None:
    failure = frame(_libfprint.FAILURE, b"broken\n\x1b[31mred\nError: all is well")
    with pytest.raises(readers.ReaderBroken) as raised:
        UsbReader(python=fake(tmp_path, f"out.write({failure!r})")).open()
    assert "\x1b" not in str(raised.value) and "\n" not in str(raised.value)


def test_a_process_that_hangs_at_the_start_or_will_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb, "OPENING_SECONDS", 0.5)
    with pytest.raises(readers.ReaderHangs):
        UsbReader(python=fake(tmp_path, "time.sleep(60)")).open()
    monkeypatch.setattr(usb, "OPENING_SECONDS", 10.0)
    monkeypatch.setattr(usb, "CLOSING_SECONDS", 0.2)
    start = frame(_libfprint.READY, READY)
    reader = UsbReader(python=fake(tmp_path, f"out.write({start!r}); out.flush(); time.sleep(60)"))
    reader.open()
    process = process_of(reader)
    reader.close()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("density", "dpi"), [(0.0, 500), (20.16, 512), (39.37, 1000), (1.0, 500), (float("nan"), 500)])
def test_a_resolution_is_believed_only_where_a_reader_could_have_it(tmp_path: Path, density: float, dpi: int) -> None:
    start, image = frame(_libfprint.READY, READY), picture(100, 100, density=density)
    script = f"out.write({start!r}); out.flush(); sys.stdin.buffer.read(8); out.write({image!r})"
    with UsbReader(python=fake(tmp_path, script)) as reader:
        assert reader.capture(5).dpi == dpi


def test_the_resolution_can_be_told(tmp_path: Path) -> None:
    start, image = frame(_libfprint.READY, READY), picture(100, 100)
    script = f"out.write({start!r}); out.flush(); sys.stdin.buffer.read(8); out.write({image!r})"
    with UsbReader(python=fake(tmp_path, script), dpi=512) as reader:
        assert reader.capture(5).dpi == 512
    with pytest.raises(InvalidInput, match="no reader has a resolution of 72 dpi"):
        UsbReader(dpi=72)
