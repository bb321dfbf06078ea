"""The three machines of a training while it goes on: server processes on this computer."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from testigo.station.machine.processes import MachineProcess
from testigo.training.set_up import LOGS, Training
from testigo.words import message


class TrainingMachines:
    """The processes. `printer`, `pages`, `reader`: addresses as the commands `station serve` take them; "" for none."""

    def __init__(self, training: Training, *, printer: str = "", pages: str = "", reader: str = "") -> None:
        self._training = training
        slips, sheets = training.paper / "slips", training.paper
        self.booth = self._process("booth", ["--printer", printer or f"folder:{slips}"])
        self.check_in = self._process("check-in", ["--reader", reader] if reader else [])
        ways = ["--booth", self.booth.address, "--check-in", self.check_in.address]
        self.chair = self._process("chair", [*ways, "--pages", pages or f"folder:{sheets}"])

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """All three answer during the block. Raises `StorageError` where one does not start."""
        machines = (self.booth, self.check_in, self.chair)
        try:
            for machine in machines:
                machine.start()
            for machine in machines:
                machine.wait_until_up()
            yield
        finally:
            for machine in machines:
                machine.stop()

    def _process(self, role: str, more: list[str]) -> MachineProcess:
        name = message("term", f"machine.{role}", station=self._training.station_id)
        arguments = ["station", "serve", role, str(self._training.station / role), *more]
        return MachineProcess(name, arguments, self._training.out / LOGS / f"{role}.log")


@contextlib.contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set during the block, in place of ending the process at once."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
