"""What the desks of one station owe each other: pure functions over what a desk keeps of it in its day.

    visiting desk                                home desk of the document
    owes it back ── claim ─────────────────────→ writes "lent to that desk" ──→ granted
    a visit begins, and nothing is owed
    a card is handed:  owes "voted" ── voted ──→ lent, with the hour
    no card:           owes it back ── back ───→ free again

What is owed is written down before it is said, and said until it is answered; a message that comes twice changes
nothing the second time. So power and cables may fail between any two lines: a claim whose answer was lost is given
back, and a desk that has a visit never owes that document back. The home desk gives one document to one desk.

A voter admitted from the printed sign-in list, because the home desk could not be asked, is *entered* there later. If
the home desk or another has admitted somebody with that document, it is a double: counted, and never undone.

Where a desk was taken out on the day, another is the home desk of its voters from then on. Those of them who have a
card from a desk that is left are *moved* there: said once more, as if they were entered.
"""

from collections.abc import Container, Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from testigo.station.check_in.tries import Tries

Owed = Literal["back", "voted", "enter", "moved"]
MessageName = Literal["claim", "back", "voted", "enter", "moved"]
Answer = Literal["granted", "done", "voted", "visiting", "busy", "double"]


class Lent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Given to another desk. `hour`: UTC time at which the hour began in which that desk handed a card; "" before.
    `since`: number of the claim with which that desk got it; 0 where it got it by no claim."""

    desk: int
    hour: str = ""
    since: int = 0


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`lent`: of this desk's own share, by document. `owed`: what other home desks are still to be told, by document.

    `from_list`: voters with a card, admitted here from the list. `doubles`: documents with which somebody was admitted
    here from the list, and somebody elsewhere. `received`: number of a desk → the highest number of a message from it:
    none is obeyed twice. `had`: a document of another share that had a visit here by a claim, and of which the home
    desk has not heard what came of it → `Lent.since` there.
    """

    lent: dict[str, Lent] = msgspec.field(default_factory=dict)
    owed: dict[str, Owed] = msgspec.field(default_factory=dict)
    from_list: int = 0
    doubles: int = 0
    received: dict[str, int] = msgspec.field(default_factory=dict)
    had: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def unentered(self) -> int:
        """Voters admitted from the list of whom the home desk has not heard."""
        return sum(owed == "enter" for owed in self.owed.values())

    def admitting_from_list(self, document: str) -> "Claims":
        """A card was handed to a voter whose home desk is to hear of it."""
        return replace(self.owing(document, "enter"), from_list=self.from_list + 1)

    def owing(self, document: str, owed: Owed) -> "Claims":
        """The home desk of the document is to be told."""
        return replace(self, owed=self.owed | {document: owed})

    def admitting_of_own_share(self, document: str) -> "Claims":
        """A card was handed to a voter of this desk's share whom another desk has, or had: a double, if that one handed
        a card, too."""
        lent = self.lent.get(document)
        double = lent is not None and bool(lent.hour)
        return replace(self, from_list=self.from_list + 1, doubles=self.doubles + double)

    def moving(self, documents: Iterable[str], here: Iterable[str]) -> "Claims":
        """Another desk is the home desk of these documents, with which this desk has handed cards; of those `here` it
        is this one."""
        moved: dict[str, Owed] = {one: "enter" if self.owed.get(one) == "enter" else "moved" for one in documents}
        kept = {one: owed for one, owed in self.owed.items() if one not in set(here)}
        had = {one: since for one, since in self.had.items() if one not in set(here)}
        return replace(self, owed=kept | moved, had=had)

    def settled(self, document: str) -> "Claims":
        """Nothing is owed of that document."""
        return replace(self, owed={one: owed for one, owed in self.owed.items() if one != document})

    def having(self, document: str, since: int) -> "Claims":
        """A visit begins by a claim that the home desk granted."""
        return replace(self, had=self.had | {document: since})

    def knows_tries_of(self, asked: "Asked") -> bool:
        """Whether what a desk says of the tries on a document is newer than what its home desk knows: that desk still
        has the document by the claim with which its visit began. Of a claim whose answer was lost, there was none."""
        had = Lent(asked.desk, since=asked.since)
        return asked.name == "back" and asked.since > 0 and self.lent.get(asked.document) == had

    def receiving(self, desk: int, number: int) -> "Claims":
        """A message of another desk was heard."""
        return replace(self, received=self.received | {str(desk): number})


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What another desk says of a document of this desk's share. `hour`: in which a card was handed. `tries`: with
    `back`, what happened on that document there, as the day keeps it. `since`: with `back`, by which claim its visit
    began there (`Lent.since`); 0 where none began."""

    name: MessageName
    document: str
    desk: int
    hour: str = ""
    tries: Tries = Tries()
    since: int = 0


def answer(
    claims: Claims, asked: Asked, *, voted: bool, visiting: bool, out: Container[int] = (), number: int = 0
) -> tuple[Claims, Answer]:
    """What a home desk does with what it was told, and what it answers. `voted`: whether this desk itself has given
    that voter a card; `visiting`: whether the document's visitor is at this desk now; `out`: the desks that were taken
    out on the day, and say nothing any more; `number`: of the message.
    """
    lent = claims.lent.get(asked.document)
    own = lent is not None and lent.desk == asked.desk
    if asked.name == "claim":
        return _claim(claims, asked, number, voted=voted, visiting=visiting)
    if asked.name == "back":
        if own and lent is not None and not lent.hour:
            claims = replace(claims, lent={one: desk for one, desk in claims.lent.items() if one != asked.document})
        return claims, "done"
    if asked.name == "voted" and own and lent is not None:
        if lent.hour:
            return claims, "done"
        # This desk admitted the same document from the list, while nobody knew what became of that visit.
        return replace(_lend(claims, asked), doubles=claims.doubles + voted), "done"
    if voted or (lent is not None and lent.hour and not own):
        return claims, "double"
    if visiting or (lent is not None and not own and lent.desk not in out):
        return claims, "busy"  # until it is known what becomes of that visit
    return _lend(claims, asked), "done"


def _claim(claims: Claims, asked: Asked, number: int, *, voted: bool, visiting: bool) -> tuple[Claims, Answer]:
    lent = claims.lent.get(asked.document)
    if voted or (lent is not None and lent.hour):
        return claims, "voted"
    if visiting or (lent is not None and lent.desk != asked.desk):
        return claims, "visiting"
    return claims if lent is not None else _lend(claims, asked, number), "granted"


def _lend(claims: Claims, asked: Asked, since: int = 0) -> Claims:
    return replace(claims, lent=claims.lent | {asked.document: Lent(asked.desk, asked.hour, since)})


def told(claims: Claims, document: str, owed: Owed, said: Answer) -> Claims:
    """What a desk still owes once its home desk has answered."""
    if claims.owed.get(document) != owed or said == "busy":
        return claims
    doubles = claims.doubles + (owed != "back" and said == "double")
    had = {one: since for one, since in claims.had.items() if one != document}
    return replace(claims.settled(document), doubles=doubles, had=had)
