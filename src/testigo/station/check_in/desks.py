"""One check-in desk among those of its station: whose share a document is, and what is said to its home desk.

`claims` says what desks owe each other and how that is settled; here it is asked and told. Nothing here is said
while the desk's lock is held: two desks that ask each other at the same moment would wait for each other.
"""

import contextlib
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from testigo import waits
from testigo.errors import IllegalStep, InvalidInput, TestigoError
from testigo.keys import OpeningKey
from testigo.station.check_in.claims import Asked, Owed, answer, told
from testigo.station.check_in.day import CheckInDay
from testigo.station.check_in.link import Answered, DeskLink, OtherDesk
from testigo.station.check_in.shares import dealt_again, home_desks
from testigo.station.check_in.tries import Tries
from testigo.station.machine.day_file import DayFile
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.lineup import LEFT

TAKING_PART = "desks-taking-part"
"""Event of a desk's log: which desks of the station take part, as the chair said with the zero report."""


class Desks:
    """The desks of a station, as one of them, whose folder and day these are, sees them. `ways`: to the others, by
    number."""

    def __init__(
        self, folder: MachineFolder, opening: OpeningKey, ways: Mapping[int, OtherDesk], day: DayFile[CheckInDay]
    ) -> None:
        self._folder = folder
        self._day = day
        self._link = DeskLink(folder, opening, ways)
        self._claiming: Counter[str] = Counter()
        self._first: Mapping[str, int] = {}
        self._homes: Mapping[str, int] = {}

    @property
    def own(self) -> int:
        """This desk's number."""
        return self._link.own

    @property
    def taking_part(self) -> tuple[int, ...]:
        """The numbers of the desks that take part; all, before the chair has said which."""
        said = [event.data["desks"] for event in self._folder.log if event.event == TAKING_PART]
        every = tuple(desk.number for desk in self._folder.machines.desks)
        return tuple(said[-1]) if said else every

    def take_part(self, numbers: tuple[int, ...]) -> None:
        """These desks take part in the day."""
        if numbers != self.taking_part:
            self._folder.log.append("desks-taking-part", desks=list(numbers))
            self._first = self._homes = {}

    def deal(self, documents: Iterable[str]) -> None:
        """The voters of the poll book, who are dealt out to the desks."""
        settings = self._folder.settings
        part = self.taking_part
        self._first = home_desks(settings.election, settings.station, documents, part) if len(part) > 1 else {}
        self._homes = dealt_again(settings.election, settings.station, self._first, self.rounds)

    def home(self, document: str) -> int:
        """The home desk of a voter of the poll book."""
        return self._homes.get(document, self.own)

    def share(self, documents: Iterable[str]) -> int:
        """How many of these documents were of this desk's share when the station was opened."""
        return sum(self._first.get(document, self.own) == self.own for document in documents)

    # ---- desks that were taken out on the day

    @property
    def rounds(self) -> tuple[tuple[int, ...], ...]:
        """Which desks were left each time that one was taken out."""
        said = [event.data["left"] for event in self._folder.log if event.event == LEFT]
        return tuple(tuple(left) for left in said[-1]) if said else ()

    @property
    def out(self) -> frozenset[int]:
        """Those that were taken out."""
        return frozenset(self.taking_part) - frozenset(self.rounds[-1]) if self.rounds else frozenset()

    def was_of(self, document: str) -> int:
        """The desk that was taken out and whose share that document was of; 0 where it is of no such share."""
        first = self._first.get(document, self.own)
        return first if first in self.out else 0

    def take_over(self, rounds: tuple[tuple[int, ...], ...]) -> None:
        """The chair took desks out: their share is dealt out to those that are left, and what was said to them of
        voters with a card of this desk is said once more."""
        if len(rounds) <= len(self.rounds):
            return
        settings, day = self._folder.settings, self._day.now
        homes = dealt_again(settings.election, settings.station, self._first, rounds)
        changed = {document for document, home in homes.items() if self._homes[document] != home}
        here = {document for document in changed if homes[document] == self.own}
        moved = [document for document in day.voted if document in changed - here]
        # The log comes last: until it says so, the chair's next order has all of it done again.
        self._day.keep(msgspec.structs.replace(day, claims=day.claims.moving(moved, here)))
        self._folder.log.append("desks-left", left=[list(left) for left in rounds])
        self._homes = homes

    def part_of(self, whole: int) -> int:
        """This desk's part of a number that is the station's: the parts of all desks add up to it."""
        part = self.taking_part
        place = part.index(self.own) if self.own in part else 0
        return whole // len(part) + (place < whole % len(part))

    # ---- as the visiting desk

    @contextlib.contextmanager
    def claiming(self, document: str) -> Iterator[None]:
        """While a document is claimed, from before the message is made until its answer is kept: what comes of it is
        owed back until a visit begins, but inside the block it is not given back. Several may claim it at once."""
        with self._folder.guard:
            self._claiming[document] += 1
        try:
            yield
        finally:
            with self._folder.guard:
                self._claiming[document] -= 1
                self._claiming = +self._claiming  # nothing is kept of a document that nobody claims

    def message_of_claim(self, document: str) -> bytes:
        """The message that asks the home desk for a document. Make it inside `claiming`, with the desk's lock held."""
        return self._link.message(self.home(document), Asked("claim", document, self.own))

    def claim(self, document: str, envelope: bytes) -> Answered:
        """Ask; raises `TestigoError` where there is no answer."""
        return self._link.send(self.home(document), envelope)

    def _owed(self) -> list[tuple[str, Owed]]:
        """What is still to be said, but of the visitor who is here or is just asked for."""
        day = self._day.now
        here = day.visit.document if day.visit is not None else ""
        busy = {here, *self._claiming}
        return [(document, owed) for document, owed in day.claims.owed.items() if document not in busy]

    def tell_all(self, within: float = math.inf) -> Iterator[tuple[str, Owed, Answered]]:
        """Say what is owed, and yield what was answered; a desk that does not answer once is not asked again now.
        `within`: seconds in all, after which the rest stays owed."""
        silent: set[int] = set()
        until = time.monotonic() + within
        for document, owed in self._owed():
            left = until - time.monotonic()
            if left <= 0:
                return
            home = self.home(document)
            answered = None if home in silent else self._tell(document, owed, min(left, waits.ANSWER))
            if answered is None:
                silent.add(home)
            else:
                yield document, owed, answered

    def _tell(self, document: str, owed: Owed, within: float) -> Answered | None:
        """Say one thing; None where there is no answer, or it is not owed any more.

        The message is made while the desk's lock is held, so that a claim that begins later has a higher number: one
        that gives a document back must not arrive after it, and end the visit that has begun since.
        """
        try:
            with self._folder.guard:
                if (document, owed) not in self._owed():
                    return None
                home, envelope = self.home(document), self._message(document, owed)
            return self._link.send(home, envelope, within)
        except TestigoError:
            return None

    def _message(self, document: str, owed: Owed) -> bytes:
        day = self._day.now
        voted = day.voted.get(document)
        asked = Asked(owed, document, self.own, voted.hour if voted is not None else "")
        if owed == "back":
            had = day.claims.had.get(document, 0)
            asked = msgspec.structs.replace(asked, tries=day.tried(document) if had else Tries(), since=had)
        return self._link.message(self.home(document), asked)

    def keep_answer(self, document: str, owed: Owed, answered: Answered) -> None:
        """Keep what the home desk said of something that was owed. While the document is claimed once more it is still
        owed, by the newer claim."""
        if document in self._claiming:
            return
        day = self._day.now
        self._day.keep(msgspec.structs.replace(day, claims=told(day.claims, document, owed, answered.said)))

    # ---- as the home desk

    def hear(self, envelope: bytes) -> bytes:
        """What another desk says of a document of this desk's share, and the answer. Raises as `DeskLink.read`."""
        day = self._day.now
        said, asked = self._link.read(envelope, day.claims.received)
        if self.home(asked.document) != self.own:
            raise IllegalStep("desk-message.of-another-share", place=self._folder.place)
        visiting = day.visit is not None and day.visit.document == asked.document
        # Until the visit is over the check-in may be taken back.
        voted = asked.document in day.voted and not visiting
        newer = day.claims.knows_tries_of(asked)
        claims, saying = answer(day.claims, asked, voted=voted, visiting=visiting, out=self.out, number=said.number)
        day = msgspec.structs.replace(day, claims=claims.receiving(said.by, said.number))
        if newer:
            day = day.with_tries(asked.document, asked.tries)
        self._day.keep(day)
        return self._link.answer(envelope, said, self._answered(asked, saying))

    def _answered(self, asked: Asked, saying: str) -> Answered:
        day = self._day.now
        voted, lent = day.voted.get(asked.document), day.claims.lent.get(asked.document)
        if saying == "granted" and lent is not None:
            return Answered("granted", tries=day.tried(asked.document), since=lent.since)
        desk = lent.desk if lent is not None and voted is None else self.own
        hour = voted.hour if voted is not None else lent.hour if lent is not None else ""
        return msgspec.convert({"said": saying, "desk": desk, "hour": hour}, Answered)


def desks_in(data: Mapping[str, Any], folder: MachineFolder) -> tuple[int, ...]:
    """The numbers of the desks that take part, in the chair's order; raises `InvalidInput`. All where it names none."""
    every = tuple(desk.number for desk in folder.machines.desks)
    numbers = data.get("desks", list(every))
    if not isinstance(numbers, list) or not numbers or not set(numbers) <= set(every):
        raise InvalidInput("order.malformed", place=folder.place, why="desks")
    return tuple(number for number in every if number in numbers)


def rounds_in(data: Mapping[str, Any], folder: MachineFolder) -> tuple[tuple[int, ...], ...]:
    """Which desks were left each time that one was taken out, in the chair's order; raises `InvalidInput`."""
    rounds = data.get(LEFT, [])
    if not isinstance(rounds, list) or not all(isinstance(left, list) for left in rounds):
        raise InvalidInput("order.malformed", place=folder.place, why=LEFT)
    return tuple(desks_in({"desks": left}, folder) for left in rounds)
