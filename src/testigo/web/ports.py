"""Why a process cannot listen at an address."""

import errno
import socket

from testigo.errors import StorageError


def cannot_listen(error: OSError, host: str, port: int, option: str) -> StorageError:
    """The system's error for people. `option`: of the command line, that gives another port."""
    place = f"{host}:{port}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return StorageError("address.of-another-machine", place=place)
    if error.errno == errno.EADDRINUSE:
        return StorageError("port.in-use", place=place, option=option)
    if error.errno == errno.EACCES:
        return StorageError("port.not-permitted", place=place, option=option)
    return StorageError("port.failed", place=place, why=error.strerror or str(error), option=option)
