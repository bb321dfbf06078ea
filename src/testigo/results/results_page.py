"""The result for everybody: a static page in each language, and the same as JSON and CSV.

The page is one file without scripts, pictures or fonts from elsewhere: it opens from a disk, a mirror or a mail, and
its content security policy forbids it to load a thing. An election's own fonts, for letters that many computers cannot
draw, are in it. Switching the language is following a link to the file beside it.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import markupsafe

from testigo import canonical, storage
from testigo.ballot import TallySheet
from testigo.count.reading import read_rules
from testigo.count.record_rules import RecordRules
from testigo.count.result import Result
from testigo.count.statements import ClosingCount
from testigo.election import Definition
from testigo.keys import PublicKey
from testigo.paper.font_faces import inline_rules
from testigo.record import PublishedRecord, read_record
from testigo.record.log import require_no_record
from testigo.record.whole import as_one_file
from testigo.results import exports
from testigo.results.charts import charts
from testigo.results.sheets import SHEETS, can_be_printed, names_of, stem_of, write_pdf
from testigo.results.view import NO_NOTES, Page, RecordInfo, RecordNotes, RefusalRow, StationView
from testigo.results.words import percent
from testigo.words import colon, comma, day, language_name, number, offered

CHARTS = "charts"
ARCHIVE = "record.zip"
"""The whole public record, as one file to download."""

_MOST_FONTS = 160_000
"""Characters of an election's own fonts in each page, so that a telephone loads it over a slow network. Thai,
Devanagari or Ethiopic take 30,000 to 140,000 with both weights, 100 Chinese letters 145,000."""


def write_results(
    folder: Path,
    definition: Definition,
    result: Result,
    *,
    sheets: Mapping[str, TallySheet],
    record: RecordInfo,
    closing_counts: tuple[ClosingCount, ...] = (),
    refused: tuple[RefusalRow, ...] = (),
    told: RecordNotes = NO_NOTES,
) -> list[Path]:
    """Write `index.html`, `index.LANGUAGE.html`, `result.json`, `result.csv`, `seats.csv`, `counters.csv`, charts and
    the pages of tally sheets into `folder`; returns the paths of all but charts and tally sheets.

    `index.html` is in the election's first language that has a catalogue.
    """
    storage.make_folder(folder)
    first, *others = offered(definition.languages)
    names = {first: "index.html", **{code: f"index.{code}.html" for code in others}}
    pages = {code: Page(definition, result, sheets, record, code, closing_counts, refused, told) for code in names}
    files = {name: render(pages[code], names).encode() for code, name in names.items()}
    files["result.json"] = exports.as_json(result, record)
    files["result.csv"] = exports.votes_as_csv(definition, sheets, result, told.rulings)
    files["seats.csv"] = exports.seats_as_csv(definition, result)
    files["counters.csv"] = exports.counters_as_csv(definition, sheets, result, told.rulings)
    for name, data in files.items():
        storage.write(folder / name, data)
    for page in pages.values():
        _write_more(folder, page, names)
    return [folder / name for name in files]


def publish_results(
    public: Path | str, folder: Path, *, root: PublicKey | None = None, refused: tuple[RefusalRow, ...] = ()
) -> list[Path]:
    """The results of a published record (folder or address), computed again from its tally sheets, as files in
    `folder`.

    Anyone can do this with any copy of a record. `root`: the root key as published elsewhere. Raises `InvalidInput`
    where the record is damaged, or `folder` holds a record.
    """
    require_no_record(folder)
    published = read_record(public)
    rules = read_rules(published, root)
    result = rules.count()
    archive = as_one_file(public, published)
    if archive is not None:
        storage.write(storage.make_folder(folder) / ARCHIVE, archive)
    _write_signed(folder, published, rules)
    return write_results(
        folder,
        rules.definition,
        result,
        sheets=rules.sheets,
        record=_record_info(published, rules, rules.result_digest if rules.result == result else ""),
        closing_counts=tuple(count for _, count in sorted(rules.counts.standing.items())),
        refused=refused,
        told=RecordNotes(rules.rulings, rules.incidents, archive is not None),
    )


def _write_signed(folder: Path, published: PublishedRecord, rules: RecordRules) -> None:
    """Each tally sheet as it was signed, and as pages to print."""
    envelopes, digests = dict(published.envelopes), rules.sheet_digests(2)
    paths = {canonical.digest(envelope): path for path, envelope in published.envelopes}
    storage.make_folder(folder / SHEETS)
    for station, entry in rules.sheet_entries.items():
        stem, sheet = stem_of(paths[entry.sha256]), rules.sheets[station]
        _write_changed(folder / SHEETS / f"{stem}.json", envelopes[paths[entry.sha256]])
        if can_be_printed(sheet):
            chair = rules.key_ring.of_station(station, "chair").public
            write_pdf(folder, rules.definition, sheet, digests[station], chair, stem)


def _write_more(folder: Path, page: Page, names: Mapping[str, str]) -> None:
    """The charts, and a page of each tally sheet, in one language."""
    storage.make_folder(folder / CHARTS)
    for name, chart in charts(page):
        _write_changed(folder / CHARTS / name, chart.encode())
    storage.make_folder(folder / SHEETS)
    render_sheet = _sheet_renderer(page, names)
    for number_of, station in enumerate(page.stations, 1):
        if station.sheet is not None and station.path:
            file = folder / SHEETS / names_of(station.stem, names)[page.language]
            _write_changed(file, render_sheet(station, number_of).encode())


def _write_changed(file: Path, data: bytes) -> None:
    """Thousands of files of which few change in the night: each is flushed only where it is another."""
    if not file.exists() or storage.read(file) != data:
        storage.write(file, data)


def _sheet_renderer(page: Page, names: Mapping[str, str]) -> Callable[[StationView, int], str]:
    template, values = _template("sheet.html"), _values(page)

    def render_sheet(station: StationView, number_of: int) -> str:
        own = names_of(station.stem, names)
        others = [(code, name, language_name(code)) for code, name in own.items() if code != page.language]
        return template.render(
            **values, station=station, stem=station.stem, index=names[page.language], number_of=number_of, others=others
        )

    return render_sheet


def render(page: Page, names: Mapping[str, str]) -> str:
    """The page's HTML. `names`: language → file name of the page in that language."""
    others = [(code, name, language_name(code)) for code, name in names.items() if code != page.language]
    return _template("results.html").render(**_values(page), others=others)


