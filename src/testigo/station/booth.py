"""The booth: one voter's session, from the card to the deposited vote; and the box, until it is counted.

    card → language → contests → review → printed → "is your printed vote right?" → deposited
                          ↑____________________________| no: spoiled, and again

The booth knows ballot styles and cards, never a voter. What it keeps of the day is how things stand: counters, the set
of used cards, the session under way (`booth_day`); nothing of one voter with a time or in an order. Its event log has
the chair's orders, and counters of at least ten voters at a time (`batches`). `recorded` comes from the box. What a
power cut leaves of a session is resolved by `session`.
"""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec.structs import replace

from testigo.ballot import (
    Ballot,
    BoothCounters,
    BoothReport,
    Marks,
    Tally,
    deck_digest,
    mark_contest,
    reasons,
)
from testigo.canonical import why_refused
from testigo.election import BallotStyle
from testigo.errors import IllegalStep, InvalidInput, NotAllowed
from testigo.slip import Printer, PrinterError, Slip
from testigo.station import booth_day, votes
from testigo.station.batches import note_batch, note_rest
from testigo.station.booth_day import BoothDay, VotingSession
from testigo.station.box import BallotBox, box_paths
from testigo.station.cards import CARDS_FORMAT, DEFAULT_SPARE, CardIndex, Deck, UnknownCard, make_deck
from testigo.station.day_file import DayFile
from testigo.station.folder import MachineFolder, exclusive
from testigo.station.machine import MachineState, Order, OrderReceiver, machine_state
from testigo.station.screen_seen import ScreenSeen
from testigo.station.session import LiveSession, SessionView
from testigo.words import Either, language_name


