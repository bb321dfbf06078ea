"""An accepted election taken through everything that follows: paper votes printed and read back, a whole day of one
station behind its real pages, test deck, zero report, tally sheet and its code, results.

    carry_out(definition, folder, slips=6, deck=40)       what failed, step by step, and the seconds of each

The parts are those that run on the day; what a person would see is compared with what the definition says.
"""

import csv
import html
import io
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from page_texts import PageTexts
from polling_place import ISSUED, MemoryPrinter, Root
from served_station import Server
from testigo.audit import logic_and_accuracy
from testigo.ballot import Ballot, DeckPart, TallySheet, new_slip_number, numbered, preferences_in, tally_qr
from testigo.ballot.reasons import REHEARSAL
from testigo.count.counting import count_result
from testigo.election import BallotStyle, Contest, Definition, MachineKeys, is_preference, list_of
from testigo.record import open_statement
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.results import write_results
from testigo.results.view import RecordInfo
from testigo.scan.codes import qr_texts_in
from testigo.screens import booth as booth_pages
from testigo.screens.page_voter import PageVoter
from testigo.slip import QrVote, Slip
from testigo.slip_reader import SlipReader
from testigo.station.booth.booth import Booth
from testigo.station.booth.cards import Card
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.ways import LocalMachine
from testigo.web.client import Client
from testigo.words import offered

EXPLAINED = dict.fromkeys(("checked_in=cards_used", "cards_used=printed-spoiled"), "no desk in this trial")


@dataclass
class Carried:
    """How it went. `failures`: (step, what). `seconds`: by step."""

    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note what the block raises as that step's failure, and how long it took."""
        begin = time.process_time()
        try:
            yield
        except Exception as error:  # every kind of error is what is looked for
            self.failures.append((name, f"{type(error).__name__}: {str(error)[:300]}"))
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begin

    def expect(self, step: str, found: object, wanted: object, about: str) -> None:
        """Note a difference."""
        if found != wanted:
            self.failures.append((step, f"{about}: {str(found)[:150]}, not {str(wanted)[:150]}"))


def carry_out(definition: Definition, folder: Path, *, slips: int, deck: int) -> Carried:
    """Take the election through every step; nothing of it is changed. `slips`: how many options of each contest are
    printed alone (the first, the last and some between), all where it has fewer. Papers are read of two ballot styles,
    the one with most options and the one with fewest; the day is that of the first station, for all its styles. `deck`:
    how many ballots of its test deck are cast, spread over all of it.
    """
    carried = Carried()
    for station, style in _longest_and_shortest(definition):
        _print_and_read(definition, station, style, carried, slips)
    with carried.step("station"):
        _Day(definition, folder, carried, deck).whole()
    return carried


def _longest_and_shortest(definition: Definition) -> list[tuple[str, BallotStyle]]:
    """The ballot styles with most and with fewest options, each with the first station that has it."""
    found: dict[str, tuple[str, BallotStyle]] = {}
    for station in definition.stations:
        for style in definition.styles_of_station(station.id):
            found.setdefault(style.id, (station.id, style))

    def size(one: tuple[str, BallotStyle]) -> int:
        return sum(len(definition.contest(contest).options) for contest in one[1].contests)

    ordered = sorted(found.values(), key=size)
    return [ordered[-1], ordered[0]][: len(ordered)]


# ---- paper votes


def _print_and_read(definition: Definition, station: str, style: BallotStyle, carried: Carried, sample: int) -> None:
    contests = [definition.contest(contest) for contest in style.contests]
    with carried.step("reader"):
        reader = SlipReader(definition, station)
    for number, choices in enumerate(_sample_choices(contests, sample)):
        language = definition.languages[number % len(definition.languages)]
        ballot = Ballot.mark(definition, style, choices)
        slip = Slip(definition, station, ballot, new_slip_number(), language)
        about = f"{style.id} {language} {number}"
        png = b""
        with carried.step("slip"):
            png = slip.png()
        with carried.step("QR code"):
            read = QrVote.decode(slip.qr_payload(), definition)
            carried.expect("QR code", (read.ballot, read.number), (ballot, slip.number), about)
        if png:
            with carried.step("reader"):
                _read_back(reader, png, slip, carried, about)


