"""A day on which a third of the voters have no finger and the reader fails: every lawful voter gets a card.

Held behind real pages by people who can press only what they see (`web.browser`): a limit that ended in a refusal, or a
page without a way on, would end the day.
"""

import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser as ChromiumBrowser

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, Root, finger
from served_station import DEFINITION, ServedStation
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.fingerprint import FingerImage
from testigo.record import Statement
from testigo.register import PollBookVoter, Register, RegisterKey, make_poll_book
from testigo.rehearsal.chair import when_tested
from testigo.web.browser import Browser
from testigo.web.client import SeenPage

WITHOUT = (3, 5, 6)
NAMES = ("Ana Gil", "Beto Rey", "Cora Sol", "Dina Paz", "Ema Mora", "Fito Ñandú", "Gala Peña", "Hugo Díaz")
"""Voters V10000001 to V10000008; of those of these numbers no finger was taken."""
BROKEN = b"no image comes out of this reader"


@dataclass
class Desk:
    """The clerk's browser, the chair and the clerk before it; what each voter's visit came to."""

    place: ServedStation
    cards: list[str]
    came: dict[str, str] = field(default_factory=dict)

    def browser(self) -> Browser:
        clerk = Browser(self.place.desk_address)
        clerk.get("/pin")
        assert clerk.send("/pin", pin=CLERK_PIN).name in (
            "find",
            "finger",
            "unmatched",
            "second",
            "matched",
            "released",
        )
        return clerk

    def let_through(self, clerk: Browser, page: SeenPage, reason: str) -> SeenPage:
        page = clerk.send("/release", reason=reason, pin=CHAIR_PIN)
        return clerk.send("/agree", account="clerk", pin=CLERK_PIN) if page.name == "second" else page

    def card(self, clerk: Browser, page: SeenPage, document: str) -> None:
        assert page.name in ("matched", "released"), (document, page.name, page.code)
        self.came[document] = page.name
        assert clerk.send("/card").name == "find"
        with Browser(self.place.booth_address) as voter:
            if voter.get("/").name == "thanks":  # after a restart: the last voter's vote is recorded
                voter.get("/")
            voter.send("/card", code=self.cards.pop())
            voter.send("/language", language="es")
            for _ in range(9):
                page = voter.get("/")
                if page.name == "review":
                    break
                voter.send(page.path, go="next")
            assert voter.send("/print").name == "printed"
            assert voter.send("/printed", right="yes").name == "thanks"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Root]:
    """A station of eight voters, three of whom were never enrolled."""
    folder = tmp_path_factory.mktemp("without")
    rows = [f"V1000000{number},{name},s1," for number, name in enumerate(NAMES, 1)]
    (folder / "people.csv").write_text("\n".join(["document,name,station,roll", *rows, "201,Luis Sur,s2,"]) + "\n")
    root = Root(DEFINITION)
    with Register.open(f"sqlite:///{folder / 'register.db'}", DEFINITION, RegisterKey.generate()) as register:
        register.import_voters(folder / "people.csv")
        for number in set(range(1, 9)) - set(WITHOUT):
            image = FingerImage.read(finger(number, 1))
            register.enrol(f"V1000000{number}", [("right-index", image)], "officer", accept_because="test")
        request = root.install(folder / "s1", "s1")
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    return folder / "s1", book, root


@pytest.fixture
def desk(installed: tuple[Path, bytes, Root], tmp_path: Path):
    shutil.copytree(installed[0], tmp_path / "s1")
    place = ServedStation(tmp_path / "s1", installed[1])
    place.start()
    cards = place.make_cards()
    with Browser(place.desk_address) as clerk, Browser(place.chair_address) as chair:
        for person, pin in ((clerk, CLERK_PIN), (chair, CHAIR_PIN)):
            person.get("/pin")
            person.send("/pin", pin=pin)
        page = clerk.send("/poll-book", files={"poll-book": installed[1]})
        assert page.facts["without-finger"] == "3" and b"many-without" in page.content
        for step, state in (("/test", "tested"), ("/zero-report", "zero-reported"), ("/open", "open")):
            assert when_tested(chair, chair.send(step)).facts["state"] == state
    yield Desk(place, cards)
    place.stop()