class Booth:
    """The booth's machine: `Booth(folder, printer)`. Every method may be called from any thread, one runs at a time.

    `recovered`: at this start a vote was found confirmed but not yet noted, and was deposited: the screen tells its
    voter. `screen_seen`: what the screen's browser told of itself, before opening.
    """

    def __init__(self, folder: Path, printer: Printer) -> None:
        """Open the booth's folder and resolve whatever a power cut left. Raises the errors of its parts."""
        self.folder = MachineFolder(folder, "booth")
        self._printer = printer
        self._parts = contextlib.ExitStack()
        self._box: BallotBox | None = None
        self.recovered = False
        self.screen_seen: ScreenSeen | None = None
        try:
            self._open_parts()
            if self._session.recover():
                self._deposit()
                self.recovered = True
        except BaseException:
            self.close()
            raise

    def _open_parts(self) -> None:
        folder, definition, station = self.folder, self.folder.definition, self.folder.station_id
        self.definition, self.station_id = definition, station
        self._orders = OrderReceiver(folder)
        self._secrets = votes.read_secrets(folder.path)
        salt = bytes.fromhex(self._secrets.cards)
        self._cards = CardIndex(folder.path / CARDS_FORMAT.name, salt, definition, station)
        self._paths = box_paths(folder)
        self._name = votes.box_name(definition, station)
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
        box = BallotBox(self._paths, bytes.fromhex(self._secrets.box), self._name, self._slot_size)
        self._parts.callback(box.close)
        return box

    # ---- what the screen shows

    @property
    def state(self) -> MachineState:
        """installed | tested | ready | open | paused | closed, as the chair ordered it."""
        return self._orders.state()

    @exclusive
    def current(self) -> SessionView | None:
        """The session under way, also after a restart; None if nobody is voting."""
        live = self._session.entry
        if live is None:
            return None
        paper = self._slip(live).text_lines() if live.stage in ("printed", "depositing") else ()
        return SessionView.of(live, self.definition, self._style(live), notice=self._session.notice, paper=paper)

    @exclusive
    def counters(self) -> BoothCounters:
        """The booth's counters: of the day, and `recorded` from the box."""
        made = [event.data["count"] for event in self.folder.log if event.event == "cards-made"]
        return self._day.now.counters(made[-1] if made else 0, self._box.recorded if self._box else 0)

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
        deck = make_deck(self.definition, self.station_id, spare)
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

    @exclusive
    def choose_language(self, language: str) -> SessionView:
        """Choose a language of the election; possible until the vote is printed."""
        live = self._session.at("language", "voting", "review")
        if language not in self.definition.languages:
            known = Either(map(language_name, self.definition.languages))
            raise InvalidInput("language.not-of-election", language=language[:20], known=known)
        stage: booth_day.Stage = "voting" if live.stage == "language" else live.stage
        self._session.change(replace(live, language=language, stage=stage))
        return self._shown()

    @exclusive
    def choose(self, contest_id: str, options: tuple[str, ...]) -> SessionView:
        """Set the choices of one contest, `()` for blank. Too many or unknown ones raise `InvalidInput` and change
        nothing."""
        live = self._session.at("voting", "review")
        chosen = mark_contest(self.definition, self._style(live), contest_id, tuple(options))
        choices = live.choices | {contest_id: chosen}
        self._session.change(replace(live, choices=choices, stage="voting", slip=""))
        return self._shown()

    @exclusive
    def review(self) -> SessionView:
        """The whole ballot at once; contests the voter has not been at are blank now."""
        live = self._session.at("voting", "review")
        choices = {contest_id: live.choices.get(contest_id, ()) for contest_id in self._style(live).contests}
        self._session.change(replace(live, choices=choices, stage="review"))
        return self._shown()

    @exclusive
    def print(self) -> SessionView:
        """Print the paper vote, under a new number each time.

        A `PrinterError` leaves the session in review: repair the printer and print again. Half a paper is not a vote:
        its number is in no box.
        """
        live = self._session.at("review")
        slip = votes.make_slip(self.definition, self.station_id, self._ballot(live), live.language)
        live = replace(live, stage="printing", slip=slip.number)
        self._session.change(live)
        self._session.paper = slip
        try:
            self._printer.print_slip(slip)
        except PrinterError:
            self._session.keep(booth_day.print_failed(self._day.now, live), notice="printer-failed")
            raise
        self._session.keep(booth_day.printed(self._day.now, live))
        return self._shown()

    @exclusive
    def confirm(self) -> None:
        """ "My printed vote is right": when this returns, the vote is in the box on both paths, once, and the session
        is over.

        A `StorageError` leaves the session in `depositing`; call again once the disk works again, or start the booth
        again.
        """
        live = self._session.at("printed", "depositing")
        if live.stage == "printed":
            self._session.change(replace(live, stage="depositing"))
        self._deposit()

    @exclusive
    def spoil(self, reason: str) -> SessionView:
        """ "It is not right": the printed vote is void, for one of `reasons.VOTER_SPOIL_REASONS`; back to review.

        Raises `IllegalStep` once the voter has spoiled as many as the rules and the chair allow; not for a misprint.
        """
        live = self._session.at("printed")
        reasons.check_reason(reason, "spoil", reasons.VOTER_SPOIL_REASONS)
        limit = self.definition.rules.spoil_limit
        misprint = reason == reasons.MISPRINT
        if not misprint and not booth_day.spoils_left(live, limit):
            raise IllegalStep("paper-votes.spoiled-to-limit", count=limit)
        self._session.keep(booth_day.spoiled(self._day.now, live, reason), notice=reason if misprint else "")
        return self._shown()

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
        log = self.folder.log
        body = BoothReport(self.station_id, self.tally(), self.counters(), log.head, len(log))
        return self.folder.sign_statement("booth-report", body)

    def _obey(self, order: Order) -> dict[str, Any]:
        if order.name == "test":
            return self._test(order.data)
        if order.name == "zero":
            if self.state == "installed":
                raise IllegalStep("booth.not-tested", place=self.folder.place)
            self._make_box()
        if order.name == "open":
            self._begin_day()
        if order.name == "close":
            self._end_day()
        if order.name == "void-session":
            self._void(str(order.data.get("reason", "")), order.sequence)
        if order.name == "readiness":
            return self._look_at_itself(print_slip=order.data.get("print") is True)
        if order.name == "allow-print":
            self._allow_print(order.sequence)
        return {"voting": self._session.entry is not None}

    def _test(self, data: dict[str, Any]) -> dict[str, Any]:
        try:
            marks = msgspec.convert(data.get("deck"), list[Marks], strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("test-deck.malformed", place=self.folder.place, why=why_refused(error)) from None
        deck = [one.ballot(self.definition, self.station_id) for one in marks]
        key = secrets.token_bytes(32)
        counted = votes.count_test_deck(self.definition, self.station_id, deck, self.folder.path, key)
        digest = deck_digest(deck)
        self.folder.log.append("deck-counted", deck=digest, ballots=len(deck))
        return {"deck": digest, "counted": msgspec.to_builtins(counted)}

    def _make_box(self) -> None:
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
            self._day.end(replace(self._day.now, voided_by=0))
            note_rest(self.folder.log, self._day.now.done, self._day.now.batch(self.counters()))

    def _void(self, reason: str, order: int) -> None:
        live = self._session.entry
        if live is None:
            raise IllegalStep("booth.nobody-voting", place=self.folder.place)
        reasons.check_reason(reason, "void", reasons.VOID_REASONS)
        if live.stage == "depositing":
            raise IllegalStep("vote.confirmed", place=self.folder.place)
        self._end_session(booth_day.voided(self._day.now, live, reason, order))

    def _look_at_itself(self, *, print_slip: bool) -> dict[str, Any]:
        from testigo.station.booth_readiness import booth_lines  # loads the slip reader, which a booth needs only here

        lines = booth_lines(self.folder, self._printer, self.screen_seen, cards=len(self._cards), print_slip=print_slip)
        return {"lines": msgspec.to_builtins(lines)}

    def _allow_print(self, order: int) -> None:
        live = self._session.entry
        if live is None:
            raise IllegalStep("booth.nobody-voting", place=self.folder.place)
        if live.stage == "depositing":
            raise IllegalStep("vote.confirmed", place=self.folder.place)
        self._session.keep(booth_day.print_allowed(self._day.now, live, order), notice=self._session.notice)

    # ---- the session's paper and record

    def _shown(self) -> SessionView:
        session = self.current()
        if session is None:
            raise IllegalStep("vote.none-under-way")
        return session

    def _style(self, live: VotingSession) -> BallotStyle:
        return self.definition.style_of(self.station_id, live.style)

    def _ballot(self, live: VotingSession) -> Ballot:
        return Ballot.mark(self.definition, self._style(live), live.choices)

    def _slip(self, live: VotingSession) -> Slip:
        """The paper vote that was printed; after a restart it is made again from the day's file."""
        paper = self._session.paper
        if paper is None or paper.number != live.slip:
            paper = Slip(self.definition, self.station_id, self._ballot(live), live.slip, live.language)
            self._session.paper = paper
        return paper

    def _deposit(self) -> None:
        live = self._session.at("depositing")
        if self._box is None:
            raise IllegalStep("box.none", place=self.folder.place)
        self._box.deposit(votes.record_of(self._slip(live)))
        self._end_session(booth_day.deposited(self._day.now))

    def _end_session(self, day: BoothDay) -> None:
        self._session.end(day)
        note_batch(self.folder.log, day.done, day.batch(self.counters()))

    def close(self) -> None:
        """Close every file and give up the folder's lock; a booth can then be opened on it again."""
        self._parts.close()
        self.folder.close()

    def __enter__(self) -> "Booth":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
