"""Searching the options of a long contest by the beginning of any of their words.

Accents, case and everything but letters and digits are left out on both sides, so *anand* finds *Ana Ñandú*, and so
does *nan*. Whoever has no keyboard goes by letters: `letters` are those with which something is still found.
"""

from collections.abc import Mapping, Sequence

from testigo.election import Definition, Option
from testigo.election.printed import folded

LONGEST = 80
"""Characters of what is searched; more is cut off."""


class OptionSearch:
    """What can be chosen on a page, by name, with everything that its tile says."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._ends = {name: _word_ends(of_tile) for name, of_tile in texts.items()}

    @classmethod
    def of_options(cls, definition: Definition, options: Sequence[Option], language: str) -> "OptionSearch":
        """The options of a contest, as a language names them."""
        return cls({option.id: _texts(definition, option, language) for option in options})

    def found(self, text: str) -> frozenset[str]:
        """Ids of the options with words that begin so; all of them for a text without a letter."""
        begins = folded(text)
        return frozenset(
            id_ for id_, ends in self._ends.items() if not begins or any(end.startswith(begins) for end in ends)
        )

    def letters(self, text: str) -> list[str]:
        """What may come next, so that something is found; in the order of Unicode."""
        begins = folded(text)
        ends = [end for of_option in self._ends.values() for end in of_option if end.startswith(begins)]
        return sorted({end[len(begins)] for end in ends if len(end) > len(begins)})


def _texts(definition: Definition, option: Option, language: str) -> list[str]:
    """Everything that an option's tile, or its list, may say."""
    texts = [definition.words(option.name, language), *option.candidates, *(one.name for one in option.people)]
    if option.party:
        party = definition.party(option.party)
        texts += [definition.words(party.name, language), party.abbreviation]
    return texts


def _word_ends(texts: Sequence[str]) -> list[str]:
    """From each word of each text on, to its end."""
    words = [[folded(word) for word in text.split()] for text in texts]
    return ["".join(one[start:]) for one in words for start in range(len(one)) if one[start]]
