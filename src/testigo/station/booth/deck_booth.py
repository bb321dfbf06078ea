"""A booth for test ballots: the session, slip, record and box of the voters' booth, with a box of its own.

Its pages are the booth's (`screens.booth`), its paper is set as for the printer, read back (`slip_reader`) and never
comes out: a test vote on paper could end up in the ballot box. Its box has another key and another name than the real
one, which does not exist before the zero report: no vote of the one opens in the other.
"""

import secrets

from testigo.ballot import CastVoteRecord, DeckBallot, DeckOutcome, Tally
from testigo.election import Definition
from testigo.errors import IllegalStep, TestigoError
from testigo.slip_reader import SlipReader
from testigo.station.booth import votes
from testigo.station.booth.box import BallotBox, Paths
from testigo.station.booth.day import BoothDay, VotingSession
from testigo.station.booth.in_memory import MemoryDay, NoFolder, Tray
from testigo.station.booth.session import LiveSession, SessionView
from testigo.station.booth.voting import MakeScreen, VotingBooth
from testigo.station.machine.orders import MachineState
from testigo.words import Message, to_line


class DeckBooth(VotingBooth):
    """A booth whose voters are the test ballots of one part after the other."""

    def __init__(
        self, definition: Definition, station_id: str, paths: Paths, place: Message, make_screen: MakeScreen
    ) -> None:
        self.definition, self.station_id = definition, station_id
        self.folder = NoFolder(place)
        self._paths = paths
        self._box: BallotBox | None = None
        self._day = MemoryDay()
        self._session = LiveSession(self._day)
        self._printer = self._tray = Tray()
        self._reader = SlipReader(definition, station_id)
        self._name = f"{votes.box_name(definition, station_id)}/test"
        self._key = b""
        self._screen = make_screen(self)

    @property
    def state(self) -> MachineState:
        """Always open."""
        return "open"

    def accept_card(self, code: str) -> SessionView:
        """There are no cards for test ballots; raises `IllegalStep`."""
        raise IllegalStep("booth.not-open", state=self.folder.place)

    def order(self, envelope: bytes) -> bytes:
        """Orders go to the booth; raises `IllegalStep`."""
        raise IllegalStep("booth.not-open", state=self.folder.place)

    def begin_part(self, slots: int) -> None:
        """An empty box for that many ballots; what an earlier part left is destroyed."""
        self.discard()
        self._key = secrets.token_bytes(32)
        size = votes.slot_size(self.definition, self.station_id)
        self._box = BallotBox.create(self._paths, self._key, self._name, slots=max(slots, 1), slot_size=size)

    def cast(self, one: DeckBallot) -> DeckOutcome:
        """Have one ballot voted; what became of it."""
        self._tray.empty()
        first = VotingSession(one.ballot.style, "language", self.definition.languages[0], {})
        self._session.keep(BoothDay(session=first))
        try:
            rows = self._screen.vote(one)
        except TestigoError as error:
            return DeckOutcome(stopped=to_line(error.message))
        slip, record = self._tray.slip, self._record()
        if slip is None:
            return DeckOutcome(screen=rows, unread="printer")
        readings = self._reader.read(self._tray.image)
        reading = readings[0]
        refused = to_line(reading.refused) if reading.refused else ""
        return DeckOutcome(
            screen=rows,
            paper=reading.choices if len(readings) == 1 else None,
            number=reading.number == slip.number,
            qr_code=reading.agrees_with_qr is True,
            record=record.ballot if record else None,
            record_language=record.language if record else "",
            unread=refused,
        )

    def _record(self) -> CastVoteRecord | None:
        """What is in the box under the number on the paper."""
        number = self._tray.slip.number if self._tray.slip else ""
        records = self._box.records() if self._box else ()
        return next((record for record in records if record.slip == number), None)

    def count(self) -> Tally:
        """Close the box, open it again, count it, and destroy it."""
        if self._box is None:
            raise IllegalStep("box.none", place=self.folder.place)
        size = self._box.slot_size
        self._box.close()
        self._box = BallotBox(self._paths, self._key, self._name, size)
        counted = votes.count_box(self.definition, self.station_id, self._box)
        self.discard()
        return counted

    def discard(self) -> None:
        """Destroy the box, if there is one."""
        if self._box is not None:
            self._box.destroy()
            self._box = None
        votes.discard_test_box(self._paths)

    def close(self) -> None:
        """Destroy the box, and give the pages back."""
        self.discard()
        self._screen.close()

    def _end_session(self, day: BoothDay) -> None:
        self._session.end(day)
