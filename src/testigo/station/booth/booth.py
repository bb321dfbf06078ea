"""The booth: cards, the ballot box until it is counted, the chair's orders. What a voter does is `voting`.

The booth knows ballot styles and cards, never a voter. What it keeps of the day is how things stand: counters, the set
of used cards, the session under way (`day`); nothing of one voter with a time or in an order. Its event log has
the chair's orders, and counters of at least ten voters at a time (`batches`). `recorded` comes from the box. What a
power cut leaves of a session is resolved by `session`.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec.structs import replace

from testigo.ballot import BoothCounters, BoothReport, Tally, reasons
from testigo.election import OptionState
from testigo.errors import IllegalStep, NotAllowed
from testigo.slip import Printer
from testigo.station.booth import day as booth_day
from testigo.station.booth import votes
from testigo.station.booth.box import BallotBox, box_paths
from testigo.station.booth.cards import CARDS_FORMAT, DEFAULT_SPARE, CardIndex, Deck, UnknownCard, make_deck
from testigo.station.booth.day import BoothDay, VotingSession
from testigo.station.booth.deck_orders import BoothTest
from testigo.station.booth.session import LiveSession, SessionView
from testigo.station.booth.voting import MakeScreen, VotingBooth
from testigo.station.machine.batches import note_rest
from testigo.station.machine.candidates import Candidates, ordered
from testigo.station.machine.day_file import DayFile
from testigo.station.machine.folder import MachineFolder, exclusive
from testigo.station.machine.order_receiver import OrderReceiver
from testigo.station.machine.orders import SEEN_CARDS, MachineState, Order, machine_state


class Booth(VotingBooth):
    """The booth's machine: `Booth(folder, printer)`."""

    folder: MachineFolder
    _day: DayFile[BoothDay]

    def __init__(self, folder: Path, printer: Printer, *, screen: MakeScreen | None = None) -> None:
        """Open the booth's folder and resolve whatever a power cut left. Raises the errors of its parts.

        `screen`: makes what votes on this booth's pages in the test before opening; without it there is no test.
        """
        self.folder = MachineFolder(folder, "booth")
        self._printer = printer
        self._parts = contextlib.ExitStack()
        self._box = None
        try:
            self._test = BoothTest(self.folder, screen)
        except BaseException:
            self.folder.close()
            raise
        try:
            self._open_parts()
            if self._session.recover():
                self._deposit()
        except BaseException:
            self.close()
            raise

    def _open_parts(self) -> None:
        folder, definition, station = self.folder, self.folder.definition, self.folder.station_id
        self.definition, self.station_id = definition, station
        self._orders = OrderReceiver(folder)
        self._candidates = Candidates(folder)
        self._secrets = votes.read_secrets(folder.path)
        salt = bytes.fromhex(self._secrets.cards)
        own, several = folder.machine.number, folder.machines.booth_count
        cards = folder.path / CARDS_FORMAT.name
        self._cards = CardIndex(cards, salt, definition, station, booth=own, booths=several)
        self._paths = box_paths(folder)
        self._name = votes.box_name(definition, station, own)
        self._slot_size = votes.slot_size(definition, station)
        if any(event.event == "box-made" for event in folder.log):
            self._box = self._open_box()
        self._day = DayFile(
            folder,
            bytes.fromhex(self._secrets.journal),
            booth_day.DAY_FORMAT,
            lambda: booth_day.of_release_0_1(folder.log, self._cards.position),
        )
        self._parts.callback(self._day.close)
        self._orders.use_up(self._day.now.voided_by)
        self._session = LiveSession(self._day)

    def _open_box(self) -> BallotBox:
        key, closed = bytes.fromhex(self._secrets.box), self.state == "closed"
        box = BallotBox(self._paths, key, self._name, self._slot_size, closed=closed)
        self._parts.callback(box.close)
        return box

    # ---- what the screen shows

    @property
    def state(self) -> MachineState:
        """installed | tested | ready | open | paused | closed, as the chair ordered it."""
        return self._orders.state()

    @property
    def states(self) -> tuple[OptionState, ...]:
        """Which candidates withdrew or died, as the chair handed it over."""
        return self._candidates.states

    @exclusive
    def counters(self) -> BoothCounters:
        """The booth's counters: of the day, and `recorded` from the box."""
        return self._day.now.counters(len(self._cards), self._box.recorded if self._box else 0)

    @exclusive
    def tally(self) -> Tally:
        """What the votes in the box add up to; raises `IllegalStep` before the booth is closed."""
        if self.state != "closed" or self._box is None:
            raise IllegalStep("votes.before-closing", place=self.folder.place)
        return votes.count_box(self.definition, self.station_id, self._box)

    # ---- before opening

    @property
    def has_cards(self) -> bool:
        """Whether voting cards were made."""
        return len(self._cards) > 0

    @exclusive
    def make_cards(self, spare: int = DEFAULT_SPARE, *, write: Callable[[Deck], None] = lambda deck: None) -> Deck:
        """Make the station's voting cards, before opening; cards made earlier are void. The plain codes are only in the
        result. `write` takes them first: where it raises, cards made earlier stay good.

        Raises `IllegalStep` once the zero report was made.
        """
        if self.state not in ("installed", "tested"):
            raise IllegalStep("cards.too-late", place=self.folder.place, state=machine_state(self.state))
        own, several = self.folder.machine.number, self.folder.machines.booth_count > 1
        deck = make_deck(self.definition, self.station_id, spare, booth=own, several=several)
        write(deck)
        self._cards.keep(deck)
        self.folder.log.append("cards-made", count=len(deck.cards))
        return deck

    # ---- a voter's session

    @exclusive
    def accept_card(self, code: str) -> SessionView:
        """Begin a session with a card: its ten characters (hyphens, spaces, letter case do not matter) or the text of
        its QR code.

        Raises `InvalidInput` (mistyped), `IllegalStep` (used, of another station, style or nobody's; booth not open; a
        voter is in the booth), `NotAllowed` (too many wrong cards).
        """
        if self.state != "open":
            raise IllegalStep("booth.not-open", state=machine_state(self.state))
        if self._session.entry is not None:
            raise IllegalStep("booth.in-use")
        waiting = booth_day.seconds_locked(self._day.now)
        if waiting:
            raise NotAllowed("card.too-many-wrong", count=waiting)
        try:
            card = self._cards.look_up(code)
            if self._day.now.has_used(card.position):
                raise UnknownCard("card.used")
        except UnknownCard:
            self._refuse_card()
            raise
        session = VotingSession(card.style, "language", self.definition.languages[0], {})
        self._session.keep(self._day.now.using(card.position, session))
        return self._shown()

    def _refuse_card(self) -> None:
        day = booth_day.refused(self._day.now)
        self._session.keep(day)
        if day.locked_until:
            self.folder.log.append_coarse("cards-locked")

    # ---- the chair's orders

    @exclusive
    def order(self, envelope: bytes) -> bytes:
        """Obey an order of the chair; the signed report. Raises what `OrderReceiver.taken` raises, or `IllegalStep`."""
        with self._orders.taken(envelope) as order:
            data = self._obey(order)
        if order.name == "close":
            data["statement"] = self._closing_statement().decode()
            self.folder.even_times()
        return self._orders.report(order, envelope, self.counters(), data)

    def _closing_statement(self) -> bytes:
        """What the booth itself says in public of this day: `booth-report`, with its own signature."""
        log, number = self.folder.log, self.folder.machine.number
        body = BoothReport(self.station_id, self.tally(), self.counters(), log.head, len(log), number)
        return self.folder.sign_statement("booth-report", body)

    def _obey(self, order: Order) -> dict[str, Any]:
        if order.name == "test-ballots":
            return dict(msgspec.to_builtins(self._test.cast(order.data)))
        if order.name == "readiness":
            return self._look_at_itself(print_slip=order.data.get("print") is True)
        if order.name == "option-status":
            self._candidates.take(ordered(order.data, self.folder))
        if order.name == "test":
            self._test.conclude(order.data)
        if order.name == "zero":
            if self.state == "installed":
                raise IllegalStep("booth.not-tested", place=self.folder.place)
            self._make_box()
        if order.name == "open":
            self._begin_day()
        if order.name == "close":
            self._end_day()
        if order.name == "void-session":
            self._void(self._live(order), str(order.data.get("reason", "")), order.sequence)
        if order.name == "allow-print":
            self._allow_print(self._live(order), order.sequence)
        return {"voting": self._session.entry is not None}

    def _make_box(self) -> None:
        self._test.discard()
        if self._box is None:
            if not len(self._cards):
                raise IllegalStep("cards.none-made", place=self.folder.place)
            for path in self._paths:
                path.unlink(missing_ok=True)  # left by a power cut before the box was noted, so no vote was ever in it
            key = bytes.fromhex(self._secrets.box)
            box = BallotBox.create(self._paths, key, self._name, slots=len(self._cards), slot_size=self._slot_size)
            box.close()
            self.folder.log.append("box-made", slots=len(self._cards))
            self._box = self._open_box()
        if self._box.recorded:
            raise IllegalStep("box.not-empty", place=self.folder.place)

    def _begin_day(self) -> None:
        if self._box is None or (self.state == "ready" and self._box.recorded):
            raise IllegalStep("box.not-empty", place=self.folder.place)
        if self.state == "ready":
            self._day.begin(booth_day.ROOM + self._slot_size + len(self._cards) // 4)

    def _end_day(self) -> None:
        if self._session.entry is not None:
            raise IllegalStep("booth.voter-inside", place=self.folder.place)
        if self.state != "closed":
            # The pause before closing has a later number than every voided session, and its line is in the log.
            self._day.end(replace(self._day.now, voided_by=0, told=False, pending=None))
            note_rest(self.folder.log, self._day.now.done, self._day.now.batch(self.counters()))

    def _live(self, order: Order) -> VotingSession:
        """The session that an order is about: the one that the chair saw, where the order says which."""
        live = self._session.entry
        if live is None:
            raise IllegalStep("booth.nobody-voting", place=self.folder.place)
        cards_used = self.counters().cards_used
        if order.data.get(SEEN_CARDS, cards_used) != cards_used:
            raise IllegalStep("booth.another-voter-since", place=self.folder.place)
        return live

    def _void(self, live: VotingSession, reason: str, order: int) -> None:
        reasons.check_reason(reason, "void", reasons.VOID_REASONS)
        if live.stage == "depositing":
            raise IllegalStep("vote.confirmed", place=self.folder.place)
        slip = self._slip(live) if live.stage == "printed" else None
        self._end_session(booth_day.voided(self._day.now, live, reason, order))
        if slip is not None:
            self._keep_apart(slip)

    def _allow_print(self, live: VotingSession, order: int) -> None:
        if live.stage == "depositing":
            raise IllegalStep("vote.confirmed", place=self.folder.place)
        self._session.keep(booth_day.print_allowed(self._day.now, live, order), notice=self._session.notice)

    def _look_at_itself(self, *, print_slip: bool) -> dict[str, Any]:
        from testigo.station.booth.booth_readiness import (
            booth_lines,  # loads the slip reader, which a booth needs only here
        )

        cards = len(self._cards)
        lines = booth_lines(self.folder, self._printer, self.screen_seen, cards=cards, print_slip=print_slip)
        return {"lines": msgspec.to_builtins(lines)}

    def _end_session(self, day: BoothDay) -> None:
        self._session.end(day)
        self._day.note(self.folder.log, day.done, day.batch(self.counters()))

    def close(self) -> None:
        """Close every file and give up the folder's lock; a booth can then be opened on it again."""
        self._test.discard()
        self._parts.close()
        self.folder.close()

    def __enter__(self) -> "Booth":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
