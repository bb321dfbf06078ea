"""The test before opening on a whole station: what it finds of a faulty booth, and what a crash leaves of it."""

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PIL import Image

from deck_booths import honest
from polling_place import CHAIR_PIN, Root
from raising import raises_code
from testigo.audit import station_deck
from testigo.ballot import DeckBallot, DeckOutcome, LogicAndAccuracy, Marks, Tally
from testigo.election import Contest, Definition
from testigo.errors import IllegalStep, StorageError
from testigo.rehearsal.chair import when_tested
from testigo.rehearsal.site import sign_in
from testigo.slip.slip import Slip
from testigo.station.booth import deck_orders, votes, voting
from testigo.station.booth.box import BallotBox
from testigo.station.booth.deck_booth import DeckBooth
from testigo.station.chair import deck_run
from testigo.station.machine.processes import MachineProcess
from testigo.web.client import Client, SeenPage
from whole_station import DEFINITION, InstalledStation

PARTS = station_deck(DEFINITION, "s1")
BALLOTS = sum(len(part.ballots) for part in PARTS)
replace = msgspec.structs.replace


def statement(place: InstalledStation, run: int) -> LogicAndAccuracy:
    body = place.chair._statements.own(f"logic-and-accuracy-{run}").statement.body
    return msgspec.convert(body, LogicAndAccuracy, strict=True)


# ---- an honest booth


def test_a_run_is_stated_and_leaves_nothing(place: InstalledStation) -> None:
    told: list[tuple[int, int]] = []
    assert place.chair.runs.run(PARTS, on_step=lambda done, of: told.append((done, of)))
    assert told == sorted(told) and told[-1] == (BALLOTS, BALLOTS)
    body = statement(place, 1)
    assert body.counted == tuple(part.expected for part in PARTS)
    assert (body.run, body.ballots, body.cast, body.outcome, body.found) == (1, BALLOTS, BALLOTS, "passed", 0)
    assert place.chair.runs.under_way is None and not (place.folder / "chair" / "test-run.json").exists()
    assert not list((place.folder / "booth").glob("test-box*")) and not place.printer.slips
    assert place.booth.counters().recorded == 0 and place.booth.counters().printed == 0
    assert [event.event for event in place.booth.folder.log].count("order") == 1


def test_every_run_is_stated_and_the_last_one_decides(place: InstalledStation) -> None:
    part = PARTS[:1]
    place.chair.runs.begin(part)
    place.chair.runs.step(part)
    with raises_code(IllegalStep, "test-run.under-way"):
        place.chair.runs.begin(PARTS[:1])
    place.chair.runs.abandon()
    assert place.chair.state == "installed"
    assert place.chair.runs.run(PARTS[:1]) and place.chair.state == "tested"
    place.chair.runs.begin(PARTS[:1])
    with raises_code(IllegalStep, "test-run.under-way"):
        place.chair.zero_report()
    place.chair.runs.abandon()
    assert place.chair.state == "installed"
    with raises_code(IllegalStep, "station.other-state"):
        place.chair.zero_report()
    assert place.chair.runs.run(PARTS[:1])
    outcomes = [(body.run, body.outcome) for body in (statement(place, run) for run in (1, 2, 3, 4))]
    assert outcomes == [(1, "abandoned"), (2, "passed"), (3, "abandoned"), (4, "passed")]
    assert 0 < statement(place, 1).cast <= 10
    assert place.chair.runs.names() == [f"logic-and-accuracy-{run}" for run in (1, 2, 3, 4)]


def test_there_is_no_step_without_a_run_and_none_of_another_deck(place: InstalledStation) -> None:
    for step in (lambda: place.chair.runs.step(PARTS), place.chair.runs.abandon):
        with raises_code(IllegalStep, "test-run.none"):
            step()
    place.chair.runs.begin(PARTS)
    with raises_code(IllegalStep, "test-run.another-deck"):
        place.chair.runs.step(PARTS[1:])


