"""Parts of a sentence, joined with the punctuation of a language: `place: what is wrong; what to do`."""

from collections.abc import Iterable

from testigo.words.messages import message


def colon(language: str) -> str:
    """What stands between a place and what is there: `: `, in French with a space before it."""
    return message("term", "joined.place", first="", after="").text(language)


def comma(language: str) -> str:
    """What stands between the parts of a list without an end: `, `, in Arabic its own comma."""
    return message("term", "joined.comma", first="", after="").text(language)


def at_place(place: str, said: str, language: str) -> str:
    """`place: said`; only the one that there is."""
    return colon(language).join(filter(None, (place, said)))


def in_clauses(parts: Iterable[str], language: str) -> str:
    """`one; another`, without those that are empty."""
    return message("term", "joined.clause", first="", after="").text(language).join(filter(None, parts))


def with_commas(parts: Iterable[str], language: str) -> str:
    """`one, another`, without those that are empty."""
    return comma(language).join(filter(None, parts))