def _values(page: Page) -> dict[str, Any]:
    """What every template of the page's language sees."""
    style = (resources.files("testigo.results") / "page" / "results.css").read_text("utf-8")
    style = "\n".join(filter(None, (style, inline_rules(page.definition.fonts, _MOST_FONTS))))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    own = page.language
    return {
        "page": page,
        "language": own,
        "say": page.say,
        "colon": colon(own),
        "comma": comma(own),
        "number": partial(number, language=own),
        "percent": partial(percent, own),
        "day": partial(day, language=own),
        "style": markupsafe.Markup(style),  # noqa: S704 (our own style sheet, and fonts in base64)
        "style_hash": f"sha256-{digest}",
    }


@cache
def _template(name: str) -> jinja2.Template:
    """Compiled once: that takes longer than all else of a page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("testigo.results", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _record_info(published: PublishedRecord, rules: RecordRules, result: str) -> RecordInfo:
    paths = {canonical.digest(envelope): path for path, envelope in published.envelopes}
    return RecordInfo(
        origin=published.origin,
        size=published.size,
        root_hash=published.root_hash.hex(),
        root_key=rules.key_ring.root.hex,
        root_key_id=rules.key_ring.root.key_id,
        result=result,
        sheets={station: (paths[entry.sha256], entry.sha256) for station, entry in rules.sheet_entries.items()},
    )
