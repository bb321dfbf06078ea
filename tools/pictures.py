"""Take the pictures of pages that README and docs show, in Chromium, from pages as they are.

    python tools/pictures.py [--results demo/results/index.en.html] [--out docs/pictures]

The booth and the check-in belong to a station of the shipped example, its people are made up, its fingers synthetic.
`--results` is the results page of a rehearsal (`make demo`); its picture is left as it is where that is not given.
"""

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from in_chromium import tap
from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, Root, finger
from served_station import ServedStation
from testigo.election import Definition, load
from testigo.election.example import example_definition
from testigo.fingerprint import FingerImage
from testigo.register import Register, RegisterKey, make_poll_book

STATION = "01-01-1"
LANGUAGE = "en"
COLOURS = 64
"""Of a picture: enough for a page of few, and a third of the file."""
NAMES = ("Lucía Rangel Soto", "Bruno Ibarra Peña", "Inés Urdaneta Gil", "Mateo Marcano Ruiz", "Elena Silva Castaño")
DOCUMENTS = tuple(f"V1000000{number}" for number in range(1, len(NAMES) + 1))


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        def taken(page: Page, name: str) -> None:
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(options.out / f"{name}.png", optimize=True)

        if options.results:
            page = browser.new_page(viewport={"width": 900, "height": 1130})
            page.goto(options.results.resolve().as_uri())
            taken(page, "results")
        _station(browser.new_page(viewport={"width": 1280, "height": 800}), Path(folder), taken)
        browser.close()


def _station(page: Page, folder: Path, taken: Callable[[Page, str], None]) -> None:
    """The booth with a choice made and at the end, the desk with a voter before it, the chair's page of the day."""
    today = datetime.now(timezone(timedelta(hours=-4))).date()  # the country's hours: nobody asks why it is open
    definition = msgspec.structs.replace(
        load(example_definition("republic")), date=today.isoformat(), opens="00:00", closes="23:59"
    )
    place = _place(definition, folder)
    place.start()
    try:
        cards = place.open()
        _sign_in(page, place.desk_address, CLERK_PIN)
        page.fill("#document", DOCUMENTS[1])
        tap(page, "main .primary")
        taken(page, "check-in")
        _vote(page, place.booth_address, cards[0], taken)
        _sign_in(page, place.chair_address, CHAIR_PIN)
        taken(page, "chair")
    finally:
        place.stop()


def _sign_in(page: Page, address: str, pin: str) -> None:
    page.goto(f"{address}/pin")
    tap(page, f"button[name=language][value={LANGUAGE}]")
    page.fill("input[name=pin]", pin)
    tap(page, "main .primary")


def _vote(page: Page, address: str, card: str, taken: Callable[[Page, str], None]) -> None:
    page.goto(address)
    page.fill("#code", card)
    tap(page, "footer .primary")
    tap(page, f"main button[lang={LANGUAGE}]")
    first = True
    while "/contest/" in page.url:
        page.evaluate("() => document.querySelectorAll('.tile input')[2].click()")
        if first:
            taken(page, "booth-contest")
            first = False
        tap(page, "footer .primary")
    taken(page, "booth-review")


def _place(definition: Definition, folder: Path) -> ServedStation:
    """A station with a poll book of a few enrolled voters, installed."""
    rows = [f"{document},{name},{STATION}," for document, name in zip(DOCUMENTS, NAMES, strict=True)]
    (folder / "people.csv").write_text("\n".join(["document,name,station,roll", *rows]) + "\n", encoding="utf-8")
    root = Root(definition)
    with Register.open(f"sqlite:///{folder / 'register.db'}", definition, RegisterKey.generate()) as register:
        register.import_voters(folder / "people.csv")
        for number, document in enumerate(DOCUMENTS):
            image = FingerImage.read(finger(number, 1))
            register.enrol(document, [("right-index", image)], "officer", accept_because="made up")
        request = root.install(folder / STATION, STATION)
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        book = make_poll_book(register, STATION, sealing, root.centre, ISSUED)
    return ServedStation(folder / STATION, book)


if __name__ == "__main__":
    main()
