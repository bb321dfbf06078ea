"""Whether a name stands on a printed page, in any script.

What is read out of a PDF has the letters of right-to-left words in another order, and Latin words in such a line in
another place. So pieces of words are compared, each as letters without an order.
"""

import unicodedata
from contextlib import closing

import pypdfium2

PIECE = 4
"""Letters of a piece: no two of a definition's names share many."""

LONGEST_WHOLE = 40
"""Letters of a word that stays in one piece of the PDF's text; between those of a longer one that reads from the right
there are places to break it, and most of its letters cannot be read out any more."""


class PageTexts:
    """The text of all pages of a PDF."""

    def __init__(self, pdf: bytes) -> None:
        with closing(pypdfium2.PdfDocument(pdf)) as document:
            self._letters = letters("".join(page.get_textpage().get_text_range() for page in document))
        self._pieces = set(_pieces(self._letters))

    def say(self, text: str) -> bool:
        """Whether the text is there, wherever lines break it. In its order; or, where some letter of it or of the page
        reads from the right, every word for itself, with most of its pieces.
        """
        return letters(text) in self._letters or all(map(self._has_word, text.split()))

    def _has_word(self, word: str) -> bool:
        word = letters(word)
        if len(word) > LONGEST_WHOLE and any(unicodedata.bidirectional(one) in ("R", "AL") for one in word):
            return True
        wanted = _pieces(word)
        return sum(one not in self._pieces for one in wanted) * 2 <= max(len(wanted) - 1, 0) and bool(
            wanted or word in self._letters
        )


def letters(text: str) -> str:
    """Letters and digits alone, in one form."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isalnum())


def _pieces(text: str) -> list[str]:
    return ["".join(sorted(text[at : at + PIECE])) for at in range(len(text) - PIECE + 1)]
