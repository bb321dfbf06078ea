"""What paper votes and paper ballots say, in every language of the election, the official one first.

Which language a voter reads is nobody's business, so paper bears them all; of another language only what it says
otherwise.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from testigo.election import Contest, Definition, Option
from testigo.paper.directions import PageLanguage, isolated
from testigo.words import FIRST, section, voter_languages


class Row(msgspec.Struct, frozen=True):
    """What one row of a contest says: the option's name, and its party and the people chosen together with it."""

    name: str
    party: str = ""


class PaperTexts(msgspec.Struct, frozen=True):
    """The texts of one election."""

    definition: Definition

    def parts(self, texts_in: Callable[[str], tuple[str, ...]]) -> list[dict[str, Any]]:
        """What the texts say in every language, the official one first; of another only what it says otherwise."""
        official, *others = self.definition.languages
        first = texts_in(official)
        said = {first: official}
        for language in others:
            texts = texts_in(language)
            other = tuple("" if text == same else text for text, same in zip(texts, first, strict=True))
            if any(other):
                said.setdefault(other, language)
        return [part(language, texts) for texts, language in said.items()]

    def heading(self, contest: Contest) -> list[dict[str, Any]]:
        """The contest's title, and how many may be chosen."""
        return self.parts(
            lambda language: (self.definition.words(contest.title, language), self.note(contest, language))
        )

    def row(self, option: Option, language: str) -> Row:
        """An option's row in a language."""
        name = self.definition.words(option.name, language)
        party = self._party(option, name, language)
        return Row(name, " · ".join((*party, *self.definition.people(option, language))))

    def label(self, key: str, language: str, catalogue: str = "slip") -> str:
        """A sentence of a section of the catalogue, in the language if it is spoken, else in the election's first that
        is."""
        for known in (language, *self.definition.languages):
            if known in voter_languages():
                return section(known, catalogue)[key]
        return section(FIRST, catalogue)[key]

    def note(self, contest: Contest, language: str) -> str:
        """How many may be chosen."""
        if contest.preferences is not None:
            return self.label("one-of-list", language).format(choose=contest.preferences.most)
        if contest.choose == 1:
            return self.label("one", language)
        return self.label("many", language).format(choose=contest.choose)

    def _party(self, option: Option, name: str, language: str) -> tuple[str, ...]:
        """The party's abbreviation, and its name where that is neither the abbreviation nor the option's name."""
        if not option.party:
            return ()
        party = self.definition.party(option.party)
        full = self.definition.words(party.name, language)
        return (party.abbreviation,) if full in (name, party.abbreviation) else (party.abbreviation, full)


def part(language: str, texts: tuple[str, ...]) -> dict[str, Any]:
    """Texts of one language as a template takes them."""
    return {
        **msgspec.structs.asdict(PageLanguage.of(language)),
        "texts": [isolated(text, language) for text in texts],
    }
