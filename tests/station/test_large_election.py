"""A station and a record with a contest of 300 options: every step, page and export copes with it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pypdfium2
import pytest

from large_sheet import large_definition
from polling_place import CHAIR_PIN, ISSUED, MemoryPrinter, Root
from served_station import Server, signed_in
from testigo.audit import logic_and_accuracy
from testigo.ballot import Ballot, DeckBallot, DeckPart
from testigo.election import Definition, MachineKey, MachineKeys
from testigo.keys import SigningKey
from testigo.record import Log, open_package
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.results import publish_results
from testigo.screens import chair as chair_pages
from testigo.screens.page_voter import PageVoter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.ways import LocalMachine

OPTIONS, CHOOSE = 300, 2
VOTE = ("o0", "o299")


def large() -> Definition:
    definition = large_definition((OPTIONS,), "Candidata Número {}".format, parties=2)
    contest = msgspec.structs.replace(definition.contests[0], choose=CHOOSE, seats=CHOOSE)
    station = msgspec.structs.replace(definition.stations[0], register_size=3)
    return msgspec.structs.replace(definition, contests=(contest,), stations=(station,))


DEFINITION = large()


@pytest.fixture(scope="module")
def root() -> Root:
    return Root(DEFINITION)


@pytest.fixture(scope="module")
def closed(root: Root, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chair]:
    """The station after its day: tested with a deck of its own, one vote of two choices, closed."""
    folder = tmp_path_factory.mktemp("large")
    request = root.install(folder / "s1", "s1")
    (folder / "people.csv").write_text("document,name,station,roll\n101,Ana,s1,\n102,Beto,s1,\n103,Eva,s1,\n")
    with Register.open(f"sqlite:///{folder / 'register.db'}", DEFINITION, RegisterKey.generate()) as register:
        register.import_voters(folder / "people.csv")
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        poll_book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    booth, check_in = (
        Booth(folder / "s1" / "booth", MemoryPrinter(), screen=PageVoter),
        CheckIn(folder / "s1" / "check-in"),
    )
    with Chair(folder / "s1" / "chair", booths=[LocalMachine(booth)], desks=[LocalMachine(check_in)]) as chair:
        hold_day(chair, booth, check_in, poll_book)
        yield chair
    booth.close()
    check_in.close()


def hold_day(chair: Chair, booth: Booth, check_in: CheckIn, poll_book: bytes) -> None:
    check_in.load_poll_book(poll_book)
    cards = booth.make_cards(spare=1).cards
    style = DEFINITION.styles_of_station("s1")[0]
    ballot = Ballot.mark(DEFINITION, style, {"c0": VOTE})
    expected = logic_and_accuracy.expected(DEFINITION, "s1", [ballot])
    assert chair.runs.run([DeckPart(style.id, (DeckBallot(ballot, "es"),), expected)])
    chair.zero_report()
    chair.open()
    visit = check_in.find("101")
    check_in.release(visit.id, CHAIR_PIN, "not-enrolled")
    check_in.hand_card(visit.id)
    booth.accept_card(cards[0].code)
    booth.choose_language("es")
    booth.choose("c0", VOTE)
    booth.review()
    booth.print()
    booth.confirm()
    assert chair.close_polls() == ()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_sheet_and_zero_report_on_paper(closed: Chair) -> None:
    kept = closed.folder.path / "paper"
    for name in ("zero-report", "tally-sheet"):
        text = text_of((kept / f"{name}.pdf").read_bytes())
        assert all(f"Candidata Número {place} " in f"{text.replace(chr(13), ' ')} " for place in (0, 150, 299))
    assert "Votos 2" in text


def test_the_chairs_page(closed: Chair) -> None:
    server = Server(chair_pages.app(closed))
    try:
        with signed_in(server.address, CHAIR_PIN) as client:
            page = client.get("/tally-sheet")
            assert page.ok and page.content.decode().count("Candidata Número ") == OPTIONS
            assert client.get("/tally-sheet.pdf").content.startswith(b"%PDF")
    finally:
        server.stop()


def test_the_record_and_its_results(closed: Chair, root: Root, tmp_path: Path) -> None:
    log_key = SigningKey.generate()
    keys = MachineKeys((MachineKey(log_key.public.hex, "log", "", ""), *closed.folder.ring.keys))
    log = Log.create(tmp_path / "public", "testigo.example/large", log_key, root_key=root.key.public)
    package = open_package(closed.send(), lambda claim: closed.folder.key.public)
    keys_signed = root.sign("machine-keys", msgspec.to_builtins(keys))
    for envelope in (*root.definition_envelopes(), keys_signed, *package.envelopes):
        log.append(envelope)
    log.publish()
    publish_results(tmp_path / "public", tmp_path / "results", root=root.key.public)
    assert (tmp_path / "results" / "index.html").read_text("utf-8").count("Candidata Número ") >= OPTIONS
    table = list(csv.DictReader(io.StringIO((tmp_path / "results" / "result.csv").read_text("utf-8-sig"))))
    votes = {row["option"]: int(row["votes"]) for row in table}
    assert {option for option, count in votes.items() if count == 1 and option.startswith("o")} == set(VOTE)
