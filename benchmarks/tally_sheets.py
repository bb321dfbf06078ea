"""Tally sheets by number of options: seconds to set, pages, QR codes; and which pictures the codes are read from.

python benchmarks/tally_sheets.py [--pictures 5]

The second table takes every page that has codes of a sheet of 1,600 options, as scanners and telephones see it: of all
codes on it, how many are read. (What happens to a picture: `paper_damage.py`.)
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from paper_damage import photograph as near_photograph
from paper_damage import poor_photograph
from paper_damage import scan as turned_scan
from rich.console import Console
from rich.progress import track
from rich.table import Table

from testigo.ballot import Reconciliation, Tally, TallySheet, tally_qr
from testigo.ballot.tally import ContestTally
from testigo.election import STATION_ROLES, Contest, Definition, District, Option, Station
from testigo.keys import SigningKey
from testigo.scan.codes import qr_texts, qr_texts_in
from testigo.scan.images import PDF_DPI, images_of
from testigo.station.chair import tally_sheet

SIZES = ((1, 10), (1, 100), (4, 100), (1, 400), (12, 100), (1, 1600), (12, 1600))
"""Contests, and options of each."""
BALLOTS = 1_000
Grey = NDArray[np.uint8]


def sheet_of(contests: int, options: int) -> tuple[Definition, TallySheet]:
    """An election of one station, and its sheet with random figures."""
    rng = random.Random(1)
    definition = Definition(
        id="large",
        title={"es": "Elección de concejales"},
        date="2027-05-09",
        opens="07:00",
        closes="17:00",
        languages=("es",),
        districts=(District("land", {"es": "Villa"}),),
        stations=(Station("s1", "Escuela Norte", "land", 1_200),),
        contests=tuple(_contest(f"c{place}", options) for place in range(contests)),
    )
    tallies = [
        ContestTally(one.id, {each.id: rng.randint(0, BALLOTS) for each in one.options}, 10, 0, 0, BALLOTS)
        for one in definition.contests
    ]
    logs = dict.fromkeys(STATION_ROLES, "0" * 64)
    times = "2027-05-09T11:00:00Z", "2027-05-09T21:00:00Z"
    return definition, TallySheet("s1", *times, Tally({"land": BALLOTS}, tuple(tallies)), Reconciliation.zero(), logs)


def _contest(contest: str, options: int) -> Contest:
    names = [Option(f"o{place}", {"es": f"Nombre Apellido Segundo {place}"}) for place in range(options)]
    return Contest(contest, "land", {"es": f"Concejo {contest}"}, "choose-up-to", tuple(names), seats=9, choose=9)


def at_dpi(dpi: int) -> Callable[[Grey, np.random.Generator], Grey]:
    """A straight scan of so many dots per inch, with grey noise and JPEG."""

    def scanned(page: Grey, rng: np.random.Generator) -> Grey:
        small = cv2.resize(page, None, fx=dpi / PDF_DPI, fy=dpi / PDF_DPI, interpolation=cv2.INTER_AREA)
        noisy = np.clip(small + rng.normal(0, 6, small.shape), 0, 255).astype(np.uint8)
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], 0), np.uint8)

    return scanned


def seen_from_afar(pixels: float) -> Callable[[Grey, np.random.Generator], Grey]:
    """A telephone over the whole page: so many million pixels of it, turned, in perspective, unevenly lit."""

    def photographed(page: Grey, rng: np.random.Generator) -> Grey:
        scale = np.sqrt(pixels * 1e6 / page.size)
        return near_photograph(
            cv2.resize(page, None, fx=scale / 1.5, fy=scale / 1.5, interpolation=cv2.INTER_AREA), rng
        )

    return photographed


PICTURES: dict[str, Callable[[Grey, np.random.Generator], Grey]] = {
    **{f"scan, {dpi} dots per inch": at_dpi(dpi) for dpi in (75, 100, 150, 200, 300)},
    "scan, turned by up to 8 degrees": turned_scan,
    **{f"photograph of the page, {pixels} million pixels": seen_from_afar(pixels) for pixels in (2, 4, 8, 12)},
    "poor photograph": poor_photograph,
}


def sizes() -> Table:
    """How long sheets take, how many pages and codes they have, and how long reading the codes off the PDF takes."""
    table = Table(title="Tally sheets", title_justify="left")
    for column in ("contests × options", "set s", "again s", "pages", "codes", "PDF kB", "read off the PDF s"):
        table.add_column(column, justify="right")
    key = SigningKey.generate()
    for contests, options in SIZES:
        definition, sheet = sheet_of(contests, options)
        begin = time.perf_counter()
        pdf = tally_sheet.page(definition, sheet, "ab" * 32, key)
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        tally_sheet.page(definition, sheet, "cd" * 32, key)
        again = time.perf_counter() - begin
        begin = time.perf_counter()
        found = [qr_texts(image) for image in images_of(pdf)]
        codes = [tally_qr.open_code(text, definition, key.public) for texts in found for text in texts]
        assert tally_qr.join(definition, codes).tally == sheet.tally
        read = time.perf_counter() - begin
        cells = (first, again, len(found), len(codes), len(pdf) // 1000, read)
        shown = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
        table.add_row(f"{contests} × {options}", *shown)
    return table


def pictures(count: int) -> Table:
    """How many codes are read from pictures of the pages that have codes."""
    definition, sheet = sheet_of(1, 1600)
    pdf = tally_sheet.page(definition, sheet, "ab" * 32, SigningKey.generate())
    whole = [(page, len(texts)) for page in images_of(pdf) if (texts := qr_texts(page))]
    table = Table(title=f"Pages with {sum(codes for _, codes in whole)} codes, {count} pictures each")
    for column in ("picture", "codes", "read", "per cent"):
        table.add_column(column, justify="left" if column == "picture" else "right")
    for name, damage in track(PICTURES.items(), transient=True):
        rng = np.random.default_rng(1)
        with tempfile.TemporaryDirectory() as folder:
            read = sum(_read(damage(page, rng), Path(folder)) for page, _ in whole for _ in range(count))
        due = count * sum(codes for _, codes in whole)
        table.add_row(name, str(due), str(read), f"{100 * read / due:.0f}")
    return table


def _read(picture: Grey, folder: Path) -> int:
    file = folder / "picture.png"
    cv2.imwrite(str(file), picture)
    return sum(1 for _ in qr_texts_in(file))


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=5)
    arguments = parser.parse_args()
    console = Console(width=120)
    console.print(sizes())
    console.print(pictures(arguments.pictures))


if __name__ == "__main__":
    main()
