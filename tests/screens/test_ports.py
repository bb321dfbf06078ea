"""Why a process cannot listen: each cause has a code of its own, and the option that helps."""

import errno
import socket

import pytest

from raising import raises_code
from testigo.errors import StorageError
from testigo.web.listening import Listening
from testigo.web.metrics import HOST, MetricsServer, nothing_more
from testigo.web.ports import cannot_listen


@pytest.mark.parametrize("host", ["203.0.113.1", "no-such-host.invalid", "", " "])  # RFC 5737, 6761: of nobody
def test_an_address_of_another_machine(host: str) -> None:
    with raises_code(StorageError, "address.of-another-machine"):
        Listening(host).bind()


def test_a_port_in_use() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with raises_code(StorageError, "port.in-use", option="--port"):
            Listening(HOST, port).bind()
        with raises_code(StorageError, "port.in-use", option="--metrics-port"):
            MetricsServer(port, "chair", nothing_more)


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, "port.not-permitted"), (errno.EMFILE, "port.failed")])
def test_what_a_test_cannot_bring_about(number: int, code: str) -> None:
    error = cannot_listen(OSError(number, "as the system says"), HOST, 80, "--port")
    assert (error.code, error.place) == (code, "127.0.0.1:80")
    assert "--port" in error.text("es")
