"""Where the letters of a PDF page stand, as pdfium finds them."""

import unicodedata
from typing import NamedTuple

import pypdfium2

_MM = 25.4 / 72


class Letter(NamedTuple):
    """A character that is printed; millimetres from the left and from the bottom of its page."""

    page: int
    character: str
    left: float
    right: float
    bottom: float
    top: float


def letters(pdf: bytes) -> list[Letter]:
    """Every printed character of the document, page by page."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        text = page.get_textpage()
        for place in range(text.count_chars()):
            character = text.get_text_range(place, 1)
            left, bottom, right, top = (_MM * edge for edge in text.get_charbox(place))
            if right > left and character and unicodedata.category(character) != "Cf":  # which print nothing
                found.append(Letter(number, character, left, right, bottom, top))
    return found


def page_size(pdf: bytes) -> tuple[float, float]:
    """Width and height of the first page, in millimetres."""
    width, height = pypdfium2.PdfDocument(pdf)[0].get_size()
    return _MM * width, _MM * height


def visual_lines(pdf: bytes) -> list[str]:
    """The lines of the page from the top down, each with its characters as they stand from left to right."""
    lines: list[list[Letter]] = []
    for letter in sorted(letters(pdf), key=lambda one: (one.page, -one.bottom)):
        last = lines[-1][0] if lines else None
        if last and last.page == letter.page and last.bottom - letter.bottom < _WITHIN_A_LINE:
            lines[-1].append(letter)
        else:
            lines.append([letter])
    return ["".join(one.character for one in sorted(line, key=lambda one: one.left)).strip() for line in lines]


_WITHIN_A_LINE = 2.0
"""Millimetres by which the feet of letters on one line differ at most: a hyphen, a tail."""
