"""The page on which officers and witnesses sign that a machine was retired: what was kept, what was destroyed."""

from pathlib import Path

from testigo.election import Definition
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.station.machine.names import numbered
from testigo.station.machine.retired import Retirement
from testigo.station.machine.training_mark import marked
from testigo.words import day, instant, officers_language, section

_TEMPLATE = Path(__file__).with_name("retirement.typ")


def page(definition: Definition, retirement: Retirement, archive: str) -> bytes:
    """The page as PDF, in the election's first language of officers. `archive`: SHA-256 of the archive file."""
    language = officers_language(definition.languages)
    words = section(language, "retirement")
    station = definition.station(retirement.station)
    texts = {
        "words": dict(words),
        "election": definition.words(definition.title, language),
        "date": day(definition.date, language),
        "station": f"{station.id} · {station.name}",
        "machine": numbered(words[f"machine.{retirement.role}"], retirement.machine),
        "retired": instant(retirement.retired, language),
        "keep_until": day(retirement.keep_until, language),
        "unmet": [words[f"unmet.{one}"] for one in retirement.unmet],
        "reason": retirement.reason,
        "destroyed": [
            {"name": one.path, "what": words.get(f"item.{one.path}", ""), "files": one.files, "bytes": one.bytes}
            for one in retirement.destroyed
        ],
    }
    archived = [{"name": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in retirement.archived]
    data = {**all_isolated(texts, language), "archive": archive, "archived": archived}
    pdf = typeset.compile(_TEMPLATE, {**data, "language": PageLanguage.of(language)}, fonts=definition.fonts)
    return marked(pdf, definition)
