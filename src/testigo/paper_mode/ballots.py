"""The paper ballot of one ballot style: every option with a box for a cross, in every language of the election.

It bears the same words as a printed vote, the official language first and large. Nothing on it is a number: one ballot
is like any other. The chair's signature, for which it has room, is what tells it from a copy.
"""

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2  # type: ignore[import-untyped]

from testigo.ballot import numbered
from testigo.election import Contest, Definition, is_training
from testigo.paper import typeset
from testigo.paper.directions import isolated
from testigo.paper.stamped import stamped
from testigo.slip.texts import PaperTexts, part
from testigo.words import day

_TEMPLATE = Path(__file__).with_name("ballot.typ")
_LAYOUTS = ((1, 12.0), (2, 11.0), (2, 9.5))
"""Columns, and the size of letters in points; later ones only where they save a page."""


def paper_ballot(definition: Definition, station_id: str, style_id: str, *, sample: bool = False) -> bytes:
    """A station's ballot of that style, as PDF; the same for every voter. `sample`: marked on every page.

    Raises `InvalidInput` for an unknown station, or a style that it does not have.
    """
    data = _page(definition, station_id, style_id)
    made = []
    for columns, size in _LAYOUTS:
        made.append(typeset.compile(_TEMPLATE, {**data, "columns": columns, "size": size}, fonts=definition.fonts))
        if page_count(made[-1]) == 1:
            break
    shortest = min(made, key=page_count)
    if sample or is_training(definition):
        return stamped(shortest, definition.languages, definition.fonts)
    return shortest


def page_count(pdf: bytes) -> int:
    """How many pages a PDF document has."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return len(document)


def _page(definition: Definition, station_id: str, style_id: str) -> dict[str, Any]:
    texts, official = PaperTexts(definition), definition.languages[0]
    station, style = definition.station(station_id), definition.style_of(station_id, style_id)

    def said(key: str) -> list[dict[str, Any]]:
        return texts.parts(lambda language: (texts.label(key, language),))

    head = f"{station.id} · {station.name} · {day(definition.date, official)}"
    return {
        "title": texts.parts(lambda language: (definition.words(definition.title, language),)),
        "kind": said("on-paper.title"),
        "place": part(official, (head,)),
        "style": style.id,
        "how": [said(key) for key in ("on-paper.how", "on-paper.fold")],
        "chair": said("on-paper.chair"),
        "contests": [_contest(texts, definition.contest(contest)) for contest in style.contests],
    }


def _contest(texts: PaperTexts, contest: Contest) -> dict[str, Any]:
    official, options = texts.definition.languages[0], []
    for option in contest.options:
        row = texts.parts(lambda language, one=option: msgspec.structs.astuple(texts.row(one, language)))  # type: ignore[misc]
        names = option.preferences if contest.preferences is not None else ()
        options.append({"row": row, "candidates": [isolated(numbered(contest, name), official) for name in names]})
    return {"heading": texts.heading(contest), "options": options}