def test_no_lawful_voter_is_lost(desk: Desk, installed: tuple[Path, bytes, Root]) -> None:
    """Usual are two releases of a kind (25 % of 8)."""
    with desk.browser() as clerk:
        # A mistyped number is no refusal; the voter is found by what is nearly it.
        assert clerk.send("/find", document="1000O001").name == "found"
        page = clerk.send("/choose", document="V10000001")
        assert (page.name, page.facts["left"]) == ("finger", "4")
        page = clerk.send("/finger", files={"image": finger(9, 1)})
        assert page.facts["failed"] == "1" and b'class="advice"' in page.content
        desk.card(clerk, clerk.send("/finger", files={"image": finger(1, 2)}), "V10000001")

        # From here on the reader gives nothing that could be read.
        for number in (2, 4, 7):
            document = f"V1000000{number}"
            clerk.send("/find", document=document)
            assert clerk.send("/finger", files={"image": BROKEN}).status == 422
            page = clerk.get("/")
            assert page.name == "finger"
            desk.card(clerk, desk.let_through(clerk, page, "reader-failure"), document)
        assert desk.place.check_in.counters().released_by_two == 1

        for number in WITHOUT:
            document = f"V1000000{number}"
            page = clerk.send("/find", document=document)
            beyond = "not-enrolled" if number == WITHOUT[-1] else ""
            assert (page.name, page.facts["fingers"], page.facts["beyond"]) == ("unmatched", "0", beyond)
            desk.card(clerk, desk.let_through(clerk, page, "not-enrolled"), document)

        # Refused by mistake and back again, with new tries, over a restart of the machine, by the authority's word.
        page = clerk.send("/find", document="hugo")
        page = clerk.send("/choose", document="V10000008") if page.name == "found" else page
        for _ in range(4):
            page = clerk.send("/finger", files={"image": finger(9, 1)})
        assert page.name == "unmatched"
        assert clerk.send("/refuse", reason="no-match").name == "refuse"
        assert clerk.send("/refuse", sure="yes").facts["reason"] == "no-match"
        clerk.send("/next")
        assert clerk.send("/find", document="V10000008").facts["left"] == "4"
    desk.place.stop()
    desk.place.start()
    with desk.browser() as clerk:
        page = clerk.get("/")
        assert page.name == "finger" and b"V10000008" in page.content
        about = {"election": desk.place.check_in.folder.settings.election, "subject": "s1", "issued": ISSUED}
        said = ReleaseAllowance("s1", 1, 3, "Resolution 7")
        allowance = Statement.of("release-allowance", said, **about).sign(installed[2].centre)
        page = clerk.send("/allowance", files={"allowance": allowance})
        page = clerk.send("/release", reason="reader-failure", pin=CHAIR_PIN)
        desk.card(clerk, page, "V10000008")

    assert sorted(desk.came) == [f"V1000000{number}" for number in range(1, 9)]
    counters = desk.place.check_in.counters()
    assert (counters.checked_in, counters.released_by_two, counters.released_by_allowance) == (8, 2, 1)
    assert counters.released_reasons == {"not-enrolled": 3, "reader-failure": 4}
    assert counters.refused == {"no-match": 1} and counters.broken_rules() == []
    with Browser(desk.place.chair_address) as chair:
        chair.get("/pin")
        chair.send("/pin", pin=CHAIR_PIN)
        chair.get("/close")
        assert chair.send("/close").facts["holds"] == "yes"


def test_a_check_in_is_taken_back_and_the_voter_comes_again(desk: Desk) -> None:
    with desk.browser() as clerk:
        clerk.send("/find", document="V10000003")
        page = clerk.send("/release", reason="not-enrolled", pin=CHAIR_PIN)
        assert page.name == "released" and b"ninguna tarjeta en esta bandeja" in page.content
        assert clerk.send("/undo", reason="wrong-person", pin=CHAIR_PIN).facts["told"] == "undone"
        page = clerk.send("/find", document="10000003")
        assert page.name == "found" and page.facts["document"] == "10000003"
        desk.card(
            clerk, desk.let_through(clerk, clerk.send("/choose", document="V10000003"), "not-enrolled"), "V10000003"
        )
        assert clerk.get("/").facts["undone"] == "1"


