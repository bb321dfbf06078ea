"""The mark of a sample on every page of an application: over the page, and in its head line."""

from collections.abc import Sequence
from typing import Self

from testigo.paper.sample import sample_words


class SampleMark:
    """What pages are marked with. `words`: one for each language.

    What only a preview has, "" elsewhere: `first_page`, where to begin again; `paper`, where the picture of the printed
    sample is.
    """

    first_page = ""
    paper = ""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    @classmethod
    def of(cls, languages: Sequence[str]) -> Self:
        """The mark in the languages of an election."""
        return cls(sample_words(languages))
