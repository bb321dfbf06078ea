"""A booth to look at: the session of the voters' booth, with nothing behind it.

Its day is in memory, its printer prints samples (`slip.sample_slip`) and keeps the last one's picture, and a vote that
is confirmed is gone. Its cards are taken again and again.
"""

import secrets

from testigo.election import Definition
from testigo.errors import IllegalStep
from testigo.slip.sample_slip import SamplePrinter
from testigo.station.booth import day as booth_day
from testigo.station.booth.cards import Card, CardIndex, Deck, new_card
from testigo.station.booth.day import BoothDay, VotingSession
from testigo.station.booth.in_memory import MemoryDay, NoFolder, Tray
from testigo.station.booth.session import LiveSession, SessionView
from testigo.station.booth.voting import VotingBooth
from testigo.station.machine.folder import exclusive
from testigo.station.machine.orders import MachineState
from testigo.words import message

_PLACE = message("place", "preview")


class PreviewBooth(VotingBooth):
    """A booth of any station of a definition. `card`: the one that it takes, of one ballot style."""

    card: Card
    _cards: CardIndex

    def __init__(self, definition: Definition, station_id: str, style_id: str) -> None:
        """Raises what `put_card` raises."""
        self.definition = definition
        self.folder = NoFolder(_PLACE)
        self._box = None
        self._tray = Tray()
        self._printer = SamplePrinter(self._tray)
        self.put_card(station_id, style_id)

    @exclusive
    def put_card(self, station_id: str, style_id: str) -> None:
        """A card of this station and ballot style; a session that is under way ends without a vote.

        Raises `InvalidInput` where the election has no such station, or the station no such ballot style.
        """
        style = self.definition.style_of(station_id, style_id)
        self.station_id = station_id
        self.card = new_card(self.definition, station_id, style.id)
        self._cards = CardIndex(None, secrets.token_bytes(32), self.definition, station_id)
        self._cards.keep(Deck(self.definition, station_id, (self.card,)))
        self._day = MemoryDay()
        self._session = LiveSession(self._day)
        self._tray.empty()

    @property
    def state(self) -> MachineState:
        """Always open."""
        return "open"

    @property
    def paper(self) -> bytes:
        """The picture (PNG) of the sample that was printed last in this session; none before."""
        return self._tray.image if self._tray.slip is not None else b""

    @exclusive
    def accept_card(self, code: str) -> SessionView:
        """Begin a session with the card. Raises `InvalidInput` and `IllegalStep` as `Booth.accept_card` does."""
        if self._session.entry is not None:
            raise IllegalStep("booth.in-use")
        style = self._cards.look_up(code).style
        self._tray.empty()
        session = VotingSession(style, "language", self.definition.languages[0], {})
        self._session.keep(BoothDay(session=session))
        return self._shown()

    def order(self, envelope: bytes) -> bytes:
        """No chair orders anything here; raises `IllegalStep`."""
        raise IllegalStep("booth.not-open", state=self.folder.place)

    def _deposit(self) -> None:
        """Nothing is kept of the vote."""
        self._session.at("depositing")
        self._end_session(booth_day.deposited(self._day.now))

    def _end_session(self, day: BoothDay) -> None:
        self._session.end(day)