def _read_back(reader: SlipReader, png: bytes, slip: Slip, carried: Carried, about: str) -> None:
    readings = reader.read(png)
    carried.expect("reader", len(readings), 1, f"{about}: slips seen")
    reading = readings[0]
    if reading.refused is not None:
        carried.expect("reader", reading.refused.text("en"), "read", about)
        return
    carried.expect("reader", (reading.choices, reading.number), (slip.ballot, slip.number), about)
    carried.expect("reader", reading.agrees_with_qr in (True, None), True, f"{about}: agrees with its QR code")


def _sample_choices(contests: list[Contest], sample: int) -> Iterator[dict[str, tuple[str, ...]]]:
    """Nothing chosen, all that may be, and single options: the first, the last, and some between."""
    yield {}
    yield {one.id: last_choices(one) for one in contests}
    yield from _sample_preferences(contests, sample)
    longest = max((len(contest.options) for contest in contests), default=0)
    places = range(longest) if longest <= sample else sorted({n * (longest - 1) // (sample - 1) for n in range(sample)})
    for place in places:
        yield {one.id: (one.options[min(place, len(one.options) - 1)].id,) for one in contests}


def last_choices(contest: Contest) -> tuple[str, ...]:
    """As much as may be chosen, from the end of the contest; of an open list its first candidates."""
    chosen = tuple(option.id for option in contest.options[-contest.choose :])
    if contest.preferences is None:
        return chosen
    return (*chosen, *contest.option(chosen[0]).preferences[: contest.preferences.most])


def _sample_preferences(contests: list[Contest], sample: int) -> Iterator[dict[str, tuple[str, ...]]]:
    """Single candidates of open lists, spread over all lists."""
    for contest in contests:
        names = preferences_in(contest.marks)
        for name in names[:: max(len(names) // sample, 1)]:
            yield {contest.id: (list_of(name), name)}


def _sample_of_deck(definition: Definition, station: str, most: int) -> list[DeckPart]:
    """About `most` ballots spread over all parts of the station's deck, or all; each part with what comes out of it."""
    parts = logic_and_accuracy.station_deck(definition, station)
    every = max(sum(len(part.ballots) for part in parts) // most, 1)
    sampled = [(part.style, part.ballots[::every]) for part in parts]
    return [
        DeckPart(style, ballots, logic_and_accuracy.expected(definition, station, [one.ballot for one in ballots]))
        for style, ballots in sampled
    ]


# ---- one station's day


class _Day:
    """The first station, from installation to the results; two voters for each ballot style."""

    def __init__(self, definition: Definition, folder: Path, carried: Carried, deck: int) -> None:
        self.definition, self.folder, self.carried, self.deck = definition, folder, carried, deck
        self.station = definition.stations[0].id
        self.printer = MemoryPrinter()
        self.cards: dict[str, list[Card]] = {}
        self.voted: list[Ballot] = []

    def whole(self) -> None:
        root = Root(self.definition)
        request = root.install(self.folder, self.station)
        poll_book = self._poll_book(root, request)
        with (
            closing(Booth(self.folder / "booth", self.printer, screen=PageVoter)) as booth,
            closing(CheckIn(self.folder / "check-in")) as desk,
        ):
            machines = {"booths": [LocalMachine(booth)], "desks": [LocalMachine(desk)]}
            with closing(Chair(self.folder / "chair", **machines)) as chair:
                desk.load_poll_book(poll_book)
                self._before(chair, booth)
                with self.carried.step("booth pages"):
                    self._vote(booth)
                with self.carried.step("tally sheet"):
                    self._close(chair)
                with self.carried.step("results"):
                    self._results(chair)

    def _poll_book(self, root: Root, request: MachineKeys) -> bytes:
        """Of one voter: those of this trial come to the booth only."""
        people = self.folder / "people.csv"
        people.write_text(f"document,name,station,roll\n101,Ana Mora,{self.station},\n", encoding="utf-8")
        database = f"sqlite:///{self.folder / 'register.db'}"
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        with Register.open(database, self.definition, RegisterKey.generate()) as register:
            register.import_voters(people)
            return make_poll_book(register, self.station, sealing, root.centre, ISSUED)

    def _before(self, chair: Chair, booth: Booth) -> None:
        with self.carried.step("cards"):
            deck = booth.make_cards(spare=2)
            self.cards = {
                style.id: [card for card in deck.cards if card.style == style.id][:2]
                for style in self.definition.styles_of_station(self.station)
            }
            replace(deck, cards=tuple(card for cards in self.cards.values() for card in cards)).pdf()
        with self.carried.step("test deck"):
            parts = _sample_of_deck(self.definition, self.station, self.deck)
            self.carried.expect("test deck", chair.runs.run(parts), True, "the test comes out")
        with self.carried.step("zero report"):
            self._expect_texts("zero report", chair.zero_report())
        chair.open(REHEARSAL)

    # ---- the booth

    def _vote(self, booth: Booth) -> None:
        server = Server(booth_pages.app(booth))
        try:
            for style in self.definition.styles_of_station(self.station):
                for last, card in enumerate(self.cards[style.id]):
                    self._one_voter(server.address, style, card.code, last=bool(last))
        finally:
            server.stop()

    def _one_voter(self, address: str, style: BallotStyle, code: str, *, last: bool) -> None:
        """Chooses the first option of each contest in the first language, or in the last the last ones, all allowed."""
        language = self.definition.languages[-1 if last else 0]
        contests = [self.definition.contest(contest) for contest in style.contests]
        wanted = {
            one.id: last_choices(one)
            if last
            else (one.options[0].id, *one.options[0].preferences[: one.rows - one.choose])
            for one in contests
        }
        with Client(address) as voter:
            voter.send("/card", code=code)
            page = voter.send("/language", language=language)
            for number, contest in enumerate(contests, 1):
                page = self._mark(voter, number, contest, wanted[contest.id], language)
                if contest.preferences is not None:
                    self._mark_candidates(voter, number, contest, wanted[contest.id])
            page = voter.get("/review")
            self.carried.expect("booth pages", page.name, "review", "after the last contest")
            page = voter.send("/print")
            self.carried.expect("booth pages", (page.name, page.code), ("printed", ""), "after printing")
            page = voter.send("/printed", right="yes")
            self.carried.expect("booth pages", page.name, "thanks", "after confirming")
        ballot = Ballot.mark(self.definition, style, wanted)
        self.carried.expect("booth pages", self.printer.slips[-1].ballot, ballot, "printed ballot")
        self.voted.append(ballot)

    def _mark(self, voter: Client, number: int, contest: Contest, wanted: tuple[str, ...], language: str) -> object:
        """Turn every page of the contest, mark what is wanted where it is shown."""
        here, seen = 1, 0
        while True:
            page = voter.get(f"/contest/{number}?page={here}")
            text = html.unescape(page.content.decode())
            pages = int(page.facts["pages"])
            shown = [one for one in contest.options if f'name="option" value="{one.id}"' in page.content.decode()]
            seen += len(shown)
            for option in shown:
                name = self.definition.words(option.name, language)
                self.carried.expect("booth pages", name in text, True, f"{contest.id}: {option.id} is named")
            option_ids = [one.id for one in shown if one.id in wanted]
            page = voter.send(f"/contest/{number}", page=str(here), option=option_ids, go="next", enough="yes")
            self.carried.expect("booth pages", page.ok, True, f"{contest.id} page {here}")
            if here >= pages:
                break
            here += 1
        self.carried.expect("booth pages", seen, len(contest.options), f"{contest.id}: options on its pages")
        return page

    def _mark_candidates(self, voter: Client, number: int, contest: Contest, wanted: tuple[str, ...]) -> None:
        """Turn every page of the chosen list; its candidates and no others are there."""
        here, seen = 1, list[str]()
        while True:
            page = voter.get(f"/contest/{number}/candidates?page={here}")
            content = page.content.decode()
            shown = [
                name for name in contest.marks if is_preference(name) and f'name="option" value="{name}"' in content
            ]
            seen += shown
            for name in shown:
                named = numbered(contest, name) in html.unescape(re.sub(r"</?bdi[^>]*>", "", content))
                self.carried.expect("booth pages", named, True, f"{contest.id}: {name} is named")
            marks = [name for name in shown if name in wanted]
            page = voter.send(f"/contest/{number}/candidates", page=str(here), option=marks, go="next")
            self.carried.expect("booth pages", page.ok, True, f"{contest.id} candidates {here}")
            if here >= int(content.partition('data-pages="')[2].partition('"')[0]):
                break
            here += 1
        all_ = list(contest.option(wanted[0]).preferences)
        self.carried.expect("booth pages", seen, all_, f"{contest.id}: candidates on their pages")

    # ---- afterwards

    def _close(self, chair: Chair) -> None:
        left = chair.close_polls(EXPLAINED, early=REHEARSAL)
        self.carried.expect("tally sheet", left, (), "differences without a reason")
        self.sheet = chair.tally_sheet()
        assert self.sheet is not None
        self.carried.expect("tally sheet", sum(self.sheet.tally.ballots.values()), len(self.voted), "ballots")
        expected = logic_and_accuracy.expected(self.definition, self.station, self.voted)
        self.carried.expect("tally sheet", self.sheet.tally, expected, "votes")
        pdf = chair.tally_sheet_pdf()
        self._expect_texts("tally sheet", pdf)
        (self.folder / "tally-sheet.pdf").write_bytes(pdf)
        with self.carried.step("tally sheet's code"):
            codes = [text for text in qr_texts_in(self.folder / "tally-sheet.pdf") if tally_qr.is_code(text)]
            opened = [tally_qr.open_code(text, self.definition, chair.folder.key.public) for text in codes]
            read = tally_qr.join(self.definition, opened)
            self.carried.expect("tally sheet's code", read.tally, self.sheet.tally, "votes")

    def _results(self, chair: Chair) -> None:
        assert isinstance(self.sheet, TallySheet)
        digest = open_statement(chair.tally_sheet_json(), chair.folder.key.public).digest
        sheets = {self.station: self.sheet}
        result = count_result(self.definition, sheets, digests={self.station: digest})
        info = RecordInfo("trial", 0, "", "", "", "", {self.station: ("statements/0.json", "0" * 64)})
        files = write_results(self.folder / "results", self.definition, result, sheets=sheets, record=info)
        rows = list(csv.DictReader(io.StringIO((self.folder / "results" / "result.csv").read_text("utf-8-sig"))))
        options = sum(len(one.marks) for one in self.definition.contests_of_station(self.station))
        votes = [row for row in rows if row["option_name"]]
        self.carried.expect("results", len(votes), options, "options in the table")
        pages = [file for file in files if file.suffix == ".html"]
        self.carried.expect("results", len(pages), len(offered(self.definition.languages)), "pages")
        page = html.unescape((self.folder / "results" / "index.html").read_text("utf-8"))
        for contest in self.definition.contests_of_station(self.station):
            title = self.definition.words(contest.title, offered(self.definition.languages)[0])
            self.carried.expect("results", title in page, True, f"{contest.id} is on the page")

    def _expect_texts(self, step: str, pdf: bytes) -> None:
        """Every option's name is on the page, in the election's first language; lines may break it anywhere."""
        page = PageTexts(pdf)
        for contest in self.definition.contests_of_station(self.station):
            for option in contest.options:
                name = self.definition.words(option.name, self.definition.languages[0])
                names = [name, *(option.candidates if contest.preferences else ())]
                if not all(map(page.say, names)):
                    self.carried.failures.append((step, f"{contest.id}: option {option.id} is not on the page"))
                    return
