"""A page and a PDF for people of every tally sheet, beside the statement as it was signed.

    sheets/NNNNNN-tally-sheet-STATION.html       in the election's first language; `….LANGUAGE.html` in the others
    sheets/NNNNNN-tally-sheet-STATION.pdf        the pages that the chair printed, without codes and signatures
    sheets/NNNNNN-tally-sheet-STATION.json       the signed statement, as in the record

All of it lies in the folder of results, so that its links work wherever that folder is carried. A PDF is made once: a
tally sheet in the record never changes.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from testigo import canonical, storage
from testigo.ballot import TallySheet
from testigo.election import STATION_ROLES, Definition
from testigo.keys import PublicKey
from testigo.station.chair import tally_sheet

SHEETS = "sheets"
_HEX = frozenset("0123456789abcdef")


def stem_of(path: str) -> str:
    """What a tally sheet's files are called, from its statement's path in the record."""
    return PurePosixPath(path).stem


def write_pdf(
    folder: Path, definition: Definition, sheet: TallySheet, digest: str, chair: PublicKey, stem: str
) -> None:
    """Write the PDF unless it is there."""
    file = folder / SHEETS / f"{stem}.pdf"
    if not file.exists():
        storage.write(file, tally_sheet.published_page(definition, sheet, digest, chair))


def can_be_printed(sheet: TallySheet) -> bool:
    """Whether its times are times and its event logs those of a station: whoever holds a key can sign anything."""
    heads = sheet.event_logs
    times = canonical.is_instant(sheet.opened) and canonical.is_instant(sheet.closed)
    return (
        times
        and set(heads) == set(STATION_ROLES)
        and all(len(one) == 64 and set(one) <= _HEX for one in heads.values())
    )


def names_of(stem: str, languages: Mapping[str, str]) -> dict[str, str]:
    """Language → file name of a sheet's page; `languages`: as of the results page, the first one being `index.html`."""
    return {code: f"{stem}.html" if name == "index.html" else f"{stem}.{code}.html" for code, name in languages.items()}
