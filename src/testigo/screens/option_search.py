"""Searching the options of a long contest by the beginning of any of their words.

Accents, case and everything but letters and digits are left out on both sides, so *anand* finds *Ana Ñandú*, and so
does *nan*. In scripts that write words without spaces between them every character may begin one: 小明 finds 王小明.
Whoever has no keyboard goes by letters: `letters` are those with which something is still found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from testigo.election import Definition, Option
from testigo.election.printed import folded

LONGEST = 80
"""Characters of what is searched; more is cut off."""


_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Myanmar, Khmer, kana, Han, Hangul."""


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
        return frozenset(id_ for id_, ends in self._ends.items() if not begins or any(_rests(begins, ends)))

    def letters(self, text: str) -> list[str]:
        """What may come next, so that something is found; in the order of Unicode."""
        begins = folded(text)
        rests = [rest for ends in self._ends.values() for rest in _rests(begins, ends)]
        return sorted({rest[len(begins)] for rest in rests if len(rest) > len(begins)})


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


def _rests(begins: str, ends: Sequence[str]) -> Iterator[str]:
    """What begins so: ends of texts, from a word on, or from any character on that may begin one."""
    inside = bool(_WITHOUT_SPACES.match(begins))
    for end in ends:
        at = end.find(begins) if inside else 0 if end.startswith(begins) else -1
        while at >= 0:
            yield end[at:]
            at = end.find(begins, at + 1) if inside else -1