def test_the_wrong_entry_is_left_and_a_refusal_is_confirmed(desk: Desk) -> None:
    with desk.browser() as clerk:
        clerk.send("/find", document="V10000001")
        assert clerk.send("/back").name == "find"
        page = clerk.send("/find", document="31415926")
        assert (
            page.name == "finding" and b"orden escrita" in page.content
        )  # the way on, where they may vote all the same
        assert clerk.send("/next").facts["refused"] == "0"
        clerk.send("/find", document="201")
        assert clerk.send("/turn-away").facts["where"] == "s2"
        assert clerk.send("/next").facts["refused"] == "1"


def test_a_cards_barcode_is_read_as_picture_and_as_typed(desk: Desk) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    import io

    import numpy as np
    from PIL import Image

    text = "00123@GALA@PEÑA@F@V-10.000.007@A@01/01/1990"
    with desk.browser() as clerk:
        assert clerk.send("/scan", card=text).name == "finger"
        clerk.send("/back")
        for kind in (zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.QRCode):
            picture = io.BytesIO()
            code = zxingcpp.create_barcode(text, kind)
            pixels = np.asarray(zxingcpp.write_barcode_to_image(code, scale=4))
            Image.fromarray(pixels).save(picture, "PNG")
            page = clerk.send("/scan", files={"picture": picture.getvalue()})
            assert page.name == "finger" and b"Gala" in page.content
            clerk.send("/back")
        blank = io.BytesIO()
        Image.new("L", (200, 100), 255).save(blank, "PNG")
        assert clerk.send("/scan", files={"picture": blank.getvalue()}).code == "identity-card.nothing-read"


def test_the_chair_sees_the_photograph_and_which_fingers_are_missing(desk: Desk) -> None:
    voters = desk.place.check_in._book.voters
    face = b"\x89PNG of a face"
    missing = dict.fromkeys(range(1, 11), "missing")
    entry = PollBookVoter("V10000003", "Cora Sol", "general", (), missing, photograph=face)
    voters["V10000003"] = entry
    with desk.browser() as clerk:
        page = clerk.send("/find", document="V10000003")
        assert page.name == "unmatched" and b'src="/photograph"' in page.content
        seen = clerk.get("/photograph")
        assert (seen.content, seen.is_page) == (face, False)
        # Somebody saw this voter's hands: that is not "never enrolled".
        assert clerk.send("/release", reason="missing-hand", pin=CHAIR_PIN).name == "released"
        assert desk.place.check_in.counters().released_reasons == {"missing-hand": 1}
        clerk.send("/card")
        page = clerk.send("/find", document="V10000005")
        assert b"/photograph" not in page.content


def test_a_scanner_that_types_enter_between_the_lines_of_a_card(desk: Desk, chromium: ChromiumBrowser) -> None:
    """As many do: what comes after the first line must not be pressed on the next page."""
    page = chromium.new_page()
    page.goto(f"{desk.place.desk_address}/pin")
    page.fill("input[name=pin]", CLERK_PIN)
    for typed in ("", "@\nANSI 636000090002DL00410278ZV03190008DL\nDAQV10000007\nDCSPENA\nDACGALA\nDBB06061986\n"):
        with page.expect_navigation():
            page.keyboard.type(typed)
            if not typed:
                page.keyboard.press("Enter")
    page.wait_for_selector("main[data-page]")
    assert page.get_attribute("main", "data-page") == "finger"
    assert "Gala" in page.inner_text(".who") and page.get_attribute("main", "data-left") == "4"
    with page.expect_navigation():
        page.click("form[action='/back'] button")
    page.keyboard.type("V10000007", delay=80)  # a hand
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_attribute("main", "data-page") == "finger"
    page.close()


def test_the_lists_on_paper_tick_who_has_a_card(desk: Desk) -> None:
    with desk.browser() as clerk:
        clerk.send("/find", document="V10000003")
        clerk.send("/release", reason="not-enrolled", pin=CHAIR_PIN)
        clerk.send("/card")
        assert clerk.send("/voter-list", pin="000000").status == 403
        clerk.get("/")
        lists = clerk.send("/voter-list", pin=CHAIR_PIN)
        assert not lists.is_page and lists.content.startswith(b"%PDF")
        with closing(pypdfium2.PdfDocument(lists.content)) as pages:
            text = [page.get_textpage().get_text_bounded() for page in pages]
        assert [page.count("✓") for page in text] == [1, 1] and all("Cora Sol" in page for page in text)
