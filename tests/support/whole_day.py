"""A whole day of one polling place in one language, through its pages: what goes well, and what can go wrong there."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest import mock

import msgspec
import numpy as np

from played_reader import PlayedReader
from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, MemoryPrinter, Root, finger
from served_station import OFFICER_PIN, PEOPLE, ServedStation, Server
from testigo import storage
from testigo.ballot.reasons import PAUSE_REASONS
from testigo.election import Contest, Definition, District, Option, Party, Preferences, Station, VotingRules
from testigo.errors import StorageError
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import ReaderError
from testigo.paper.pin_slips import PinSlip, pin_slips
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.rehearsal.chair import when_tested
from testigo.screens import booth as booth_pages
from testigo.screens import checkin as check_in_pages
from testigo.screens import enrolment as enrolment_pages
from testigo.screens import page_voter
from testigo.slip import PrinterError, Slip, escpos_printer
from testigo.staff.accounts import MACHINES
from testigo.staff.desk import open_desk
from testigo.station.booth import cards
from testigo.station.booth.cards import make_deck
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.retired import REPORT
from testigo.station.retirement.retire import plan_retirement, retire
from testigo.web.client import Client, SeenPage

BLANK = FingerImage(np.full((300, 300), 240, np.uint8)).to_png()
"""An image with no finger on it."""
PDF = "application/pdf"
PRINTER_ERRORS = (
    "no-paper", "paper-ran-out", "stopped", "no-answer", "closed-the-connection", "libusb-missing", "unreachable",
)  # fmt: skip


def definition_in(language: str) -> Definition:
    """Two stations; every text of the definition is a name without words, so that no word on a page is its."""

    def text(name: str) -> dict[str, str]:
        return {language: name}

    mayor = Contest(
        "mayor",
        "villa",
        text("Kuimba"),
        "choose-one",
        (Option("ana", text("Ñandú"), "sol"), Option("beto", text("Rey"))),
    )
    members = tuple(Option(f"c{number}", text(f"Mba {number}")) for number in range(1, 5))
    council = Contest("council", "villa", text("Aty"), "choose-up-to", members, seats=2, choose=2)
    long = Contest(
        "anthem", "villa", text("Purahéi"), "choose-one", tuple(Option(f"h{n}", text(f"Pu {n}")) for n in range(1, 16))
    )
    people = tuple(f"Mbo {number}" for number in range(1, 20))
    lists = Contest(
        "lists", "villa", text("Tysýi"), "party-list",
        (Option("l1", text("Yvy"), candidates=people), Option("l2", text("Yta"), candidates=people[:2])),
        seats=2, method="dhondt", preferences=Preferences(2),
    )  # fmt: skip
    return Definition(
        id="villa-2026",
        title=text("Táva 2026"),
        date="2035-11-25",
        opens="08:00",
        closes="18:00",
        languages=(language, "en"),
        districts=(District("villa", text("Táva")),),
        stations=(
            Station("s1", "Ita Norte", "villa", 8),
            Station("s2", "Ita Sur", "villa", 5, "Tape 2"),
        ),
        parties=(Party("sol", text("Kuarahy"), "KU"),),
        contests=(mayor, council, long, lists),
        rules=VotingRules(release_cap_percent=12),
    )


class PowerCut(BaseException):
    """Not an `Exception`: nothing in the program may catch it."""


class FailingPrinter(MemoryPrinter):
    """Raises what stands in `acts`, one at each vote, before it prints again."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[BaseException] = []

    def print_slip(self, slip: Slip) -> None:
        if self.acts:
            raise self.acts.pop(0)
        super().print_slip(slip)


class DeadPages:
    """A page printer that fails."""

    def print_page(self, name: str, pdf: bytes) -> None:
        raise StorageError("print-system.no-answer")


