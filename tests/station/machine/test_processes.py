"""A machine's port is its own from the moment its address is told."""

import socket
from pathlib import Path

import pytest

from testigo.errors import StorageError
from testigo.station.machine.processes import MachineProcess
from testigo.web.listening import Listening


def test_a_reserved_port_takes_one_server_again_and_again_and_nobody_else(tmp_path: Path) -> None:
    machine = MachineProcess("m", [], tmp_path / "log")
    for _ in range(3):
        with Listening(port=machine.port).bind() as server, socket.create_connection(server.getsockname()) as caller:
            accepted, _ = server.accept()
            with accepted:
                caller.sendall(b"x")
                assert accepted.recv(1) == b"x"
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", machine.port))
    machine.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", machine.port))


def test_a_machine_that_ends_at_once_says_its_last_words(tmp_path: Path) -> None:
    machine = MachineProcess("m", ["station", "serve", "booth", str(tmp_path / "absent")], tmp_path / "log")
    machine.start()
    with pytest.raises(StorageError, match="did not start"):
        machine.wait_until_up()
    machine.stop()