def test_no_order_takes_longer_than_its_time_and_one_ballot(
    place: InstalledStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deck_orders, "STEP_SECONDS", 0.0)
    place.chair.runs.begin(PARTS)
    place.chair.runs.step(PARTS)
    assert place.chair.runs.under_way is not None and place.chair.runs.under_way.done == 1


def test_attack_a_box_of_test_ballots_in_the_place_of_the_real_one(place: InstalledStation) -> None:
    place.check_in.load_poll_book(place.poll_book)
    place.booth.make_cards(spare=4)
    place.chair.runs.begin(PARTS[:1])
    place.chair.runs.step(PARTS[:1])
    copies = [path.read_bytes() for path in votes.test_box_paths(place.booth.folder.path)]
    assert place.chair.runs.run(PARTS[:1])
    place.chair.zero_report()
    place.chair.open()
    size = place.booth._box.slot_size
    for path, copy in zip(place.booth._paths, copies, strict=True):
        path.write_bytes(copy[: len(copy) // size * size])
    with BallotBoxOpened(place) as box:
        assert box.recorded == 0


class BallotBoxOpened:
    """The real box, opened again."""

    def __init__(self, place: InstalledStation) -> None:
        booth = place.booth
        self._box = BallotBox(booth._paths, bytes.fromhex(booth._secrets.box), booth._name, booth._slot_size)

    def __enter__(self) -> BallotBox:
        return self._box

    def __exit__(self, *_: object) -> None:
        self._box.close()


def test_without_a_screen_there_is_no_test(place: InstalledStation) -> None:
    place.booth._test._make_screen = None
    with raises_code(IllegalStep, "test-deck.no-screen"):
        place.test()


# ---- a faulty booth: each fault is in one stage alone


def swapped(choices: dict[str, tuple[str, ...]], contest: str, one: str, other: str) -> dict[str, tuple[str, ...]]:
    swap = {one: other, other: one}
    return {
        name: tuple(swap.get(option, option) if name == contest else option for option in chosen)
        for name, chosen in choices.items()
    }


def faulty_screen(patch: pytest.MonkeyPatch, twist: Callable[..., Any]) -> None:
    of = voting.SessionView.of

    def view(live: Any, *others: Any, **named: Any) -> Any:
        shown = of(live, *others, **named)
        return replace(shown, choices=twist(shown.choices)) if shown.stage == "review" else shown

    patch.setattr(voting.SessionView, "of", view)


def faulty_print(patch: pytest.MonkeyPatch, twist: Callable[..., Any]) -> None:
    rows_of = Slip._rows_of

    def printed(slip: Slip, contest: Contest) -> Any:
        if slip.number == "2222-2222-2222":  # the reader's own patterns are honest
            return rows_of(slip, contest)
        return rows_of(replace(slip, ballot=type(slip.ballot)(slip.ballot.style, twist(slip.ballot.choices))), contest)

    patch.setattr(Slip, "_rows_of", printed)


def faulty_record(patch: pytest.MonkeyPatch, twist: Callable[..., Any]) -> None:
    record_of = votes.record_of

    def recorded(slip: Slip) -> Any:
        honest = record_of(slip)
        return replace(honest, ballot=Marks(honest.ballot.style, twist(honest.ballot.choices)))

    patch.setattr(votes, "record_of", recorded)


def faulty_count(patch: pytest.MonkeyPatch, twist: Callable[..., Any]) -> None:
    tally_ballots = votes.tally_ballots

    def counted(definition: Any, station: str, ballots: Any) -> Any:
        return tally_ballots(definition, station, [replace(one, choices=twist(one.choices)) for one in ballots])

    patch.setattr(votes, "tally_ballots", counted)


STAGES = {"screen": faulty_screen, "print": faulty_print, "record": faulty_record, "count": faulty_count}
FAULTS = {
    "swap": lambda choices: swapped(choices, "council", "c1", "c3"),
    "loss": lambda choices: {name: tuple(one for one in chosen if one != "c2") for name, chosen in choices.items()},
    "extra": lambda choices: {
        name: ("c0", *chosen) if chosen == ("c2",) else chosen for name, chosen in choices.items()
    },
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_one_stage_is_found_there(
    place: InstalledStation, monkeypatch: pytest.MonkeyPatch, stage: str, fault: str
) -> None:
    STAGES[stage](monkeypatch, FAULTS[fault])
    assert not place.chair.runs.run(PARTS[:2]) and place.chair.state == "installed"
    body = statement(place, 1)
    assert body.outcome == "failed" and body.found >= len(body.differences) > 0
    first = body.differences[0]
    assert (first.stage, first.contest) == (stage, "council")
    assert all(one.ballot == 0 for one in body.differences if one.stage == "count")
    assert stage == "record" or {one.stage for one in body.differences} == {stage}


def test_a_tile_that_means_another_option_is_found(place: InstalledStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page keeps another option than the one whose name was touched: the review says so."""
    choose = voting.VotingBooth.choose
    swap = {("ana",): ("beto",), ("beto",): ("ana",)}
    monkeypatch.setattr(
        voting.VotingBooth, "choose", lambda booth, contest, marks: choose(booth, contest, swap.get(marks, marks))
    )
    assert not place.chair.runs.run(PARTS[:1])
    assert {one.stage for one in statement(place, 1).differences} == {"screen", "print", "record", "count"}


def test_a_print_that_cannot_be_read_is_told_with_the_reason(
    place: InstalledStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = io.BytesIO()
    Image.new("L", (576, 1200), 255).save(pixels, "PNG")
    monkeypatch.setattr(Slip, "png", lambda _slip: pixels.getvalue())
    assert not place.chair.runs.run(PARTS[:1])
    first = statement(place, 1).differences[0]
    assert (first.stage, first.what) == ("print", "(unknown)") and "paper-vote.none-seen" in first.why


def test_a_page_that_is_not_there_is_told(place: InstalledStation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_booth: Any) -> None:
        raise IllegalStep("booth.in-use")

    monkeypatch.setattr(voting.VotingBooth, "print", broken)
    assert not place.chair.runs.run(PARTS[:1])
    first = statement(place, 1).differences[0]
    assert first.stage == "screen" and first.why.startswith("page.not-expected")


# ---- crashes


class LossyBooth:
    """The way to the booth of a place; an answer is lost when told, after the order was obeyed."""

    def __init__(self, place: InstalledStation) -> None:
        self._place = place
        self.lose = False

    def order(self, envelope: bytes) -> bytes:
        answer = self._place.booth.order(envelope)
        if self.lose:
            self.lose = False
            raise StorageError("machine.does-not-answer", place="booth", why="lost")
        return answer


def cast_quickly(booth: DeckBooth, one: DeckBallot) -> DeckOutcome:
    """A ballot into the box, without pages and paper: what is tested here is who counts what."""
    slip = votes.make_slip(booth.definition, booth.station_id, one.ballot, one.language)
    booth._box.deposit(votes.record_of(slip))
    return honest(booth.definition, one)


class Crashes(RuleBasedStateMachine):
    """A run in which at any step an answer is lost, or chair or booth starts again."""

    make: Callable[[], InstalledStation]

    @initialize()
    def begin(self) -> None:
        self.place = type(self).make()
        self.way = LossyBooth(self.place)
        self.place.restart_chair(self.way)
        self.place.chair.runs.begin(PARTS)
        self.ended = False

    @precondition(lambda self: not self.ended)
    @rule(times=st.integers(1, 5))
    def steps(self, times: int) -> None:
        for _ in range(times):
            self.ended = self.ended or self.place.chair.runs.step(PARTS)

    @precondition(lambda self: not self.ended)
    @rule()
    def step_whose_answer_is_lost(self) -> None:
        self.way.lose = True
        with contextlib.suppress(StorageError):
            self.ended = self.place.chair.runs.step(PARTS)

    @rule()
    def chair_starts_again(self) -> None:
        self.place.restart_chair(self.way)

    @rule()
    def booth_starts_again(self) -> None:
        self.place.restart_booth()

    @invariant()
    def nothing_is_found(self) -> None:
        run = self.place.chair.runs.under_way
        assert run is None or (run.all_found == 0 and run.done <= run.total)

    def teardown(self) -> None:
        self.way.lose = False
        while not self.ended:
            self.ended = self.place.chair.runs.step(PARTS)
        body = statement(self.place, 1)
        assert body.outcome == "passed" and body.counted == tuple(part.expected for part in PARTS)
        assert self.place.chair.state == "tested"
        self.place.stop()


def test_no_crash_has_a_ballot_counted_twice(
    installed: tuple[Path, bytes], root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count_box = votes.count_box

    def watched(definition: Definition, station: str, box: BallotBox) -> Tally:
        counted.append(box.recorded)
        return count_box(definition, station, box)

    def make() -> InstalledStation:
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "s1"
        shutil.copytree(installed[0], folder)
        place = InstalledStation(folder, root, installed[1])
        place.start()
        return place

    monkeypatch.setattr(votes, "count_box", watched)
    monkeypatch.setattr(deck_run, "BALLOTS_A_STEP", 3)
    monkeypatch.setattr(DeckBooth, "cast", cast_quickly)
    Crashes.make = staticmethod(make)
    run_state_machine_as_test(
        Crashes, settings=settings(max_examples=12, stateful_step_count=12, deadline=None, database=None)
    )
    assert set(counted) <= {len(part.ballots) for part in PARTS}


@pytest.mark.slow
def test_a_killed_chair_and_a_killed_booth_go_on_by_themselves(
    place: InstalledStation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real processes, ended with nothing flushed: first the booth in the middle of the run, then the chair."""
    place.stop()
    slips = f"folder:{tmp_path / 'slips'}"
    booth = MachineProcess(
        "booth", ["station", "serve", "booth", str(place.folder / "booth"), "--printer", slips], tmp_path / "booth.log"
    )
    ways = ["--booth", booth.address, "--check-in", booth.address]
    chair = MachineProcess(
        "chair", ["station", "serve", "chair", str(place.folder / "chair"), *ways], tmp_path / "chair.log"
    )
    try:
        for machine in (booth, chair):
            machine.start()
        for machine in (booth, chair):
            machine.wait_until_up()
        with signed_in(chair) as screen:
            page = screen.send("/test")
            assert page.name == "test"
            look_until(screen, lambda page: int(page.facts["done"]) > 0)
        booth.cut_power()
        booth.start()
        booth.wait_until_up()
        with signed_in(chair) as screen:
            look_until(screen, lambda page: int(page.facts["done"]) > 8)
        chair.cut_power()
        chair.start()
        chair.wait_until_up()
        with signed_in(chair) as screen:
            page = when_tested(screen, screen.get("/"))
        assert page.facts["state"] == "tested"
    finally:
        for machine in (chair, booth):
            machine.stop()
    place.start()
    body = statement(place, 1)
    assert (body.outcome, body.found, body.counted) == ("passed", 0, tuple(part.expected for part in PARTS))
    assert place.chair.runs.names() == ["logic-and-accuracy-1"]


def signed_in(chair: MachineProcess) -> Client:
    client = Client(chair.address)
    sign_in(client, CHAIR_PIN)
    return client


def look_until(screen: Client, reached: Callable[[SeenPage], bool]) -> None:
    """Look at the page of the running test until it is so far, or the test is over."""
    page = screen.get("/")
    while page.name == "test" and not reached(page):
        page = screen.get("/")
