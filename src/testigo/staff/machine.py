"""What one machine knows of its staff: the accounts of its signed list, and the PINs that were made here.

    FOLDER/staff.json    the staff list, as the authority signed it
           pins.json     hashes of the PINs

Without a list, as in a rehearsal or a small election, an account is whoever has a PIN: `chair` and `clerk`, whose PINs
`testigo station install` set, and officers that `testigo register officer` admitted. A list ends that: from then on
only who stands in it is admitted, with a PIN that was made afterwards.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testigo import canonical, storage
from testigo.errors import IllegalStep, InvalidInput, NotAllowed
from testigo.staff.accounts import (
    MACHINES,
    Account,
    StaffList,
    StaffPlace,
    StaffRole,
    check_id,
    open_staff_list,
)
from testigo.staff.orders import PIN_ORDER_NAME, PinOrder, open_pin_order
from testigo.staff.pins import Pins, draw_pin, refuse_obeyed
from testigo.staff.tries import OWN_SCREEN

STAFF_LIST = "staff.json"
PINS = "pins.json"


@dataclass(frozen=True)
class NewPin:
    """A PIN in plain, for its slip and never for keeping."""

    account: Account
    place: StaffPlace
    pin: str = field(repr=False)


class Staff:
    """The accounts of one machine. Processes and threads may use one folder at the same time."""

    def __init__(self, folder: Path, place: StaffPlace, *, clock: Callable[[], float] = time.time) -> None:
        """Raises `InvalidInput` or `InvalidSignature` where the list in the folder is not the authority's, and
        `InvalidInput` where its PINs cannot be read: at the start, not when the first person comes.
        """
        self.folder = folder
        self.place = place
        self._pins = Pins(folder / PINS, clock)
        self._pins.accounts()
        self._list = self._stored_list()

    @property
    def listed(self) -> bool:
        """Whether there is a staff list."""
        return self._list is not None

    def accounts(self, roles: Sequence[StaffRole] = ()) -> tuple[Account, ...]:
        """Who may use this machine; `roles`: only those."""
        if self._list is None:
            known = tuple(filter(None, map(self._without_list, self._pins.accounts())))
        else:
            known = tuple(one for one in self._list.accounts if self.place.machine in one.machines)
        return tuple(one for one in known if not roles or one.role in roles)

    def account(self, account_id: str) -> Account:
        """The account of that id; raises `NotAllowed` where none may use this machine."""
        for account in self.accounts():
            if account.id == account_id:
                return account
        raise NotAllowed("account.not-on-this-machine", account=account_id[:60])

    def without_pin(self) -> tuple[Account, ...]:
        """The accounts for which no PIN was made here yet."""
        have = set(self._pins.accounts())
        return tuple(account for account in self.accounts() if account.id not in have)

    def check(self, account_id: str, pin: str, roles: Sequence[StaffRole] = (), *, source: str = OWN_SCREEN) -> Account:
        """The account, if this is its PIN on this machine. `account_id` may be "" where only one account has such a
        role. `source`: the address that the PIN comes from; "" for the machine's own screen.

        Raises `NotAllowed`: no such account, none of these roles, wrong PIN, locked after too many wrong ones.
        """
        admitted = {account.id: account for account in self.accounts(roles)}
        if not account_id and len(admitted) == 1:
            account_id = next(iter(admitted))
        if account_id not in admitted:
            self._pins.check_nobody(pin, source)
            raise NotAllowed("account.may-not-here")
        self._pins.check(account_id, pin, source)
        return admitted[account_id]

    # ---- the list

    def load_list(self, data: bytes) -> StaffList:
        """Take in a staff list. PINs of accounts that are not in it, or now another person's, are forgotten.

        Raises what `open_staff_list` raises, `IllegalStep` for one older than the list that is here; then nothing is
        changed.
        """
        new = open_staff_list(data, self.place)
        if self._list is not None and new.issued < self._list.issued:
            raise IllegalStep(
                "staff-list.older", issued=canonical.moment(new.issued), loaded=canonical.moment(self._list.issued)
            )
        same = set(new.accounts) & set(self._list.accounts if self._list else ())
        # PINs first: a power cut in between leaves people without a PIN, never a PIN with another person.
        self._pins.drop(set(self._pins.accounts()) - {account.id for account in same})
        storage.write(self.folder / STAFF_LIST, data)
        self._list = new
        return new

    # ---- PINs

    def draw_pins(self) -> tuple[NewPin, ...]:
        """New PINs for the accounts that have none here; nothing is kept yet. All differ."""
        drawn: dict[str, NewPin] = {}
        for account in self.without_pin():
            pin = draw_pin()
            while pin in drawn:
                pin = draw_pin()
            drawn[pin] = NewPin(account, self.place, pin)
        return tuple(drawn.values())

    def keep_pins(self, drawn: Sequence[NewPin]) -> None:
        """Keep the hashes of PINs that `draw_pins` gave, once their slips are safe. Raises `IllegalStep` where one of
        the accounts has a PIN meanwhile."""
        missing = {account.id for account in self.without_pin()}
        for new in drawn:
            if new.account.id not in missing:
                raise IllegalStep("pin.there-already", account=new.account.id)
        self._pins.put({new.account.id: new.pin for new in drawn})

    def draw_replacement(self, data: bytes) -> tuple[PinOrder, NewPin]:
        """A new PIN by the authority's order; nothing is kept yet.

        Raises what `open_pin_order` raises, `NotAllowed` for an account that may not use this machine, `IllegalStep`
        for an order that was obeyed before or is older than the staff list.
        """
        order = open_pin_order(data, self.place)
        account = self.account(order.account)
        refuse_obeyed(order, self._pins.orders())
        if self._list is not None and order.issued < self._list.issued:
            raise IllegalStep(
                "pin-order.before-staff-list",
                place=PIN_ORDER_NAME,
                issued=canonical.moment(order.issued),
                loaded=canonical.moment(self._list.issued),
            )
        return order, NewPin(account, self.place, draw_pin())

    def keep_replacement(self, order: PinOrder, new: NewPin) -> None:
        """Keep the PIN that `draw_replacement` gave, and remember the order. Raises `IllegalStep` for one obeyed
        before."""
        self._pins.put({new.account.id: new.pin}, order=order)

    def require_admissible(self, account_id: str) -> None:
        """Raise `InvalidInput` for what cannot be an id, `IllegalStep` where a list says who is admitted."""
        self._refuse_listed()
        check_id(account_id)

    def set_pin(self, account_id: str, pin: str) -> None:
        """Admit somebody where there is no list, or give them a new PIN. Raises as `require_admissible`, and
        `InvalidInput` for a PIN that is not good."""
        self.require_admissible(account_id)
        self._pins.put({account_id: pin})

    def remove(self, account_id: str) -> None:
        """Admit somebody no more, where there is no list; raises `InvalidInput` where nobody has that id."""
        self._refuse_listed()
        if account_id not in self._pins.accounts():
            raise InvalidInput("account.unknown", place=self.folder, account=account_id[:60])
        self._pins.drop({account_id})

    def _refuse_listed(self) -> None:
        if self._list is not None:
            raise IllegalStep("staff-list.decides", place=self.folder)

    def _without_list(self, name: str) -> Account | None:
        machine = self.place.machine
        if machine == "enrolment":
            return Account(name, "", "officer", "")
        role = next((role for role in MACHINES if role == name and machine in MACHINES[role]), None)
        return Account(name, "", role, "") if role else None

    def _stored_list(self) -> StaffList | None:
        file = self.folder / STAFF_LIST
        if not file.exists():
            return None
        return open_staff_list(storage.read(file), self.place, stored=True, name=str(file))
