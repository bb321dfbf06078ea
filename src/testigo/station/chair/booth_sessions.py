"""What the chair may do about the voter who is in a booth: end the session, or allow one more print."""

from testigo.ballot import reasons
from testigo.election import StationMachine
from testigo.errors import InvalidInput
from testigo.staff.machine import Staff
from testigo.station.chair.deck_run import of_booth
from testigo.station.chair.extra_print import ExtraPrint
from testigo.station.chair.state import require_state
from testigo.station.machine.folder import MachineFolder, exclusive
from testigo.station.machine.lineup import Lineup
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.orders import SEEN_CARDS


class BoothSessions:
    """The sessions in the booths of one station, as its chair has them."""

    def __init__(self, folder: MachineFolder, staff: Staff, sender: OrderSender, lineup: Lineup) -> None:
        self.folder = folder
        self._sender = sender
        self._lineup = lineup
        self._extra_print = ExtraPrint(folder.path, staff)

    @exclusive
    def void(self, reason: str, *, booth: int = 1, seen: int | None = None) -> None:
        """End the session in the booth of that number without a vote, for one of `reasons.VOID_REASONS`: it will be a
        difference, with that reason.

        `seen`: how many cards the booth had used when the chair saw that session; raises `IllegalStep` where another
        voter is there since.
        """
        require_state(self.folder, "open", "paused")
        reasons.check_reason(reason, "void", reasons.VOID_REASONS)
        self._sender.give(self._booth(booth), "void-session", reason=reason, **_of_session(seen))
        self.folder.log.append_coarse("session-voided", reason=reason, **of_booth(booth))

    @exclusive
    def allow_print(
        self,
        first: str,
        second: str,
        pin: str,
        reason: str,
        *,
        booth: int = 1,
        seen: int | None = None,
        source: str = "",
    ) -> None:
        """Let the voter in the booth of that number print once more than the limit (`ExtraPrint.agree`). `seen`: as
        `void` has it.

        Raises `IllegalStep` where nobody votes, or the vote is confirmed already.
        """
        require_state(self.folder, "open", "paused")
        machine = self._booth(booth)
        self._extra_print.agree(first, second, pin, reason, source=source)
        self._sender.give(machine, "allow-print", reason=reason, **_of_session(seen))
        about = {"reason": reason, "first": first, "second": second}
        self.folder.log.append_coarse("print-allowed", **about, **of_booth(booth))

    def _booth(self, number: int) -> StationMachine:
        machine = StationMachine("booth", number)
        if machine not in self._lineup.booths:
            raise InvalidInput("machine.not-taking-part", place=self.folder.place, machine=machine.label)
        return machine


def _of_session(seen: int | None) -> dict[str, int]:
    """What an order about a voter says of which one."""
    return {} if seen is None else {SEEN_CARDS: seen}
