"""The poster of a station: when and where people vote there, and on what."""

from pathlib import Path
from typing import Any

from testigo.election import Contest, Definition, Option
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.words import day, say, section

_TEMPLATE = Path(__file__).with_name("poster.typ")


def poster(definition: Definition, station_id: str, language: str) -> bytes:
    """The poster of a station in a language, as PDF."""
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
    return typeset.compile(_TEMPLATE, data, fonts=definition.fonts)


def _contest(definition: Definition, contest: Contest, language: str) -> dict[str, Any]:
    words = section(language, "slip")
    rule = words["one"] if contest.choose == 1 else words["many"].format(choose=contest.choose)
    options = [_option(definition, option, language) for option in contest.options]
    return {"title": definition.words(contest.title, language), "rule": rule, "options": options}


def _option(definition: Definition, option: Option, language: str) -> dict[str, str]:
    name = definition.words(option.name, language)
    party = definition.words(definition.party(option.party).name, language) if option.party else ""
    return {"name": name, "party": "" if party == name else party}
