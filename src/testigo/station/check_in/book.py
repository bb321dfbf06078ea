"""The poll book at a check-in desk: how it is loaded before opening, whom it has, and how it goes on paper."""

from collections.abc import Set

from testigo import storage
from testigo.election import Definition, Station
from testigo.errors import IllegalStep, InvalidSignature
from testigo.keys import OpeningKey, PublicKey
from testigo.register import OtherStation, PaperList, PollBook, PollBookVoter, of_poll_book
from testigo.staff.accounts import PRESIDING
from testigo.staff.machine import Staff
from testigo.station.check_in.day import CheckInDay
from testigo.station.check_in.desks import Desks
from testigo.station.check_in.lookup import Lookup
from testigo.station.machine.day_file import DayFile
from testigo.station.machine.folder import MachineFolder, exclusive
from testigo.station.machine.order_receiver import OrderReceiver
from testigo.station.machine.orders import MachineState, machine_state

POLL_BOOK = "poll-book.json"
POLL_BOOK_LIMIT = 512 << 20
"""Bytes: of the 20,000 voters that a station has at most, with 10 kB of fingers and 8 of a photograph each."""


class BookedDesk:
    """A check-in desk as the holder of its station's poll book; `check_in.CheckIn` opens its parts."""

    folder: MachineFolder
    definition: Definition
    station_id: str
    staff: Staff
    _opening: OpeningKey
    _orders: OrderReceiver
    _day: DayFile[CheckInDay]
    _desks: Desks
    _book: PollBook | None
    _lookup: Lookup | None

    @property
    def state(self) -> MachineState:
        """installed | tested | ready | open | paused | closed, as the chair ordered it."""
        return self._orders.state()

    @property
    def registered(self) -> int:
        """Voters on the poll book, of several desks those of this desk's share; 0 while none is loaded."""
        return self._desks.share(self._book.voters) if self._book else 0

    @property
    def without_finger(self) -> int:
        """Voters on the poll book of whom no finger was ever taken."""
        voters = self._book.voters.values() if self._book else ()
        return self._desks.share(voter.document for voter in voters if not voter.fingers)

    @exclusive
    def voter_list(self, account: str, pin: str, *, source: str = "") -> PaperList:
        """The poll book as it goes on paper, for the chair or a deputy; who has a card is ticked.

        Raises what `Staff.check` raises, and `IllegalStep` where no poll book is loaded.
        """
        self.staff.check(account, pin, PRESIDING, source=source)
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        return of_poll_book(self.definition, self._book, self._with_card())

    def _with_card(self) -> Set[str]:
        """Document numbers of who has a card as far as this desk knows: from it, or of its share from another."""
        day = self._day.now
        return day.voted.keys() | {document for document, lent in day.claims.lent.items() if lent.hour}

    @exclusive
    def load_poll_book(self, data: bytes) -> int:
        """Load this station's poll book, or a newer one before opening; how many voters it has.

        Raises `InvalidSignature` or `InvalidInput` for one that is not the centre's, another election's, another
        station's, or older than the one that is loaded; `IllegalStep` once the station is open. What was loaded before
        then stays.
        """
        book = self.read_poll_book(data)
        storage.write(self.folder.path / POLL_BOOK, data, mode=0o600)
        self.folder.log.append("poll-book-loaded", serial=book.serial, voters=len(book.voters), digest=book.digest)
        self._book, self._lookup = book, None
        self._desks.deal(book.voters)
        return len(book.voters)

    def read_poll_book(self, data: bytes) -> PollBook:
        """What `load_poll_book` would take in; raises as it does."""
        if self.state not in ("installed", "tested", "ready"):
            raise IllegalStep("poll-book.too-late", state=machine_state(self.state))
        return self._open_book(data)

    def _open_book(self, data: bytes) -> PollBook:
        loaded = [event.data["serial"] for event in self.folder.log if event.event == "poll-book-loaded"]
        return PollBook.open(
            data,
            self.folder.settings.election,
            self.station_id,
            self._opening,
            self._centre_key(),
            newest_serial=max(loaded, default=0),
        )

    def _centre_key(self) -> PublicKey:
        if self.folder.ring is None:
            raise IllegalStep("machine-keys.not-loaded", place=self.folder.place)
        try:
            return self.folder.ring.of_station("", "centre").public
        except InvalidSignature:
            raise IllegalStep("machine-keys.without-centre", place=self.folder.place) from None

    def other_station(self, station_id: str) -> OtherStation | Station:
        """Where a voter is sent: from the poll book, or from a definition of version 1, which has all stations."""
        others = self._book.others if self._book else {}
        return others.get(station_id) or self.definition.station(station_id)

    def _voter(self, document: str) -> PollBookVoter:
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        return self._book.voters[document]
