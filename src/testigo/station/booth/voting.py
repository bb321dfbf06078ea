"""What a voter does between card and box, on whatever keeps the session, prints the paper and holds the votes.

    language → contests → review → printed → "is your printed vote right?" → deposited
                  ↑____________________________| no: spoiled, and again

`booth.Booth` lets voters do it; `deck_booth.DeckBooth` does it with the ballots of the test before opening.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from testigo.ballot import Ballot, DeckBallot, ScreenRow, mark_contest, reasons
from testigo.election import BallotStyle, Definition, OptionState
from testigo.errors import IllegalStep, InvalidInput
from testigo.slip import Printer, PrinterError, Slip
from testigo.station.booth import day as booth_day
from testigo.station.booth import votes
from testigo.station.booth.box import BallotBox
from testigo.station.booth.day import BoothDay, VotingSession
from testigo.station.booth.session import KeptDay, LiveSession, SessionView
from testigo.station.machine.folder import Guarded, exclusive
from testigo.station.machine.orders import MachineState
from testigo.station.machine.screen_seen import ScreenSeen
from testigo.words import Either, language_name


class VotingBooth(ABC):
    """A booth as its screen sees it. Every method may be called from any thread, one runs at a time.

    `screen_seen`: what the screen's browser told of itself, before opening.
    """

    folder: Guarded
    definition: Definition
    station_id: str
    screen_seen: ScreenSeen | None = None
    _printer: Printer
    _box: BallotBox | None
    _day: KeptDay
    _session: LiveSession

    @property
    @abstractmethod
    def state(self) -> MachineState:
        """installed | tested | ready | open | paused | closed."""

    @property
    def states(self) -> tuple[OptionState, ...]:
        """Which candidates withdrew or died, as far as the booth was told."""
        return ()

    @abstractmethod
    def accept_card(self, code: str) -> SessionView:
        """Begin a session with a card."""

    @abstractmethod
    def order(self, envelope: bytes) -> bytes:
        """Obey an order of the chair; the signed report."""

    @abstractmethod
    def _end_session(self, day: BoothDay) -> None:
        """The session is over, and the day stands as it is."""

    @exclusive
    def current(self) -> SessionView | None:
        """The session under way, also after a restart; None if nobody is voting."""
        live = self._session.entry
        if live is None:
            return None
        paper = self._slip(live).text_lines() if live.stage in ("printed", "depositing") else ()
        return SessionView.of(live, self.definition, self._style(live), notice=self._session.notice, paper=paper)

    @property
    def vote_recorded(self) -> bool:
        """Whether the last session ended with a vote in the box, and nobody has come since: the screen says so, also
        after a restart."""
        return self._day.now.told

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
        slip = self._slip(live)
        self._session.keep(booth_day.spoiled(self._day.now, live, reason), notice=reason if misprint else "")
        self._keep_apart(slip)
        return self._shown()

    def _keep_apart(self, slip: Slip) -> None:
        """The vote is spoiled, whatever the printer can do about its paper."""
        with contextlib.suppress(PrinterError):
            self._printer.spoil_slip(slip)

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


class DeckScreen(Protocol):
    """Votes on a booth's pages as a voter does."""

    def vote(self, ballot: DeckBallot) -> tuple[ScreenRow, ...]:
        """From the language to the deposited vote; what the page before printing said.

        Raises `TestigoError` where a page does not come, or offers no such choice.
        """

    def close(self) -> None:
        """No more ballots come."""


MakeScreen = Callable[[VotingBooth], DeckScreen]
