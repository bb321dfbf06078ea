"""Printed pages with the mark of a sample on each (`paper.sample`), whatever made them."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

from testigo.paper import typeset
from testigo.paper.sample import sample_words

_TEMPLATE = Path(__file__).with_name("stamped.typ")


def stamped(pdf: bytes, languages: Sequence[str], fonts: typeset.Fonts = ()) -> bytes:
    """A PDF document with the mark on each page; its text can still be selected. `fonts`: those of the election.

    The same document gives the same bytes.
    """
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        sizes = [page.get_size() for page in document]
    data = {
        "pages": [{"width": width, "height": height} for width, height in sizes],
        "words": sample_words(languages),
    }
    return typeset.compile(_TEMPLATE, data, fonts=fonts, files={"pages.pdf": pdf})
