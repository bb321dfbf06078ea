"""The session under way in the booth: what its screen shows, and what a power cut leaves of it.

Power may fail at any instant. The session, counters and used cards are one file that changes in one write
(`day_file`), so a start finds one of these:

| the day says | so |
|---|---|
| no session | what the last one left in the older half is written over |
| printing | the paper, if any, is void (`power-cut`); back to review |
| depositing | the box is asked for the slip number; deposited once, and counted |
| anything else | the voter goes on |
"""

from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from testigo.ballot import unused
from testigo.election import BallotStyle, Definition
from testigo.errors import IllegalStep
from testigo.slip import Slip
from testigo.station.booth import day as booth_day
from testigo.station.booth.day import BoothDay, VotingSession
from testigo.words import message

Stage = Literal["language", "voting", "review", "printed", "depositing"]


class SessionView(msgspec.Struct, frozen=True):
    """What the screen shows of the session under way.

    `style`: ballot style id. `choices`: contest id → option ids, only contests the voter has been at (a blank one is
    `()`).
    `unused`: contest id → choices the voter could still make, for the contests of `choices`. `spoils_left`: printed
    votes that may still be spoiled. `notice`: "" or what just happened: `power-cut` (a print was interrupted; a paper
    that came out is void and goes to the chair), `printer-failed`, `misprint` (the voter said so). `paper`: the lines
    of the printed vote, from stage `printed` on. In stage `depositing` the voter has said yes and a disk refused;
    `confirm` tries again.
    """

    stage: Stage
    style: str
    language: str
    choices: dict[str, tuple[str, ...]]
    unused: dict[str, int]
    spoiled: int
    spoils_left: int
    notice: str = ""
    paper: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, live: VotingSession, definition: Definition, style: BallotStyle, *, notice: str, paper: tuple[str, ...]
    ) -> "SessionView":
        """What the screen shows of the session as it is kept."""
        left = {
            id_: unused(definition.contest(id_), live.choices[id_]) for id_ in style.contests if id_ in live.choices
        }
        return cls(
            # A print that did not come to its end is a ballot in review.
            stage="review" if live.stage == "printing" else live.stage,
            style=live.style,
            language=live.language,
            choices=dict(live.choices),
            unused=left,
            spoiled=live.spoiled,
            spoils_left=booth_day.spoils_left(live, definition.rules.spoil_limit),
            notice=notice,
            paper=paper,
        )


class KeptDay(Protocol):
    """What keeps a booth's day: a file (`day_file.DayFile`), or for test ballots memory."""

    now: BoothDay

    def keep(self, day: BoothDay) -> None:
        """Replace the day."""

    def end(self, day: BoothDay) -> None:
        """Replace the day; nothing stays of what came before."""

    def settle(self) -> None:
        """Do what an interrupted `end` has left to do."""


class LiveSession:
    """The one session of a booth, or none, and the day that it is part of. `notice`: as on screen.

    `paper`: the paper vote in print or printed, in memory only; None where there is none or the booth started since.
    """

    def __init__(self, file: KeptDay) -> None:
        self._file = file
        self.notice = ""
        self.paper: Slip | None = None

    @property
    def day(self) -> BoothDay:
        """How the day stands."""
        return self._file.now

    @property
    def entry(self) -> VotingSession | None:
        """The session under way; None if nobody is voting."""
        return self._file.now.session

    def at(self, *stages: booth_day.Stage) -> VotingSession:
        """The session, which must be at one of these stages; raises `IllegalStep`.

        A print that failed in a way nobody foresaw left it in `printing`: then it is in review again.
        """
        entry = self.entry
        if entry is None:
            raise IllegalStep("vote.none-under-way")
        if entry.stage == "printing" and "review" in stages:
            entry = self._interrupted(entry)
        if entry.stage not in stages:
            stage = message("term", f"vote-stage.{entry.stage}")
            raise IllegalStep("vote.at-another-step", hint="go-on-from-the-screen", stage=stage)
        return entry

    def change(self, entry: VotingSession) -> None:
        """What the voter wants next."""
        self.keep(replace(self.day, session=entry))

    def keep(self, day: BoothDay, *, notice: str = "") -> None:
        """What has happened: it holds only if the disk has it."""
        self._file.keep(day)
        self.notice = notice
        if day.session is None or not day.session.slip:
            self.paper = None

    def end(self, day: BoothDay) -> None:
        """The session is over: nothing stays of it."""
        self.paper = None
        self._file.end(day)
        self.notice = ""

    def recover(self) -> bool:
        """Resolve what a power cut left; whether a vote was confirmed and is yet to be deposited."""
        entry = self.entry
        if entry is None:
            self._file.settle()
        elif entry.stage == "printing":
            self._interrupted(entry)
        return entry is not None and entry.stage == "depositing"

    def _interrupted(self, entry: VotingSession) -> VotingSession:
        self.keep(booth_day.interrupted(self.day, entry), notice="power-cut")
        return self.at("review")
