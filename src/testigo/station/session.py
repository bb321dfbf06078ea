"""The session under way in the booth: what its screen shows, what journal and log keep of it, what a power cut leaves.

Power may fail at any instant. The journal keeps the session, the log what has happened; a start compares the two:

| the journal says | the log says | so |
|---|---|---|
| (nothing) or another session | a card was accepted | the session begins again |
| printing | that print never came to an end | the paper, if any, is void (`power-cut`); back to review |
| printed | spoiled | back to review |
| depositing | not yet deposited | the box is asked for the slip number; deposited once, and noted |
| anything | the session is over | the journal is wiped |
"""

import contextlib
from collections.abc import Callable
from typing import Literal

import msgspec

from testigo.errors import IllegalStep, StorageError
from testigo.slip import Slip
from testigo.station import booth_log
from testigo.station.events import EventLog
from testigo.station.journal import JournalEntry, JournalStage, SessionJournal

Stage = Literal["language", "voting", "review", "printed", "depositing"]


class Session(msgspec.Struct, frozen=True):
    """What the screen shows of the session under way.

    `style`: ballot style id. `choices`: contest id → option ids, only contests the voter has been at (a blank one is
    `()`).
    `unused`: contest id → choices the voter could still make, for the contests of `choices`. `spoils_left`: printed
    votes that may still be spoiled. `notice`: "" or what just happened: `power-cut` (a print was interrupted; a paper
    that came out is void and goes to the chair), `printer-failed`. `paper`: the lines of the printed vote, from stage
    `printed` on. In stage `depositing` the voter has said yes and a disk refused; `confirm` tries again.
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


def shown_stage(stage: JournalStage) -> Stage:
    """What the screen calls a stage of the journal: a print that did not come to its end is a ballot in review."""
    return "review" if stage == "printing" else stage


class LiveSession:
    """The one session of a booth, or none. `entry`: where it stands, as the journal has it. `notice`: as on screen.

    `paper`: the paper vote in print or printed, in memory only; None where there is none or the booth started since.
    """

    def __init__(self, journal: SessionJournal, log: EventLog, first_language: str) -> None:
        self._journal = journal
        self._log = log
        self._first_language = first_language
        self.entry: JournalEntry | None = None
        self.notice = ""
        self.paper: Slip | None = None

    def at(self, *stages: JournalStage) -> JournalEntry:
        """The session, which must be at one of these stages; raises `IllegalStep`.

        A print that failed in a way nobody foresaw left it in `printing`: then it is in review again.
        """
        if self.entry is None:
            raise IllegalStep("no vote is under way", hint="begin with a voting card")
        if self.entry.stage == "printing" and "review" in stages:
            self._interrupted(self.entry)
        if self.entry.stage not in stages:
            raise IllegalStep(
                f"the vote is at another step ({self.entry.stage})", hint="go on from what the screen shows"
            )
        return self.entry

    def begin(self, session: str, style: str) -> None:
        """A session that the log says was started. `session`: its random name there."""
        self.keep_fact(JournalEntry(session, style, "language", self._first_language, {}))

    def keep(self, entry: JournalEntry) -> None:
        """What the voter wants next: it holds only if the journal has it."""
        self._journal.write(entry)
        self.entry, self.notice = entry, ""
        if not entry.slip:
            self.paper = None

    def keep_fact(self, entry: JournalEntry, *, notice: str = "") -> None:
        """What the log says has happened: it holds even if the journal's disk refuses, and a start finds it out
        again."""
        self.entry = entry
        self.keep(entry)
        self.notice = notice

    def end(self) -> None:
        """The log says that the session is over: nothing stays of it."""
        self.entry, self.notice, self.paper = None, "", None
        # The voter is told that it is over, whatever the journal's disk does: the next start wipes again.
        with contextlib.suppress(StorageError):
            self._journal.wipe()

    def recover(self, style_of: Callable[[str], str]) -> bool:
        """Resolve what a power cut left; whether the vote was confirmed and is yet to be deposited.

        `style_of`: the ballot style of a card, by its hash in the log.
        """
        entry, open_session = self._journal.read(), booth_log.open_session(self._log)
        if open_session is None:
            if entry is not None:
                self._journal.wipe()
            return False
        session = open_session.data["session"]
        paper = booth_log.last_paper(self._log, session)
        if entry is None or entry.session != session:
            if paper == "printed":
                self._log.append("spoiled", session=session, reason="power-cut")
            self.begin(session, style_of(open_session.data["card"]))
            return False
        self.entry = entry
        if entry.stage == "printing" and booth_log.prints(self._log, session) > entry.prints:
            self.keep(msgspec.structs.replace(entry, stage="printed"))
        elif entry.stage == "printing":
            self._interrupted(entry)
        elif entry.stage == "printed" and paper == "spoiled":
            self.keep(msgspec.structs.replace(entry, stage="review", slip=""))
        return entry.stage == "depositing"

    def _interrupted(self, entry: JournalEntry) -> None:
        """A print that began and was never noted as printed: the paper, if one came out, is void."""
        self._log.append("print-interrupted", session=entry.session)
        self.keep_fact(msgspec.structs.replace(entry, stage="review", slip=""), notice="power-cut")
