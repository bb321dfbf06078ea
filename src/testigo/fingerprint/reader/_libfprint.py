"""The capture process: talks to one USB reader through libfprint, and hands pixels over a pipe. Nothing else.

`usb` runs this file as a script with Debian's own interpreter, which has PyGObject (`gi`); it imports nothing of
Testigo. A driver that crashes ends this process and not the desk; one that hangs is ended by the alarm set here, or by
`usb`.

    _libfprint.py list              one DEVICES frame, then the end
    _libfprint.py serve DRIVER      DRIVER "": the first reader. READY, then one IMAGE or FAILURE for each command

Commands on standard input: `COMMAND`, the mark and the milliseconds to wait for a finger. Its end ends the process.
Answers on standard output: `HEADER` (mark, kind, length), then as many bytes.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import signal
import struct
import sys
from typing import Any

COMMAND = struct.Struct(">4sI")  # COMMAND_MARK, milliseconds
COMMAND_MARK = b"TFc1"
HEADER = struct.Struct(">4sBI")  # ANSWER_MARK, kind, length of what follows
ANSWER_MARK = b"TFa1"
READY, IMAGE, FAILURE, DEVICES = 1, 2, 3, 4
SHAPE = struct.Struct(">IId")  # of an image: width, height, pixels per millimetre (0: the driver does not know)

ALARM_GRACE = 8
"""Seconds past a command's own time after which this process ends itself, if the driver has not come back."""
_OPENING = 20
_MEMORY = 1 << 30
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS, prctl(2)

# FpDeviceError, FpDeviceRetry (libfprint 2, fp-device.h) and GUsbDeviceError (GUsb), by number; the words are ours.
_ERRORS = {
    0: "driver-failed",
    1: "cannot-capture",
    2: "unplugged",
    4: "busy",
    5: "protocol-error",
    6: "bad-data",
    256: "unplugged",
    257: "too-hot",
}
_RETRIES = {1: "too-short", 2: "off-centre", 3: "lift"}
_USB_ERRORS = {4: "unplugged", 6: "busy", 9: "not-allowed"}


def main(arguments: list[str]) -> int:
    _give_up_rights()
    signal.alarm(_OPENING)
    try:
        importlib.import_module("gi").require_version("FPrint", "2.0")
        fprint, gio, glib = (importlib.import_module(f"gi.repository.{name}") for name in ("FPrint", "Gio", "GLib"))
    except (ImportError, ValueError) as error:
        _fail("no-library", str(error))
        return 1
    context = fprint.Context()
    context.enumerate()
    devices = context.get_devices()
    if arguments[0] == "list":
        _send(DEVICES, json.dumps([_told(device, fprint) for device in devices]).encode())
        return 0
    wanted = [device for device in devices if arguments[1] in ("", device.get_driver())]
    if not wanted:
        _fail("no-reader", "")
        return 1
    return _Desk(wanted[0], fprint, gio, glib).serve()


class _Desk:
    """One open reader and its main loop."""

    def __init__(self, device: Any, fprint: Any, gio: Any, glib: Any) -> None:
        self._device, self._fprint, self._gio, self._glib = device, fprint, gio, glib
        self._loop = glib.MainLoop()
        self._waiting: Any = None  # the cancellable of the capture under way
        self._timed_out = self._stays = self._ended = False

    def serve(self) -> int:
        if not self._device.has_feature(self._fprint.DeviceFeature.CAPTURE):
            _fail("cannot-capture", self._device.get_name())
            return 1
        try:
            self._device.open_sync(None)
        except self._glib.Error as error:
            _fail(*self._word(error))
            return 1
        signal.alarm(0)
        _send(READY, json.dumps(_told(self._device, self._fprint)).encode())
        conditions = self._glib.IOCondition.IN | self._glib.IOCondition.HUP
        self._glib.unix_fd_add_full(self._glib.PRIORITY_DEFAULT, 0, conditions, self._command)
        self._loop.run()
        signal.alarm(ALARM_GRACE)
        with contextlib.suppress(self._glib.Error):
            self._device.close_sync(None)
        return 0

    def _command(self, *_: Any) -> bool:
        data = os.read(0, COMMAND.size)
        if len(data) != COMMAND.size or data[:4] != COMMAND_MARK or self._waiting is not None:
            self._ended = True
            if self._waiting is None:
                self._loop.quit()
            else:
                self._waiting.cancel()
            return False
        milliseconds = COMMAND.unpack(data)[1]
        self._timed_out = False
        self._waiting = self._gio.Cancellable()
        signal.alarm(milliseconds // 1000 + 1 + ALARM_GRACE)
        timer = self._glib.timeout_add(milliseconds, self._time_is_up)
        self._device.capture(True, self._waiting, self._captured, timer)
        return True

    def _time_is_up(self) -> bool:
        self._timed_out = True
        self._stays = bool(self._device.get_finger_status() & self._fprint.FingerStatusFlags.PRESENT)
        self._waiting.cancel()
        return False

    def _captured(self, device: Any, result: Any, timer: int) -> None:
        signal.alarm(0)
        if not self._timed_out:
            self._glib.source_remove(timer)
        self._waiting = None
        try:
            image = device.capture_finish(result)
        except self._glib.Error as error:
            if not self._ended:
                if self._timed_out and error.matches(self._gio.io_error_quark(), self._gio.IOErrorEnum.CANCELLED):
                    _fail("lift" if self._stays else "no-finger", "")
                else:
                    _fail(*self._word(error))
        else:
            if not self._ended:
                shape = SHAPE.pack(image.get_width(), image.get_height(), image.get_ppmm())
                _send(IMAGE, shape + bytes(image.get_data()))
        if self._ended:
            self._loop.quit()

    def _word(self, error: Any) -> tuple[str, str]:
        """Our word for libfprint's or GUsb's error, and its own text."""
        if error.domain == self._glib.quark_to_string(self._fprint.DeviceRetry.quark()):
            return _RETRIES.get(error.code, "unclear"), ""
        if error.domain == self._glib.quark_to_string(self._fprint.DeviceError.quark()):
            word = _ERRORS.get(error.code, "broken")
            return word, self._device.get_name() if word == "cannot-capture" else error.message
        if "usb" in error.domain.lower():
            return _USB_ERRORS.get(error.code, "broken"), error.message
        return "broken", error.message


def _told(device: Any, fprint: Any) -> dict[str, Any]:
    return {
        "driver": device.get_driver(),
        "name": device.get_name(),
        "swipe": device.get_scan_type() == fprint.ScanType.SWIPE,
        "images": device.has_feature(fprint.DeviceFeature.CAPTURE),
    }


def _give_up_rights() -> None:
    """No file written, no memory dumped (it would hold a finger), no more memory than a reader needs, no new rights."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _fail(word: str, detail: str) -> None:
    _send(FAILURE, f"{word}\n{detail[:500]}".encode())


def _send(kind: int, body: bytes) -> None:
    data = HEADER.pack(ANSWER_MARK, kind, len(body)) + body
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception as defect:
        _fail("broken", f"{type(defect).__name__}: {defect}")
        sys.exit(1)
