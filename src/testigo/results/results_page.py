"""The result for everybody: a static page in each language, and the same as JSON and CSV.

The page is one file without scripts, pictures or fonts from elsewhere: it opens from a disk, a mirror or a mail, and
its content security policy forbids it to load a thing. An election's own fonts, for letters that many computers cannot
draw, are in it. Switching the language is following a link to the file beside it.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib import resources
from pathlib import Path

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
from testigo.results import exports
from testigo.results.view import Page, RecordInfo, RefusalRow
from testigo.results.words import percent
from testigo.words import colon, comma, day, language_name, number, offered

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
) -> list[Path]:
    """Write `index.html`, `index.LANGUAGE.html`, `result.json`, `result.csv`, `seats.csv` and `counters.csv` into
    `folder`; returns their paths.

    `index.html` is in the election's first language that has a catalogue.
    """
    storage.make_folder(folder)
    first, *others = offered(definition.languages)
    names = {first: "index.html", **{code: f"index.{code}.html" for code in others}}
    files = {
        name: render(Page(definition, result, sheets, record, code, closing_counts, refused), names).encode()
        for code, name in names.items()
    }
    files["result.json"] = exports.as_json(result, record)
    files["result.csv"] = exports.votes_as_csv(definition, sheets, result)
    files["seats.csv"] = exports.seats_as_csv(definition, result)
    files["counters.csv"] = exports.counters_as_csv(definition, sheets, result)
    for name, data in files.items():
        storage.write(folder / name, data)
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
    return write_results(
        folder,
        rules.definition,
        result,
        sheets=rules.sheets,
        record=_record_info(published, rules, rules.result_digest if rules.result == result else ""),
        closing_counts=tuple(count for _, count in sorted(rules.counts.standing.items())),
        refused=refused,
    )


def render(page: Page, names: Mapping[str, str]) -> str:
    """The page's HTML. `names`: language → file name of the page in that language."""
    style = (resources.files("testigo.results") / "page" / "results.css").read_text("utf-8")
    style = "\n".join(filter(None, (style, inline_rules(page.definition.fonts, _MOST_FONTS))))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    own = page.language
    return _template().render(
        page=page,
        language=own,
        say=page.say,
        colon=colon(own),
        comma=comma(own),
        number=partial(number, language=own),
        percent=partial(percent, own),
        day=partial(day, language=own),
        others=[(code, name, language_name(code)) for code, name in names.items() if code != own],
        style=markupsafe.Markup(style),  # noqa: S704 (our own style sheet, and fonts in base64)
        style_hash=f"sha256-{digest}",
    )


@cache
def _template() -> jinja2.Template:
    """Compiled once: that takes longer than all else of a page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("testigo.results", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("results.html")


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
