"""Why a process cannot listen at an address."""

import errno

from testigo.errors import StorageError


def cannot_listen(error: OSError, host: str, port: int, option: str) -> StorageError:
    """The system's error for people. `option`: of the command line, that gives another port."""
    place = f"{host}:{port}"
    number = error.errno or 0
    # Below zero: a name that could not be looked up (`getaddrinfo`), as `socket.create_server` passes it on.
    if number < 0 or number == errno.EADDRNOTAVAIL:
        return StorageError("address.of-another-machine", place=place)
    if number == errno.EADDRINUSE:
        return StorageError("port.in-use", place=place, option=option)
    if number == errno.EACCES:
        return StorageError("port.not-permitted", place=place, option=option)
    return StorageError(
        "port.failed", place=place, why=errno.errorcode.get(number, type(error).__name__), option=option
    )