@dataclass
class Seen:
    """Every page that was answered, with how it was asked for; and the PDF files by name."""

    pages: list[tuple[str, SeenPage]] = field(default_factory=list)
    papers: dict[str, bytes] = field(default_factory=dict)

    @property
    def codes(self) -> set[str]:
        """Codes of all errors that a page showed."""
        return {page.code for _, page in self.pages if page.code}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take every page that any client gets meanwhile."""
        see = Client._see

        def seen(client: Client, answer: object) -> SeenPage:
            page = see(client, answer)  # type: ignore[arg-type]
            kind = answer.headers.get("content-type", "")  # type: ignore[attr-defined]
            if page_voter.ADDRESS in str(answer.request.url):  # type: ignore[attr-defined]
                return page  # a test ballot's, in a language of its own
            if kind.startswith("text/html"):
                self.pages.append((str(answer.request.url), page))  # type: ignore[attr-defined]
            elif kind == PDF:
                self.papers[page.path.strip("/")] = page.content
            return page

        with mock.patch.object(Client, "_see", seen):
            yield


def cut(step: Callable[[], object]) -> None:
    """Take a step in the middle of which the power goes."""
    with suppress(PowerCut):
        step()


def disk_failed(number: int) -> StorageError:
    """What a room says of a disk that fails so."""
    try:
        with storage.explained(Path("/ñ")):
            raise OSError(number, os.strerror(number))
    except StorageError as error:
        return error


def printing_failed(error: OSError) -> PrinterError:
    """What the thermal printer says of a device that fails so."""
    return PrinterError("printer.stopped", place="tcp:ñ", why=escpos_printer._reason(error))


def reader_errors() -> list[ReaderError]:
    """One of each kind."""

    def below(kind: type[ReaderError]) -> list[type[ReaderError]]:
        return [one for child in kind.__subclasses__() for one in (child, *below(child))]

    return [kind() for kind in below(ReaderError)]


class Day:
    """One day, in the order in which it happens. Each part goes to the pages and leaves what it saw in `seen`."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self.language = language
        self.seen = Seen()
        self.definition = definition_in(language)
        self.root = Root(self.definition)

    def hold(self) -> None:
        """All of it."""
        with self.seen.watching():
            self.enrol()
            self.install()
            self.before_opening()
            self.open()
            self.check_in()
            self.take_fingers()
            self.vote()
            self.cut_the_power()
            self.preside()
            lost = self.copy("lost")
            self.close()
            self.lose_the_check_in(lost)
            self.print_the_rest()

    # ---- who sits there

    def arrive(self, address: str, path: str = "/") -> Client:
        """A browser that has chosen the language."""
        client = Client(address)
        client.get(path)
        client.send("/look", language=self.language)
        return client

    def clerk(self, address: str = "") -> Client:
        client = self.arrive(address or self.place.desk_address)
        client.send("/pin", pin=CLERK_PIN)
        return client

    def presiding(self) -> Client:
        client = self.arrive(self.place.chair_address)
        client.send("/pin", pin=CHAIR_PIN)
        return client

    # ---- enrolment

    def enrol(self) -> None:
        """The desk where fingers are taken: bad files, poor fingers, a duplicate, a case and its rulings."""
        (self.folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
        self.register = Register.open(
            f"sqlite:///{self.folder / 'register.db'}", self.definition, RegisterKey.generate()
        )
        self.register.import_voters(self.folder / "people.csv")
        officers = open_desk(self.folder / "officers")
        officers.set_pin("maria", OFFICER_PIN)
        played = PlayedReader()
        desks = [
            Server(enrolment_pages.app(self.register, officers)),
            Server(enrolment_pages.app(self.register, officers, reader=played)),
        ]
        with self.arrive(desks[0].address) as desk:
            self._enter_as_officer(desk)
            self._enrol_by_files(desk)
            self._settle(desk)
        with self.arrive(desks[1].address) as desk:
            desk.send("/pin", account="maria", pin=OFFICER_PIN)
            self._enrol_by_reader(desk, played)
        for server in desks:
            server.stop()

    def _enter_as_officer(self, desk: Client) -> None:
        for account, pin in (("maria", "000000"), ("nobody", OFFICER_PIN), ("", "")):
            desk.send("/pin", account=account, pin=pin)
            desk.get("/pin")
        desk.send("/pin", account="maria")
        assert desk.send("/pin", account="maria", pin=OFFICER_PIN).name == "find"

    def _enrol_by_files(self, desk: Client) -> None:
        for path, fields in (("/enrol", {}), ("/accept", {"because": "x"}), ("/capture", {"finger": "2"})):
            desk.send(path, **fields)
        for document in ("", "999", "9" * 61, "1\x07"):
            desk.send("/find", document=document)
        desk.send("/find", document="104")
        desk.send("/enrol")
        for image in (b"no image", b"", finger(1, 1)[:200], b"FIR\x00" + bytes(60), b"\xff\xa0" + bytes(60)):
            desk.send("/enrol", files={"finger-2": image})
        desk.send("/enrol", files={"finger-2": [BLANK] * 50})
        desk.send("/enrol", files={"finger-2": BLANK})
        desk.send("/accept", because="")
        desk.send("/take-again")
        for document, image in (
            ("101", finger(1, 1)),
            ("102", finger(2, 1)),
            ("104", finger(1, 2)),
            ("105", finger(3, 1)),
        ):
            desk.send("/find", document=document)
            if desk.send("/enrol", files={"finger-2": image}).facts["poor"] == "yes":
                assert desk.send("/accept", because="ñ").facts["enrolled"] == "yes"
            desk.send("/enrol", files={"finger-2": BLANK})

    def _settle(self, desk: Client) -> None:
        for path in ("/cases", "/cases/1", "/cases/99", "/cases/1/earlier/9", "/cases/1/ñ/0", "/cases/x"):
            desk.get(path)
        for verdict, note in (
            ("ñ", ""),
            ("different", ""),
            ("same", ""),
            ("same", "ñ"),
            ("undecided", "ñ"),
            ("same", "ñ"),
        ):
            desk.send("/cases/1", verdict=verdict, note=note)
        desk.send("/cases/99", verdict="same")
        for path in ("/cases", "/cases?all=yes", "/cases/1"):
            desk.get(path)
        assert desk.send("/find", document="104").facts["barred"] == "yes"
        self.register.erase("105", "ñ", "ñ", "ñ")
        desk.send("/find", document="105")

    def _enrol_by_reader(self, desk: Client, played: PlayedReader) -> None:
        desk.send("/find", document="105")
        desk.send("/capture", finger="11")
        for error in reader_errors():
            played.acts = [error]
            assert desk.send("/capture", finger="2").facts["notice"] == type(error).__name__
        played.acts = [FingerImage.read(finger(3, 2))] * 4
        for _ in range(5):
            desk.send("/capture", finger="2")
        desk.send("/take-again")
        desk.send("/enrol")

    # ---- before opening

    def install(self) -> None:
        """The station's machines, and the poll books of two stations."""
        request = self.root.install(self.folder / "s1", "s1")
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        self.older_book = make_poll_book(self.register, "s1", sealing, self.root.centre, ISSUED)
        self.poll_book = make_poll_book(self.register, "s1", sealing, self.root.centre, ISSUED)
        self.other_book = make_poll_book(self.register, "s2", sealing, self.root.centre, ISSUED)
        self.printer = FailingPrinter()
        self.place = ServedStation(self.folder / "s1", self.poll_book, self.printer)
        self.place.start()

    def before_opening(self) -> None:
        """Every step too early; wrong PINs; poll books that are none."""
        with self.arrive(self.place.chair_address) as chair:
            chair.get("/pin")
            chair.send("/pin", pin="111111")
            chair.send("/pin", pin="")
            chair.get("/events")
            chair.send("/pin", pin=CHAIR_PIN)
            self._every_step(chair)
            when_tested(chair, chair.send("/test"))
            chair.send("/zero-report")
        with self.clerk() as clerk:
            for path, fields in (("/find", {"document": "101"}), ("/finger", {}), ("/card", {}), ("/next", {})):
                clerk.send(path, **fields)
            for book in (b"", b"{}", b"\xff" * 99, self.poll_book[:999], self.poll_book.replace(b"s1", b"s3")):
                clerk.send("/poll-book", files={"poll-book": book})
            clerk.send("/poll-book", files={"poll-book": self.other_book})
            assert clerk.send("/poll-book", files={"poll-book": self.poll_book}).ok
            clerk.send("/poll-book", files={"poll-book": self.older_book})
            clerk.get("/")
        with self.arrive(self.place.booth_address) as voter:
            voter.send("/card", code="ABCDE-FGHJK")
        elsewhere = Server(booth_pages.app(self.place.booth, screen_hosts=()))
        self.arrive(elsewhere.address).close()
        elsewhere.stop()

    def _every_step(self, chair: Client) -> None:
        for path in ("tally-sheet", "tally-sheet.pdf", "package", "zero-report.pdf", "close", "events", "ñ", "void"):
            chair.get(f"/{path}")
        for path in ("/open", "/zero-report", "/resume", "/print", "/send", "/close", "/differences"):
            chair.send(path)
        for path, reason in (
            ("/pause", "printer"),
            ("/void", "voter-ill"),
            ("/printed-elsewhere", "ñ"),
            ("/pause", "ñ"),
        ):
            chair.send(path, reason=reason)

    def open(self) -> None:
        """Cards, test, zero report, opening."""
        with self.presiding() as chair, self.clerk() as clerk:
            chair.send("/zero-report")
            self.cards = [card.code for card in self.place.booth.make_cards(spare=12).cards]
            assert when_tested(chair, chair.send("/test")).facts["state"] == "tested"
            assert chair.send("/zero-report").facts["state"] == "zero-reported"
            chair.get("/zero-report.pdf")
            chair.send("/test")
            assert chair.send("/open").facts["state"] == "open"
            for path in ("/open", "/zero-report", "/test", "/resume", "/send", "/print"):
                chair.send(path)
            chair.send("/void", reason="voter-ill")
            chair.send("/void", reason="ñ")
            clerk.send("/poll-book", files={"poll-book": self.poll_book})

    # ---- check-in

    def check_in(self) -> None:
        """Every way a visit ends, and every step that is refused on the way."""
        with self.clerk() as clerk:
            for document in ("", "9" * 61, "999", "201", "104"):
                clerk.send("/find", document=document)
                clerk.send("/next")
            self._look_up(clerk)
            for path, fields in (("/card", {}), ("/refuse", {"reason": "left"}), ("/finger", {})):
                clerk.send(path, **fields)
            self._try_in_vain(clerk)
        self.restart()
        with self.clerk() as clerk:
            self._match(clerk)
            for _ in range(2):
                clerk.send("/find", document="101")
                clerk.send("/next")
            self._unmatched(clerk)
            self._release(clerk)
            self._strange_requests(clerk)

    def _look_up(self, clerk: Client) -> None:
        """By name, by what is nearly a number, by a card; and what is not found."""
        assert clerk.send("/find", document="pe").name == "found"
        assert clerk.send("/find", document="1O3").name == "found"
        clerk.send("/choose", document="999")
        assert clerk.send("/turn-away").facts["reason"] == "not-on-register"
        assert clerk.send("/find", document="nadie").name == "found"
        clerk.send("/next")
        for card in ("", "nada", "@00000000103@PEREZ@JUAN"):
            clerk.send("/scan", card=card)
        clerk.send("/scan", files={"picture": BLANK})
        clerk.send("/next")

    def _try_in_vain(self, clerk: Client) -> None:
        assert clerk.send("/find", document="101").name == "finger"
        clerk.send("/find", document="103")
        for image in (b"no image", b""):
            clerk.send("/finger", files={"image": image})
        clerk.send("/card")
        clerk.send("/refuse", reason="ñ")
        clerk.send("/refuse", reason="left")
        clerk.send("/release", pin=CHAIR_PIN, reason="worn-finger")
        clerk.send("/release", pin=CHAIR_PIN, reason="ñ")
        clerk.send("/release", pin="111111", reason="injured-hand")
        clerk.send("/finger", files={"image": BLANK})

    def _match(self, clerk: Client) -> None:
        """The visit goes on after the desk was switched off."""
        assert clerk.get("/visit").name == "finger"
        assert clerk.send("/finger", files={"image": finger(1, 2)}).name == "matched"
        clerk.send("/finger", files={"image": BLANK})
        clerk.send("/card")

    def _unmatched(self, clerk: Client) -> None:
        for document, reason in (("103", "impostor"), ("103", "no-match"), ("103", "left")):
            assert clerk.send("/find", document=document).name == "unmatched"
            assert clerk.get(f"/refuse?reason={reason}").name == "refuse"
            assert clerk.send("/refuse", reason=reason, sure="yes").name == "refused"
        clerk.send("/next")

    def _release(self, clerk: Client) -> None:
        clerk.send("/find", document="103")
        assert clerk.send("/release", pin=CHAIR_PIN, reason="not-enrolled").name == "released"
        clerk.send("/undo", pin="111111", reason="other")
        assert clerk.send("/undo", pin=CHAIR_PIN, reason="other").facts["told"] == "undone"
        clerk.send("/find", document="103")
        assert clerk.send("/release", pin=CHAIR_PIN, reason="not-enrolled").name == "second"
        clerk.send("/withdraw")
        clerk.send("/agree", account="clerk", pin=CLERK_PIN)
        clerk.send("/release", pin=CHAIR_PIN, reason="not-enrolled")
        clerk.send("/allowance", files={"allowance": b"none"})
        assert clerk.send("/agree", account="clerk", pin=CLERK_PIN).name == "released"
        clerk.send("/card")
        clerk.send("/find", document="105")
        clerk.send("/release", pin=CHAIR_PIN, reason="not-enrolled")
        assert clerk.send("/agree", account="clerk", pin=CLERK_PIN).name == "released"
        clerk.send("/card")
        clerk.send("/find", document="102")
        clerk.send("/release", pin=CHAIR_PIN, reason="worn-finger")
        clerk.send("/more-tries", pin=CHAIR_PIN)
        clerk.send("/back")

    def _strange_requests(self, clerk: Client) -> None:
        """What no form of ours sends: each answer is a page all the same."""
        browser, token = clerk._client, clerk._token
        for data in ({}, {"token": "x" * 32}, {"token": token}, {"token": token, "document": ["1", "2"]}):
            clerk._see(browser.post("/find", data=data))
        clerk._see(browser.post("/find", json={"document": "1"}))
        clerk._see(browser.post("/find", content=b"x" * 400_000, headers={"content-type": "multipart/form-data"}))
        clerk.send("/refuse", reason="x" * 500_000, sure="yes")
        clerk._see(browser.put("/find"))
        clerk._see(browser.get("/no/such/page"))
        with mock.patch.object(self.place.check_in, "counters", side_effect=RuntimeError("inner words")):
            clerk.get("/")

    def take_fingers(self) -> None:
        """A desk with a reader: everything that can go wrong with it."""
        played = PlayedReader()
        server = Server(check_in_pages.app(self.place.check_in, reader=played))
        with self.clerk(server.address) as clerk:
            clerk.send("/find", document="102")
            for error in reader_errors():
                played.acts = [error]
                assert clerk.send("/finger").facts["notice"] == type(error).__name__
            clerk.send("/finger", files={"image": BLANK})
            assert clerk.send("/finger", files={"image": BLANK}).name == "unmatched"
            clerk.send("/release", pin=CHAIR_PIN, reason="ñ")
            clerk.send("/refuse", reason="left", sure="yes")
            clerk.send("/next")
        server.stop()

    # ---- in the booth

    def restart(self) -> None:
        """Power off and on."""
        self.place.stop()
        self.place.start()

    def vote(self) -> None:
        """One vote with every note and every refusal, and one that is spoiled to the limit."""
        unknown = make_deck(self.definition, "s1", 1).cards[0].code
        # One card in 31 of another station ends as one of this station would, and is then merely unknown.
        issuer = cards._issuer(self.definition, "s1")
        foreign = next(
            card.code
            for card in make_deck(self.definition, "s2", 30).cards
            if cards._station_character(issuer, card.code[: cards.RANDOM_LENGTH], 1) != card.code[-1]
        )
        with self.arrive(self.place.booth_address) as voter:
            for code in ("", "!", "ABC", "ABCDE-FGHJK", foreign, unknown):
                voter.send("/card", code=code)
            self._begin(voter, self.cards[0])
            with Client(self.place.booth_address) as other:
                other.get("/review")
            self._mark(voter)
            self._print(voter)
            self._spoil(voter)
            self._confirm(voter)
            voter.send("/look", language=self.language)
            voter.send("/card", code=self.cards[0])
            self._strange_votes(voter)

    def _begin(self, voter: Client, card: str) -> None:
        assert voter.send("/card", code=card).name == "language"
        voter.send("/card", code=card)
        voter.send("/language", language="ñ")
        assert voter.send("/language", language=self.language).name == "contest"

    def _mark(self, voter: Client) -> None:
        voter.send("/contest/1", option="nobody", go="next")
        voter.send("/contest/1", option="", go="next")
        voter.send("/contest/1", option="ana", go="next", enough="yes")
        voter.send("/contest/2", option=["c1", "c2", "c3"], go="next")
        voter.send("/contest/2", option=[], go="next")
        voter.send("/contest/2", option="c1", go="next")
        voter.send("/contest/2", option="c1", go="next", enough="yes")
        voter.send("/contest/3", page="1", option="h1", go="page-2")
        voter.send("/contest/3", page="2", go="next", enough="yes")
        voter.send("/contest/4", option="l2", go="next")
        voter.send("/contest/4/candidates", option=["l1/1"], go="next")
        assert voter.send("/contest/4/candidates", go="next").name == "review"
        voter.send("/contest/4", option="l1", go="next")
        voter.send("/contest/4/candidates", page="1", option=["l1/1", "l1/2", "l1/3"], go="next")
        voter.send("/contest/4/candidates", page="1", option="l1/1", go="page-2")
        voter.send("/contest/4/candidates", page="2", go="find")
        voter.send("/contest/4/candidates/find", find="1", go="show")
        assert voter.send("/contest/4/candidates", page="9", option="l1/1", go="next").name == "review"

    def _print(self, voter: Client) -> None:
        codes = (
            "no-paper",
            "paper-ran-out",
            "stopped",
            "no-answer",
            "closed-the-connection",
            "libusb-missing",
            "unreachable",
        )
        for code in codes:
            self.printer.acts = [PrinterError(f"printer.{code}", place="tcp:ñ", why="ñ")]
            assert voter.send("/print").code == f"printer.{code}"
            voter.get("/")
        for number in (errno.ECONNREFUSED, errno.ENOSPC, errno.EIO, errno.EPIPE):
            self.printer.acts = [printing_failed(OSError(number, os.strerror(number)))]
            voter.send("/print")
        assert voter.send("/print").name == "printed"

    def _spoil(self, voter: Client) -> None:
        assert voter.send("/printed", right="no").name == "spoil"
        voter.send("/spoil", reason="ñ")
        for reason in ("mistake", "misprint", "changed-mind", "mistake"):
            if voter.send("/spoil", reason=reason).name == "review":
                voter.send("/print")
                voter.send("/printed", right="no")

    def _confirm(self, voter: Client) -> None:
        voter.get("/printed")
        for number in (errno.ENOSPC, errno.EROFS, errno.EIO):
            with mock.patch.object(self.place.booth, "_deposit", side_effect=disk_failed(number)):
                voter.send("/printed", right="yes")
            assert voter.get("/").facts["stage"] == "depositing"
        assert voter.send("/printed", right="yes").name == "thanks"
        voter.get("/")

    def _strange_votes(self, voter: Client) -> None:
        for path in ("/contest/99", "/contest/x", "/review", "/spoil", "/thanks", "/ñ"):
            voter.get(path)
        voter._see(voter._client.post("/card", data={"code": "x"}))
        voter._see(voter._client.delete("/card"))

    def cut_the_power(self) -> None:
        """While a vote is printed, and while it is put in the box; the voter comes back to the screen."""
        with self.arrive(self.place.booth_address) as voter:
            self._begin(voter, self.cards[1])
            self._mark(voter)
            self.printer.acts = [PowerCut()]
            cut(self.place.booth.print)
        self.restart()
        with self.arrive(self.place.booth_address) as voter:
            assert voter.get("/").name == "review"
            assert voter.send("/print").name == "printed"
            with mock.patch.object(self.place.booth, "_deposit", side_effect=PowerCut):
                cut(self.place.booth.confirm)
        self.restart()
        with self.arrive(self.place.booth_address) as voter:
            assert any(page.facts.get("how") == "recovered" for _, page in self.seen.pages)
            for _ in range(6):
                voter.send("/card", code=self.cards[0])

    # ---- the chair's day

    def preside(self) -> None:
        """Pause and go on; a session that nobody ends; a machine that is silent."""
        with self.presiding() as chair, self.clerk() as clerk, self.arrive(self.place.booth_address) as voter:
            for reason in PAUSE_REASONS:
                assert chair.send("/pause", reason=reason).facts["state"] == "paused"
                chair.send("/resume")
            chair.send("/pause", reason="other")
            clerk.send("/find", document="102")
            clerk.get("/")
            voter.get("/")
            voter.send("/card", code=self.cards[2])
            chair.send("/pause", reason="other")
            chair.send("/resume")
            clerk.send("/find", document="102")
            chair.send("/close")
            clerk.send("/refuse", reason="left", sure="yes")
            chair.send("/close")
            chair.send("/close", check_in_lost="ñ")
            chair.get("/events")
            self._be_silent(chair)

    def _be_silent(self, chair: Client) -> None:
        """Neither machine answers; then one that says what makes no sense."""
        for machine in self.place.chair._sender._ways.values():
            address, machine.address = machine.address, "http://127.0.0.1:1"
            chair.get("/")
            chair.get("/close")
            chair.send("/close")
            chair.send("/close", check_in_lost=" ")
            machine.address = f"{self.place.booth_address}/static"
            chair.get("/")
            machine.address = address

    def copy(self, name: str) -> ServedStation:
        """A copy of the station as it is now."""
        self.place.stop()
        folder = Path(shutil.copytree(self.place.folder, self.folder / name))
        self.place.start()
        return ServedStation(folder, self.poll_book, self.printer)

    def close(self) -> None:
        """A voided session and other differences, each with its reason; a dead printer; the way to the centre."""
        with self.arrive(self.place.booth_address) as voter, self.presiding() as chair:
            for card, reason in zip(self.cards[2:4], ("voter-ill", "other"), strict=True):
                with mock.patch("testigo.station.booth.day.seconds_locked", return_value=0):
                    self._begin(voter, card)
                chair.send("/close")
                assert chair.send("/void", reason=reason).facts["told"] == "voided"
            self.place.chair._pages.printer = DeadPages()
            chair.get("/close")
            chair.send("/close", step_1="checked_in=cards_used", reason_1="x" * 201)
            assert chair.send("/close").name == "differences"
            chair.send("/differences", step_1="checked_in=cards_used", reason_1="")
            chair.send("/differences", step_1="checked_in=cards_used", reason_1="\x07")
            page = chair.send("/differences", step_1="checked_in=cards_used", reason_1="ñ")
            assert page.code == "print-system.no-answer"
            self._send(chair)
        with self.clerk() as clerk, self.arrive(self.place.booth_address) as voter:
            clerk.send("/find", document="102")
            voter.send("/card", code=self.cards[3])

    def _send(self, chair: Client) -> None:
        chair.get("/")
        chair.send("/send")
        chair.send("/printed-elsewhere", reason=" ")
        chair.send("/print")
        assert chair.send("/printed-elsewhere", reason="ñ").facts["printed"] == "yes"
        self.place.chair._pages.printer = self.place.chair._pages.kept
        chair.send("/print")
        for path in ("/tally-sheet", "/tally-sheet.pdf", "/"):
            chair.get(path)
        for address in ("ñ", "http://127.0.0.1:1/packages", f"{self.place.booth_address}/ñ"):
            chair.send("/send", address=address)
        assert chair.send("/send").facts["state"] == "sent"
        for path in ("/events", "/tally-sheet", "/close"):
            chair.get(path)
        for path in ("/close", "/pause", "/open", "/differences"):
            chair.send(path, reason="ñ")
        for _ in range(6):
            chair.send("/pin", pin="111111")
        chair.send("/leave")

    def lose_the_check_in(self, lost: ServedStation) -> None:
        """The same station, had its check-in been lost before closing."""
        self.place.stop()
        self.place, lost = lost, self.place
        self.place.start()
        with self.presiding() as chair:
            chair.get("/")
            self.place.servers[1].stop()
            chair.get("/close")
            page = chair.send("/close", check_in_lost="ñ", step_1="checked_in=cards_used", reason_1="ñ")
            while page.name == "differences":
                page = chair.send("/differences", step_1="checked_in=cards_used", reason_1="ñ", reason_2="ñ")
            assert page.name == "tally-sheet"
            self.seen.papers["tally-sheet of a lost check-in"] = self.place.chair.tally_sheet_pdf()
            chair.get("/events")
        self.place.stop()

    def _of_one_language(self, slip: Slip) -> Slip:
        """The slip as in an election of this language alone: it bears all languages of its election."""
        alone = msgspec.structs.replace(slip.definition, languages=(self.language,))
        return msgspec.structs.replace(slip, definition=alone, language=self.language)

    def print_the_rest(self) -> None:
        """What is on paper and on no page: votes, cards, PIN slips, the page of a retired machine."""
        papers = self.seen.papers
        papers["vote"] = self._of_one_language(self.printer.slips[-1]).pdf()
        papers["blank vote"] = self._of_one_language(self.printer.slips[0]).pdf()
        papers["cards"] = make_deck(msgspec.structs.replace(self.definition, languages=(self.language,)), "s1", 1).pdf()
        slips = [
            PinSlip("ñ", "Ñ", role, "Kuarahy" if role == "witness" else "", "s1", machine, "482913")
            for role, machines in MACHINES.items()
            for machine in machines
        ]
        papers["PIN slips"] = pin_slips(slips, self.language)
        machine = MachineFolder(self.folder / "s1" / "chair", "chair")
        retire(machine, plan_retirement(machine, date(2036, 5, 29), {}, today=date(2036, 5, 1)), "ñ")
        machine.close()
        papers["retirement"] = (self.folder / "s1" / "chair" / REPORT).read_bytes()
