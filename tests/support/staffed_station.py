"""What the tests of staff share: clocks, an authority, and the staff of a station."""

from pathlib import Path

from testigo.keys import SigningKey
from testigo.staff.accounts import FORMAT, Account, StaffList, StaffMachine, StaffPlace
from testigo.staff.machine import Staff
from testigo.staff.orders import PinOrder

ELECTION = "e" * 64
ISSUED = "2026-11-21T12:00:00Z"
STAFF = (
    Account("ana", "Ana Ñandú", "chair", ""),
    Account("dora", "Dora Gil", "deputy", ""),
    Account("caro", "Caro Díaz", "clerk", ""),
    Account("ana-desk", "ANA  ñandú", "clerk", ""),
    Account("sol-1", "Pía Sosa", "witness", "Partido Sol"),
)


class Clock:
    """Wall clock or monotonic clock that goes only when told."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Authority:
    """Who signs lists and orders."""

    def __init__(self) -> None:
        self.key = SigningKey.generate()

    def place(self, machine: StaffMachine = "chair", *, election: str = ELECTION, station: str = "s1") -> StaffPlace:
        return StaffPlace(election, station, machine, self.key.public)

    def list(
        self,
        accounts: tuple[Account, ...] = STAFF,
        *,
        issued: str = ISSUED,
        election: str = ELECTION,
        station: str = "s1",
        key: SigningKey | None = None,
    ) -> bytes:
        return StaffList(FORMAT, election, station, issued, accounts).sign(key or self.key)

    def order(self, account: str, place: StaffPlace, key: SigningKey | None = None) -> bytes:
        return PinOrder.new(place, account).sign(key or self.key)


def listed(folder: Path, authority: Authority, machine: StaffMachine) -> tuple[Staff, dict[str, str]]:
    """A machine with the list loaded and PINs made; and the PINs."""
    folder.mkdir(exist_ok=True)
    staff = Staff(folder, authority.place(machine))
    staff.load_list(authority.list())
    drawn = staff.draw_pins()
    staff.keep_pins(drawn)
    return staff, {new.account.id: new.pin for new in drawn}
