"""The mark of a sample: *MUESTRA*, *SAMPLE*, … across whatever must not be taken for the real thing.

One mark for all: on paper votes (`slip.sample_slip`), on any other page (`paper.stamped`), on screens (`web.sample`).
The preview and the proof of an election bear it.
"""

from collections.abc import Sequence
from typing import Literal

from testigo.paper.directions import isolated
from testigo.words import FIRST, section, voter_languages


def sample_words(languages: Sequence[str]) -> list[str]:
    """What the mark says: the word of each of these languages, each word once."""
    return mark_words(languages, "sample")


def mark_words(languages: Sequence[str], word: Literal["sample", "spoiled"]) -> list[str]:
    """The words of a mark across a paper, in each of these languages, each word once."""
    spoken = [language for language in languages if language in voter_languages()] or [FIRST]
    return list(dict.fromkeys(isolated(section(language, "slip")[word], language) for language in spoken))
