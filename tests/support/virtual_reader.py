"""Fingers for libfprint's virtual image device: what its socket understands (libfprint/drivers/virtual-image.c)."""

import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from testigo.fingerprint import FingerImage

_PAIR = struct.Struct("=ii")


class VirtualFinger:
    """The other end of the device's socket. The device listens while it is open; connecting waits for it."""

    def __init__(self, path: Path, *, patience: float = 20.0) -> None:
        deadline = time.monotonic() + patience
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(str(path))
                return
            except OSError:
                self._socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def lay(self, image: FingerImage) -> None:
        """A finger comes, its image is taken, it goes (as long as `stay` was not called)."""
        self._send(image.width, image.height, image.pixels.tobytes())

    def ask_again(self, reason: int) -> None:
        """The reader wants another try: a value of libfprint's FpDeviceRetry."""
        self._send(-1, reason)

    def fail(self, error: int) -> None:
        """The reader fails: a value of libfprint's FpDeviceError."""
        self._send(-2, error)

    def stay(self) -> None:
        """The finger lies there and is not lifted."""
        self._send(-3, 0)
        self._send(-4, 1)

    def unplug(self) -> None:
        """The device disappears."""
        self._send(-5, 0)

    def send_bytes(self, data: bytes) -> None:
        """Anything at all."""
        self._socket.sendall(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _send(self, first: int, second: int, data: bytes = b"") -> None:
        self._socket.sendall(_PAIR.pack(first, second) + data)
