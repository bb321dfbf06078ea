"""The poster of a station: when and where people vote there, and on what."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from testigo.election import Contest, Definition, Option
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.words import day, say, section

_TEMPLATE = Path(__file__).with_name("poster.typ")
_SIZES = (12, 10.5, 9)
"""Of options' letters, in points: smaller where that saves a page that would be nearly empty."""


def poster(definition: Definition, station_id: str, language: str) -> bytes:
    """The poster of a station in a language, as PDF: in the largest of `_SIZES` that needs no page more than others."""
    station = definition.station(station_id)
    texts = {
        "words": {"contests": say(language, "booth.poster-contests")},
        "title": definition.words(definition.title, language),
        "date": day(definition.date, language),
        "hours": f"{definition.opens} – {definition.closes}",
        "station": f"{station.id} · {station.name}",
        "address": station.address,
        "contests": [_contest(definition, one, language) for one in definition.contests_of_station(station_id)],
    }
    data = {**all_isolated(texts, language), "language": PageLanguage.of(language)}
    made = [typeset.compile(_TEMPLATE, {**data, "size": _SIZES[0]}, fonts=definition.fonts)]
    if page_count(made[0]) > 1:
        made += [typeset.compile(_TEMPLATE, {**data, "size": size}, fonts=definition.fonts) for size in _SIZES[1:]]
    return min(made, key=page_count)


def page_count(pdf: bytes) -> int:
    """How many pages a document has."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return len(document)


def _contest(definition: Definition, contest: Contest, language: str) -> dict[str, Any]:
    words = section(language, "slip")
    rule = words["one"] if contest.choose == 1 else words["many"].format(choose=contest.choose)
    options = [_option(definition, contest, option, language) for option in contest.options]
    return {"title": definition.words(contest.title, language), "rule": rule, "options": options}


def _option(definition: Definition, contest: Contest, option: Option, language: str) -> dict[str, str]:
    name = definition.words(option.name, language)
    if option in contest.independents:
        return {"name": name, "party": section(language, "tally_sheet")["independent"]}
    party = definition.words(definition.party(option.party).name, language) if option.party else ""
    return {"name": name, "party": "" if party == name else party}
