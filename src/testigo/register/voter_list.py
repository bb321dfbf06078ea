"""Paper back-ups: a station's poll book and signature list as PDF, for the day on which a machine does not go on.

The poll book is sorted by name and says on which line of the signature list the voter is; the signature list is sorted
by document number, as people search a number, with room for a tick and a signature. So a voter is found either way, and
signs in one place. Both are set in parts of some hundred voters, so that a station of any size needs little memory and
progress can be told; heads are repeated on every page. All is set twice: every page says how many there are, so that a
missing one is seen, and only then is that known.

Names are printed with the fonts that ship and those that the election carries; what neither draws is shown as `□`, with
the number beside it, and counted.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import closing
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec
import pypdfium2  # type: ignore[import-untyped]

from testigo.election import GENERAL_ROLL, Definition
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.paper.font import Font, Glyphs, clusters, glyphs, shipped
from testigo.register.issuing import ListedVoter
from testigo.register.poll_book import PollBook, without_finger
from testigo.register.register import Register
from testigo.words import day, instant, message, officers_language, section

PART = 250
"""Voters to one part."""

LINES_SET = 4
"""Lines that are set for each voter: one in each list, twice."""

ListKind = Literal["poll-book", "sign-in"]
_TEMPLATE = Path(__file__).with_name("voter_list.typ")
_NOT_DRAWN = "□"


class PaperVoter(msgspec.Struct, frozen=True):
    """One voter as the lists show them. `note`: why no finger can be compared (`PollBookVoter.without_finger`);
    `voted`: has a card already, which is ticked."""

    document: str
    name: str
    roll: str
    note: str
    voted: bool = False


class PaperList(msgspec.Struct, frozen=True):
    """What is printed. `about`: which state of the register it is, in words; `barred`: document numbers."""

    station: str
    about: str
    voters: tuple[PaperVoter, ...]
    barred: tuple[str, ...]


class PrintedList(msgspec.Struct, frozen=True):
    """Both lists in one document. `not_drawn`: numbers of voters whose names have a letter that no font has."""

    pdf: bytes
    pages: int
    not_drawn: tuple[str, ...]


def of_register(
    definition: Definition, station_id: str, voters: Iterable[ListedVoter], at: str, serial: int = 0
) -> PaperList:
    """What the register has of a station. `at`: when (UTC); `serial`: of the poll book that was made of it then, if one
    was."""
    people = list(voters)
    language = officers_language(definition.languages)
    when = instant(at, language)
    about = message("voter_list", "of-register", at=when)
    if serial:
        about = message("voter_list", "of-poll-book", serial=str(serial), at=when)
    admitted = tuple(
        PaperVoter(one.document, one.name, one.roll, without_finger(one.fingers, one.exceptions))
        for one in people
        if not one.barred
    )
    return PaperList(
        definition.station(station_id).id,
        about.text(language),
        admitted,
        tuple(one.document for one in people if one.barred),
    )


def of_poll_book(definition: Definition, book: PollBook, voted: Container[str] = ()) -> PaperList:
    """What a poll book has that was opened at the station. `voted`: document numbers of those who have a card."""
    language = officers_language(definition.languages)
    at = instant(book.issued, language)
    about = message("voter_list", "of-poll-book", serial=str(book.serial), at=at).text(language)
    voters = tuple(
        PaperVoter(one.document, one.name, one.roll, one.without_finger, one.document in voted)
        for one in book.voters.values()
    )
    return PaperList(book.station, about, voters, tuple(book.barred))


def of_all_desks(lists: Sequence[PaperList]) -> PaperList:
    """The lists that the desks of one station have, as one: ticked is whom any of them ticks."""
    voted = {one.document for each in lists for one in each.voters if one.voted}
    first = lists[0]
    voters = tuple(msgspec.structs.replace(one, voted=one.document in voted) for one in first.voters)
    return msgspec.structs.replace(first, voters=voters)


def print_list(
    definition: Definition, what: PaperList, on_voters: Callable[[int], None] = lambda count: None
) -> PrintedList:
    """The poll book, then the signature list. `on_voters` hears of every further number of lines set, `LINES_SET` a
    voter."""
    language = officers_language(definition.languages)
    by_number = sorted(what.voters, key=lambda one: number_key(one.document))
    lines = {one.document: line for line, one in enumerate(by_number, start=1)}
    by_name = sorted(what.voters, key=lambda one: (name_key(one.name, language), number_key(one.document)))
    drawn = _Drawn(definition.fonts)
    parts = [
        part
        for kind, people in (("poll-book", by_name), ("sign-in", by_number))
        for part in _parts(definition, what, kind, [(lines[one.document], one) for one in people], drawn, language)
    ]

    def set_part(part: dict[str, Any], first: int, pages: int) -> bytes:
        """A part whose first page has that number, of so many."""
        here = range(first, min(first + 2 * PART, pages + 1))
        said = [message("voter_list", "page", page=one, pages=pages).text(language) for one in here]
        data = {**part, "numbers": all_isolated(said, language)}
        on_voters(len(part["rows"]))
        return typeset.compile(_TEMPLATE, data, fonts=definition.fonts)

    counts = [_pages_of(set_part(part, 1, 0)) for part in parts]
    with closing(pypdfium2.PdfDocument.new()) as whole:
        for part in parts:
            with closing(pypdfium2.PdfDocument(set_part(part, len(whole) + 1, sum(counts)))) as pages:
                whole.import_pages(pages)
        with BytesIO() as file:
            whole.save(file)
            return PrintedList(file.getvalue(), len(whole), drawn.lacking)


def _pages_of(pdf: bytes) -> int:
    with closing(pypdfium2.PdfDocument(pdf)) as pages:
        return len(pages)


def _parts(
    definition: Definition,
    what: PaperList,
    kind: str,
    people: Sequence[tuple[int, PaperVoter]],
    drawn: "_Drawn",
    language: str,
) -> Iterator[dict[str, Any]]:
    words = dict(section(language, "voter_list"))
    station = definition.station(what.station)
    head = {
        "title": f"{words[kind]} · {definition.words(definition.title, language)}",
        "station": f"{station.id} · {station.name} · {day(definition.date, language)}",
        "about": what.about,
        "foot": f"{words[kind]} · {station.id} · {what.about}",
        "end": message("voter_list", "end", count=len(people)).text(language),
        "words": words,
    }
    left = iter(people)
    done = 0
    while (some := list(islice(left, PART))) or not done:
        done += len(some) or 1
        rows = [_row(definition, line, one, drawn, words) for line, one in some]
        yield {
            "kind": kind,
            "language": PageLanguage.of(language),
            **all_isolated(head, language),
            "rows": all_isolated(rows, language),
            "last": done >= len(people),
            "barred": list(what.barred),
        }


def _row(definition: Definition, line: int, one: PaperVoter, drawn: "_Drawn", words: dict[str, str]) -> dict[str, Any]:
    roll = one.roll if len({*definition.rolls, GENERAL_ROLL}) > 1 and one.roll != GENERAL_ROLL else ""
    return {
        "line": str(line),
        "document": one.document,
        "name": drawn.name(one),
        "roll": roll,
        "note": words[one.note] if one.note else "",
        "voted": "✓" if one.voted else "",
    }


class _Drawn:
    """Names as they can be printed."""

    def __init__(self, fonts: Sequence[Font]) -> None:
        self._glyphs: list[Glyphs] = [shipped(), *(glyphs(font.file()) for font in fonts)]
        self._known: dict[str, bool] = {}
        self._lacking: dict[str, None] = {}

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(self._lacking)

    def name(self, voter: PaperVoter) -> str:
        if voter.name.isascii():
            return voter.name
        letters = clusters(voter.name)
        if all(map(self._draws, letters)):
            return voter.name
        self._lacking[voter.document] = None
        return "".join(one if self._draws(one) else _NOT_DRAWN for one in letters)

    def _draws(self, cluster: str) -> bool:
        if cluster not in self._known:
            self._known[cluster] = any(one.draw(cluster) for one in self._glyphs)
        return self._known[cluster]


def number_key(document: str) -> tuple[int, str, str]:
    """By the digits of a number, as people search it, whatever letters are around them."""
    digits = "".join(re.findall("[0-9]", document)).lstrip("0")
    return len(digits), digits, document


def name_key(name: str, language: str) -> str:
    """By the letters of a name without their accents; in Spanish ñ is a letter of its own behind n."""
    folded = name.casefold()
    if language == "es":
        folded = unicodedata.normalize("NFC", folded).replace("ñ", "n\uffff")
    plain = unicodedata.normalize("NFKD", folded)
    return "".join(one for one in plain if one.isalnum() or one in " \uffff")


def list_of(register: Register, station_id: str, at: str, serial: int = 0) -> PaperList:
    """What a register has of a station now; see `of_register`. Raises `InvalidInput` for an unknown station."""
    return of_register(register.definition, station_id, register.listed(station_id), at, serial)
