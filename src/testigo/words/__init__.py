"""What people read: one folder of gettext catalogues per language, Spanish first.

    words/LANGUAGE/screens.po       pages of the station, the enrolment desk, the centre
                   editor.po        pages of the editor of definitions, section `screens` too
                   counters.po      what counters are called, everywhere
                   results.po       the results page
                   slip.po          the paper vote
                   cards.po         the voting cards
                   voter_list.po    the poll book and the sign-in list on paper
                   tally_sheet.po   tally sheet and zero report
                   retirement.po    the page of a retired machine
                   hardware.po      the report of a hardware test
                   proof.po         the proof that parties sign before the definition is signed
                   reports.po       reports of commands (section `cli`)
                   findings.po      what `testigo verify` says: sections `verify`, `finding`, `selfcheck`
                   errors-ROOM.po   what is wrong (section `error`) and what to do about it (`hint`), by the error's
                                    code; and what stands in such sentences: where it is (`place`), words of them
                                    (`term`); what the room's commands print (`cli`)

A catalogue maps an address, section and key (`screens`, `booth.print`), to a sentence with named gaps (`"{chosen} of
{allowed}"`). All languages have the same addresses and the same gaps. A new language is a new folder and nothing else;
one that lacks a sentence (`missing` says which) is in none of the officers' interfaces, because it would fail on voting
day. One that has at least what voters meet (`voters`), in a file `voters.po`, is a language of voters: booth, cards,
paper vote and tally sheet speak it. Arabic and Hebrew are such.

`message` makes a `Message` of an address and values, which is said in a language when somebody reads it (`text`);
`say` is that for the screens. `section` is for templates that lay out many sentences at once: paper.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

from testigo.words import catalogues
from testigo.words.catalogues import (
    FALLBACK,
    FIRST,
    FOLDER,
    MOST_BYTES,
    catalogue_of,
    lacking,
    languages,
    missing,
    parse,
    unfit,
    voter_languages,
)
from testigo.words.files import catalogue_file
from testigo.words.joined import at_place, colon, comma, in_clauses, with_commas
from testigo.words.locales import clock, day, direction, instant, listed, number, percent, written, zone
from testigo.words.message_line import from_line, to_line
from testigo.words.messages import Either, Message, Value, current_language, first_of, message, set_language, value_text
from testigo.words.sorting import sort_key
from testigo.words.voters import WHOLE, is_for_voters

__all__ = [
    "FALLBACK",
    "FIRST",
    "FOLDER",
    "MOST_BYTES",
    "Either",
    "Message",
    "Value",
    "Words",
    "add",
    "at_place",
    "catalogue_file",
    "clock",
    "colon",
    "comma",
    "counter_words",
    "current_language",
    "day",
    "direction",
    "first_of",
    "from_line",
    "in_clauses",
    "instant",
    "is_for_voters",
    "lacking",
    "language_name",
    "languages",
    "listed",
    "message",
    "missing",
    "number",
    "offered",
    "offered_to_voters",
    "officers_language",
    "or_itself",
    "parse",
    "percent",
    "reviewed_by",
    "say",
    "section",
    "sentences",
    "set_language",
    "sort_key",
    "to_line",
    "unfit",
    "value_text",
    "voter_languages",
    "with_commas",
    "words",
    "written",
    "zone",
]  # fmt: skip

Words = Callable[..., str]


def add(language: str, text: str) -> None:
    """Let this process speak a language as an election's own catalogue (a gettext file's text) has it.

    Raises `ValueError` for what lacks a sentence that voters meet, or is not for screens and paper.
    """
    own = catalogues.parse(text)
    if lacks := (*lacking(own, for_voters=True), *unfit(own)):
        raise ValueError(f"lacks {lacks[0]}")
    catalogues.add(language, own)
    section.cache_clear()


def forget_added() -> None:
    """Speak only what this release has."""
    catalogues.forget_added()
    section.cache_clear()


def language_name(language: str) -> str:
    """A language's name in that language; its code where voters cannot use it."""
    return say(language, "language.name") if language in voter_languages() else language


def reviewed_by(language: str) -> str:
    """Who has reviewed the catalogue of a language; "" where nobody has."""
    return catalogue_of(language).reviewed_by


def offered(election: Sequence[str]) -> tuple[str, ...]:
    """What desks and results pages of an election offer: its own languages of officers, then those that somebody has
    reviewed.
    """
    own = [code for code in election if code in languages()]
    return tuple(dict.fromkeys([*own, *(code for code in languages() if reviewed_by(code))]))


def officers_language(election: Sequence[str]) -> str:
    """The first language of an election that its officers' pages speak; Spanish where none does."""
    return offered(election)[0]


def offered_to_voters(election: Sequence[str]) -> tuple[str, ...]:
    """What the booth of an election offers: its own languages of voters; its first one where this release speaks none,
    of whose sentences there are only the English ones.
    """
    return tuple(code for code in dict.fromkeys(election) if code in voter_languages()) or tuple(election[:1])


def sentences(language: str) -> tuple[str, ...]:
    """Every sentence of a language's catalogue, in each of its plural forms."""
    return tuple(form for forms in catalogue_of(language).forms.values() for form in forms)


@cache
def section(language: str, name: str) -> Mapping[str, str]:
    """One section of one language, by key; the fallback's where that language does not speak all of it. A sentence
    with plural forms stands in its last one; `say` chooses.
    """
    spoken = language in languages() or (language in voter_languages() and name in WHOLE)
    own = catalogue_of(language if spoken else FALLBACK)
    return MappingProxyType({key: forms[-1] for (context, key), forms in own.forms.items() if context == name})


def counter_words(language: str) -> Mapping[str, str]:
    """What counters are called, for screens, paper and results page alike.

    A key is a counter's name (`matched`), a sum's (`checked_in`), or a counter and a reason (`refused.impostor`).
    """
    return section(language, "counters")


def words(language: str) -> Words:
    """The function that templates call as `t("key", gap=value)`: `say` in that language."""
    return partial(say, language)


def say(language: str, key: str, **gaps: Value) -> str:
    """One sentence of the screens, or as `count.NAME` what a counter is called; in the fallback's words where that
    language is not complete. An unknown key is a defect and raises `KeyError`.
    """
    found = _of_screens(key, gaps)
    if not found.known:
        raise KeyError(key)
    return found.text(language)


def or_itself(language: str, key: str, itself: str) -> str:
    """As `say`, or `itself` where there is no such sentence: for names that a definition or station may extend."""
    found = _of_screens(key, {})
    return found.text(language) if found.known else itself


def _of_screens(key: str, gaps: Mapping[str, Value]) -> Message:
    found = Message("screens", key, gaps)
    if not found.known and key.startswith("count."):
        return Message("counters", key.removeprefix("count."), gaps)
    return found
