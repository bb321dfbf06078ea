"""Several check-in desks: whoever is of another desk's share is claimed there first; nobody is admitted twice by
machines, and nobody lawful is lost, whatever fails when.
"""

import base64
import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, Root
from raising import raises_code
from testigo import waits
from testigo.election import StationMachine, StationMachines
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.register import Register, make_poll_book
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.claims import Asked, Claims, Lent, answer, told
from testigo.station.check_in.shares import home_desks
from testigo.station.check_in.sign_in_list import Agreed
from testigo.station.check_in.visit import AtAnotherDesk, RefusedVoter, Visit
from testigo.station.install import install_station, load_keys
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.order_sender import OrderSender

DESKS = 3
DOCUMENTS = ("101", "102", "103", "104", "105", "106")
BOTH = Agreed("chair", CHAIR_PIN, "clerk", CLERK_PIN)


class Cut(StorageError):
    """The cable is out, or the machine is off."""


class Way:
    """The way from one desk to another. `cut`: nothing passes. `lose`: the next answer is lost after it was given."""

    def __init__(self, room: "Room", by: int, to: int) -> None:
        self.room, self.by, self.to = room, by, to

    def tell(self, envelope: bytes, within: float) -> bytes:
        room = self.room
        room.sent.append((self.to, envelope))
        if frozenset((self.by, self.to)) in room.cut or room.desks[self.to] is None:
            raise Cut("machine.does-not-answer", place="desk", why="cut")
        answered = room.desks[self.to].tell(envelope)
        if room.lose:
            room.lose = False
            raise Cut("machine.does-not-answer", place="desk", why="answer lost")
        return answered


class Room:
    """The desks of one station, opened on a copy of an installed one. `cards`: which desks handed a card for which
    document, and how. `unheard`: whom a desk that is gone had admitted from another's list and told nobody: that only
    the signature on that list says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desks: dict[int, Any] = dict.fromkeys(range(1, DESKS + 1))
        self.cut: set[frozenset[int]] = set()
        self.sent: list[tuple[int, bytes]] = []
        self.lose = False
        self.cards: list[tuple[str, int, bool]] = []
        self.gone: list[int] = []
        self.unheard: set[str] = set()
        for number in self.desks:
            self.start(number)

    def start(self, number: int) -> None:
        ways = {to: Way(self, number, to) for to in self.desks if to != number}
        name = StationMachine("check-in", number).name
        self.desks[number] = CheckIn(self.folder / name, desks=ways)

    def restart(self, number: int) -> None:
        self.crash(number)
        self.start(number)

    def hear_of_it(self, number: int) -> None:
        """The chair asks that desk for its status."""
        with contextlib.closing(MachineFolder(self.folder / "chair", "chair")) as chair:
            left, rounds = list(self.desks), []
            for gone in self.gone:
                left = [one for one in left if one != gone]
                rounds.append(left)
            machine, data = StationMachine("check-in", number), {"desks-left": rounds} if rounds else {}
            OrderSender(chair, {machine: self.desks[number]}, lambda _: data).give(machine, "status")

    def crash(self, number: int) -> None:
        self.desks[number].close()
        self.desks[number] = None

    def close(self) -> None:
        for desk in self.desks.values():
            if desk is not None:
                desk.close()

    def reunite(self) -> None:
        """Every machine runs, every cable is in, and everybody has said what they owe."""
        self.cut, self.lose = set(), False
        left = [number for number in self.desks if number not in self.gone]
        for number in left:
            if self.desks[number] is None:
                self.start(number)
            if self.gone:
                self.hear_of_it(number)
        for _ in range(2):
            for number in left:
                self.desks[number].tell_desks()

    def let_through(self, number: int, visit: Visit) -> None:
        """The visitor is released, and has drawn no card yet."""
        desk = self.desks[number]
        if desk.current().stage != "admitted":
            released = desk.release(visit.id, CHAIR_PIN, "missing-hand" if visit.fingers else "not-enrolled")
            if released.stage == "second":
                desk.agree(visit.id, "clerk", CLERK_PIN)

    def card(self, number: int, visit: Visit) -> None:
        """The visitor is released and gets a card."""
        self.let_through(number, visit)
        self.desks[number].hand_card(visit.id)
        self.cards.append((visit.document, number, visit.listed))


@pytest.fixture(scope="module")
def installed(root: Root, register: Register, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station of several desks, with poll book, opened."""
    folder = tmp_path_factory.mktemp("desks") / "s1"
    pins = {"chair_pin": CHAIR_PIN, "clerk_pin": CLERK_PIN}
    machines = StationMachines(desk_count=DESKS)
    request = install_station(folder, root.station_file("s1"), root.key.public, "s1", machines=machines, **pins)
    load_keys(folder, [root.admit(request)])
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    chair = MachineFolder(folder / "chair", "chair")
    for desk in machines.desks:
        with CheckIn(folder / desk.name) as opened:
            opened.load_poll_book(book)
            sender = OrderSender(chair, {desk: opened})
            for order in ("zero", "open"):
                sender.give(desk, order)  # type: ignore[arg-type]
    chair.close()
    return folder


@pytest.fixture
def room(installed: Path, tmp_path: Path) -> Iterator[Room]:
    folder = tmp_path / "s1"
    shutil.copytree(installed, folder)
    made = Room(folder)
    yield made
    made.close()


def home_of(room: Room, document: str) -> int:
    return next(number for number, desk in room.desks.items() if desk._desks.home(document) == number)


def another(room: Room, document: str, *but: int) -> int:
    return next(number for number in room.desks if number != home_of(room, document) and number not in but)


def cut_off(room: Room, number: int) -> None:
    room.cut |= {frozenset((number, other)) for other in room.desks if other != number}


# ---- shares


def test_shares_differ_by_one_voter_at_most_and_hang_on_nothing_but_the_book() -> None:
    documents = [str(number) for number in range(1000)]
    homes = home_desks("e", "s", documents, (1, 2, 3, 4, 5, 6))
    sizes = [sum(home == desk for home in homes.values()) for desk in range(1, 7)]
    assert max(sizes) - min(sizes) <= 1
    assert homes == home_desks("e", "s", reversed(documents), (1, 2, 3, 4, 5, 6))
    assert homes != home_desks("e", "t", documents, (1, 2, 3, 4, 5, 6))
    assert set(home_desks("e", "s", documents, (2, 5)).values()) == {2, 5}


def test_the_shares_of_all_desks_add_up_to_the_poll_book(room: Room) -> None:
    counters = [desk.counters() for desk in room.desks.values()]
    assert sum(one.registered for one in counters) == 8
    assert sum(one.release_cap for one in counters) == room.desks[1].definition.release_cap("s1")


# ---- while they hear each other


def test_any_desk_admits_anybody_and_only_once(room: Room) -> None:
    for document in DOCUMENTS:
        away = another(room, document)
        room.card(away, room.desks[away].find(document))
        room.desks[away].tell_desks()
        for number, desk in room.desks.items():
            found = desk.find(document)
            assert isinstance(found, RefusedVoter) and found.reason == "already-voted" and found.at, number
            desk.turn_away(document)
    assert sum(desk.counters().checked_in for desk in room.desks.values()) == len(DOCUMENTS)


def test_a_voter_who_stands_at_one_desk_is_not_taken_at_another(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    visit = room.desks[away].find("103")
    assert room.desks[home].find("103") == AtAnotherDesk("103", away)
    third = another(room, "103", away)
    assert room.desks[third].find("103") == AtAnotherDesk("103", away)
    room.desks[away].leave(visit.id)
    room.desks[away].tell_desks()
    room.card(home, room.desks[home].find("103"))


def test_tries_of_a_finger_go_along_with_the_document(room: Room) -> None:
    home, away = home_of(room, "101"), another(room, "101")
    visit = room.desks[away].find("101")
    room.desks[away].finger_unread(visit.id)
    room.desks[away].leave(visit.id)
    room.desks[away].tell_desks()
    assert room.desks[home].find("101").failed == 1


def fail(room: Room, number: int, document: str, often: int) -> None:
    """Somebody comes with that document, and so many fingers fail."""
    visit = room.desks[number].find(document)
    for _ in range(often):
        room.desks[number].finger_unread(visit.id)
    room.desks[number].leave(visit.id)


def test_a_claim_whose_answer_was_lost_gives_no_new_tries(room: Room) -> None:
    """That desk gives back a document that it never had: of its tries it knows nothing."""
    home, away = home_of(room, "101"), another(room, "101")
    fail(room, home, "101", 3)
    room.lose = True
    assert not room.desks[away].find("101").reached
    room.reunite()
    assert room.desks[home].find("101").failed == 3


def test_a_visit_from_the_list_gives_no_new_tries(room: Room) -> None:
    home, away = home_of(room, "101"), another(room, "101")
    fail(room, home, "101", 3)
    cut_off(room, away)
    room.desks[away].leave(room.desks[away].admit_from_list("101", BOTH).id)
    room.reunite()
    assert room.desks[home].find("101").failed == 3


def test_who_comes_back_before_the_home_desk_has_heard_of_the_visit_has_the_tries_that_are_left(room: Room) -> None:
    home, away = home_of(room, "101"), another(room, "101")
    fail(room, away, "101", 2)
    fail(room, away, "101", 1)
    room.lose = True  # the claim is heard, and its answer is not
    assert not room.desks[away].find("101").reached
    room.restart(away)
    room.reunite()
    assert room.desks[home].find("101").failed == 3


def test_what_is_given_back_twice_does_not_undo_the_tries_of_since_then(room: Room) -> None:
    """The first answer was lost; meanwhile fingers failed at the home desk, and the other desk claimed once more."""
    home, away = home_of(room, "101"), another(room, "101")
    fail(room, away, "101", 1)
    room.lose = True
    room.desks[away].tell_desks()
    fail(room, home, "101", 2)
    room.lose = True
    assert not room.desks[away].find("101").reached
    assert room.desks[away].find("101").failed == 3
    room.desks[away].leave(room.desks[away].current().id)
    room.reunite()
    assert room.desks[home].find("101").failed == 3


# ---- when they do not


def test_cut_off_a_desk_admits_its_own_share_and_sends_the_others_away(room: Room) -> None:
    away = another(room, "103")
    cut_off(room, away)
    own = next(document for document in DOCUMENTS if home_of(room, document) == away)
    assert room.desks[away].find("103") == AtAnotherDesk("103", home_of(room, "103"), reached=False)
    room.card(away, room.desks[away].find(own))
    assert room.desks[away].counters().refused == {}


def test_from_the_list_by_two_persons_entered_when_they_hear_each_other_again(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    cut_off(room, away)
    desk = room.desks[away]
    with pytest.raises(TestigoError):
        desk.admit_from_list("103", Agreed("chair", CHAIR_PIN, "clerk", CHAIR_PIN))
    visit = desk.admit_from_list("103", BOTH)
    assert visit.listed
    room.card(away, visit)
    assert (desk.counters().from_list, desk.counters().entered) == (1, 0)
    room.reunite()
    assert (desk.counters().from_list, desk.counters().entered, desk.counters().doubles) == (1, 1, 0)
    assert room.desks[home].find("103").reason == "already-voted"


def test_a_double_is_counted_once_and_shown(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    cut_off(room, away)
    room.card(away, room.desks[away].admit_from_list("103", BOTH))
    room.card(home, room.desks[home].find("103"))
    room.reunite()
    room.reunite()
    assert sum(desk.counters().doubles for desk in room.desks.values()) == 1
    assert any(row.name == "doubles" for row in room.desks[away].counters().rows("sheet"))


@pytest.mark.parametrize("ends", ["card", "undone"])
def test_who_stands_before_the_trays_has_not_voted_yet(room: Room, ends: str) -> None:
    """The voter of a check-in that may still be taken back is a double only once a card is handed."""
    home, away = home_of(room, "103"), another(room, "103")
    cut_off(room, away)
    room.card(away, room.desks[away].admit_from_list("103", BOTH))
    visit = room.desks[home].find("103")
    room.let_through(home, visit)
    room.reunite()
    assert room.desks[away].owed == 1
    third = another(room, "103", away)
    assert room.desks[third].find("103") == AtAnotherDesk("103", home)
    if ends == "card":
        room.card(home, visit)
    else:
        room.desks[home].undo(visit.id, CHAIR_PIN, "wrong-person")
    room.reunite()
    assert sum(desk.counters().doubles for desk in room.desks.values()) == (ends == "card")


def test_a_double_at_the_home_desk_is_counted_once_whenever_it_hears_of_it(room: Room) -> None:
    """The home desk's own visit from the list is at the trays when the other desk says that it handed a card."""
    home, away = home_of(room, "103"), another(room, "103")
    first = room.desks[away].find("103")
    cut_off(room, away)
    second = room.desks[home].admit_from_list("103", BOTH)
    room.let_through(home, second)
    room.card(away, first)
    room.reunite()
    room.card(home, second)
    room.reunite()
    assert sum(desk.counters().doubles for desk in room.desks.values()) == 1


def test_a_desk_that_dies_with_a_visit_does_not_lose_its_voter(room: Room) -> None:
    """The home desk admits from the list; should the other come back and have handed a card, that is a double."""
    home, away = home_of(room, "103"), another(room, "103")
    visit = room.desks[away].find("103")
    cut_off(room, away)
    assert room.desks[home].find("103") == AtAnotherDesk("103", away)
    room.card(home, room.desks[home].admit_from_list("103", BOTH))
    room.card(away, visit)
    room.reunite()
    assert sum(desk.counters().doubles for desk in room.desks.values()) == 1


@pytest.mark.parametrize("when", ["asked", "answered"])
def test_a_claim_without_an_answer_is_given_back(room: Room, when: str) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    if when == "asked":
        cut_off(room, away)
    else:
        room.lose = True
    assert not room.desks[away].find("103").reached
    room.crash(away)
    room.reunite()
    room.card(home, room.desks[home].find("103"))


# ---- when one is taken out on the day


def take_out(room: Room, number: int, *hear: int) -> None:
    """The chair takes that desk out, which is dead; those that `hear` of it take its share over: all, by default."""
    if number not in room.gone:
        room.crash(number)
        room.gone.append(number)
    for other in hear or [one for one in room.desks if one not in room.gone]:
        room.hear_of_it(other)


def test_a_share_whose_desk_is_out_is_taken_over_by_the_list(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    third = another(room, "103", away)
    registered = [room.desks[one].counters().registered for one in (away, third)]
    take_out(room, home)
    for desk in (away, third):
        assert room.desks[desk].find("103") == AtAnotherDesk("103", home, out=True)
    with pytest.raises(TestigoError):
        room.desks[away].admit_from_list("103", Agreed("chair", CHAIR_PIN, "clerk", CHAIR_PIN))
    room.card(away, room.desks[away].admit_from_list("103", BOTH))
    room.reunite()
    for desk in (away, third):
        found = room.desks[desk].find("103")
        assert isinstance(found, RefusedVoter) and found.reason == "already-voted"
    assert [room.desks[one].counters().registered for one in (away, third)] == registered
    counters = room.desks[away].counters()
    assert (counters.from_list, counters.entered, counters.doubles) == (1, 1, 0)


@pytest.mark.parametrize("told", [True, False])
def test_whom_a_desk_that_is_left_admitted_the_others_come_to_know(room: Room, told: bool) -> None:
    for document in [one for one in DOCUMENTS if home_of(room, one) == 3]:
        room.card(1, room.desks[1].find(document))
    if told:
        room.desks[1].tell_desks()
    take_out(room, 3)
    room.restart(1)
    room.reunite()
    for document in [one for one, _, _ in room.cards]:
        assert all(isinstance(room.desks[one].find(document), RefusedVoter) for one in (1, 2))
    assert room.desks[1].owed == 0


def test_a_double_between_two_that_are_left_is_counted_once(room: Room) -> None:
    """One had the voter by a claim that the dead desk granted; the other did not hear that it is out."""
    home, away = home_of(room, "103"), another(room, "103")
    third = another(room, "103", away)
    room.card(away, room.desks[away].find("103"))
    room.crash(home)
    room.card(third, room.desks[third].admit_from_list("103", BOTH))
    room.gone.append(home)
    room.reunite()
    room.reunite()
    assert sum(room.desks[one].counters().doubles for one in (away, third)) == 1
    assert room.desks[third].counters().entered == 1


def test_a_voter_lent_to_a_desk_that_is_out_is_admitted_from_the_list_and_entered(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    third = another(room, "103", away)
    room.desks[away].find("103")
    take_out(room, away)
    assert room.desks[home].find("103") == AtAnotherDesk("103", away, out=True)
    assert room.desks[third].find("103") == AtAnotherDesk("103", away, out=True)
    room.card(third, room.desks[third].admit_from_list("103", BOTH))
    room.reunite()
    assert room.desks[third].counters().entered == 1
    assert isinstance(room.desks[home].find("103"), RefusedVoter)


def test_what_is_taken_over_twice_changes_nothing(room: Room) -> None:
    take_out(room, 3)
    before = {one: (room.desks[one]._desks._homes, len(room.desks[one].folder.log)) for one in (1, 2)}
    take_out(room, 3)
    room.restart(1)
    assert {one: (room.desks[one]._desks._homes, len(room.desks[one].folder.log)) for one in (1, 2)} == before
    assert before[1][0] == before[2][0] and set(before[1][0].values()) == {1, 2}


# ---- messages


def test_a_message_is_obeyed_once_and_only_by_who_it_is_for(room: Room) -> None:
    home, away = home_of(room, "103"), another(room, "103")
    visit = room.desks[away].find("103")
    (to, claim) = room.sent[-1]
    assert to == home
    room.desks[away].leave(visit.id)
    room.desks[away].tell_desks()
    with raises_code(IllegalStep, "desk-message.old"):
        room.desks[home].tell(claim)
    third = another(room, "103", away)
    with pytest.raises(InvalidSignature):
        room.desks[third].tell(claim)
    with pytest.raises(InvalidSignature):
        room.desks[away].tell(claim)
    assert isinstance(room.desks[home].find("103"), Visit)


def test_a_message_names_no_voter_on_the_cable(room: Room) -> None:
    room.desks[another(room, "103")].find("103")
    sealed = [
        base64.b64decode(json.loads(base64.b64decode(json.loads(said)["payload"]))["sealed"]) for _, said in room.sent
    ]
    assert sealed and all(b'"103"' not in one for one in sealed)  # with its marks: none by the chance of sealed bytes


@pytest.mark.parametrize("kind", ["claim", "back"])
def test_what_is_no_count_of_tries_is_refused_in_words(room: Room, kind: str) -> None:
    """From whoever has the key of a desk: never an error inside the other, and nothing is kept."""
    home, away = home_of(room, "103"), another(room, "103")
    link = room.desks[away]._desks._link
    if kind == "back":
        bad = msgspec.defstruct("Bad", ["name", "document", "desk", "tries"])("back", "103", away, {"failed": "many"})
        with raises_code(InvalidInput, "desk-message.malformed"):
            room.desks[home].tell(link.message(home, bad))
        return
    answers = room.desks[home]._desks
    answers._answered = lambda *_: msgspec.defstruct("Bad", ["said", "tries"])("granted", {"failed": "many"})
    assert room.desks[away].find("103") == AtAnotherDesk("103", home, reached=False)


# ---- the pure rules


def test_who_has_voted_is_never_lent() -> None:
    asked = Asked("claim", "1", 2)
    assert answer(Claims(), asked, voted=True, visiting=False)[1] == "voted"
    assert answer(Claims(), asked, voted=False, visiting=True)[1] == "visiting"
    lent, said = answer(Claims(), asked, voted=False, visiting=False)
    assert said == "granted" and answer(lent, asked, voted=False, visiting=False) == (lent, "granted")
    assert answer(lent, Asked("claim", "1", 3), voted=False, visiting=False) == (lent, "visiting")
    assert answer(lent, Asked("back", "1", 3), voted=False, visiting=False) == (lent, "done")
    assert answer(lent, Asked("back", "1", 2), voted=False, visiting=False) == (Claims(), "done")
    gone = Claims(lent={"1": Lent(2, "2026-11-29T12:00:00Z")})
    assert answer(gone, Asked("back", "1", 2), voted=False, visiting=False) == (gone, "done")
    assert told(Claims(owed={"1": "enter"}), "1", "enter", "busy").owed == {"1": "enter"}


# ---- everything at any moment


class AnyDay(RuleBasedStateMachine):
    """Visits, power cuts, cut cables, lost answers and reunions in any order."""

    installed: Path

    @initialize()
    def begin(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        shutil.copytree(self.installed, self.place / "s1")
        self.room = Room(self.place / "s1")

    def teardown(self) -> None:
        if hasattr(self, "room"):
            self._all_can_still_vote()
            self.room.close()
            shutil.rmtree(self.place)

    @rule(number=st.integers(1, DESKS), document=st.sampled_from(DOCUMENTS), listed=st.booleans())
    def arrive(self, number: int, document: str, listed: bool) -> None:
        desk = self.room.desks[number]
        if desk is None or desk.current() is not None:
            return
        found = desk.admit_from_list(document, BOTH) if listed else desk.find(document)
        assert isinstance(found, Visit | RefusedVoter | AtAnotherDesk)

    @rule(number=st.integers(1, DESKS), card=st.booleans())
    def conclude(self, number: int, card: bool) -> None:
        desk = self.room.desks[number]
        visit = desk.current() if desk is not None else None
        if visit is None:
            return
        if card:
            self.room.card(number, visit)
        elif visit.stage == "admitted":
            desk.undo(visit.id, CHAIR_PIN, "wrong-person")
        else:
            desk.leave(visit.id)

    @rule(number=st.integers(1, DESKS))
    def let_through(self, number: int) -> None:
        """Somebody stands before the trays."""
        desk = self.room.desks[number]
        visit = desk.current() if desk is not None else None
        if visit is not None:
            self.room.let_through(number, visit)

    @rule(number=st.integers(1, DESKS))
    def speak(self, number: int) -> None:
        if self.room.desks[number] is not None:
            self.room.desks[number].tell_desks()

    @rule(number=st.integers(1, DESKS))
    def lose_power(self, number: int) -> None:
        if self.room.desks[number] is not None:
            self.room.crash(number)

    @rule(number=st.integers(1, DESKS))
    def switch_on(self, number: int) -> None:
        if self.room.desks[number] is None and number not in self.room.gone:
            self.room.start(number)

    @rule(number=st.integers(1, DESKS), often=st.integers(1, 3))
    def take_out(self, number: int, often: int) -> None:
        """The chair takes a desk out, which never comes back; the others hear of it sooner or later."""
        if often == 1 and not self.room.gone:
            if self.room.desks[number] is None:
                self.room.start(number)
            owed = self.room.desks[number]._day.now.claims.owed
            self.room.unheard = {document for document, what in owed.items() if what == "enter"}
            self.room.crash(number)
            self.room.gone.append(number)

    @rule(number=st.integers(1, DESKS))
    def hear_of_it(self, number: int) -> None:
        if self.room.desks[number] is not None:
            self.room.hear_of_it(number)

    @rule(pair=st.sampled_from([(1, 2), (1, 3), (2, 3)]))
    def cut_cable(self, pair: tuple[int, int]) -> None:
        self.room.cut.add(frozenset(pair))

    @rule()
    def lose_an_answer(self) -> None:
        self.room.lose = True

    @rule(number=st.integers(1, DESKS), place=st.integers(1, 12))
    def replay(self, number: int, place: int) -> None:
        """Whoever is on the cable says again what was said."""
        desk = self.room.desks[number]
        if desk is not None and self.room.sent:
            with contextlib.suppress(TestigoError):
                desk.tell(self.room.sent[-min(place, len(self.room.sent))][1])

    @rule()
    def reunite(self) -> None:
        self.room.reunite()

    @invariant()
    def nobody_is_admitted_twice_by_machines(self) -> None:
        if not hasattr(self, "room"):
            return
        by_machine = [document for document, _, listed in self.room.cards if not listed]
        assert len(by_machine) == len(set(by_machine))

    def _all_can_still_vote(self) -> None:
        """Reunited, each voter either has a card or gets one at any desk; and every further card was counted."""
        room = self.room
        room.reunite()
        left = {number: desk for number, desk in room.desks.items() if number not in room.gone}
        for number, desk in left.items():
            visit = desk.current()
            if visit is not None and visit.stage != "admitted":
                desk.leave(visit.id)
            elif visit is not None:
                room.card(number, visit)
        room.reunite()
        had = {document for document, number, _ in room.cards if number in left}
        on_paper = room.unheard - had
        signed = {document for document, number, _ in room.cards if number not in left}
        for place, document in enumerate(DOCUMENTS):
            number = sorted(left)[place % len(left)]
            found = room.desks[number].find(document)
            if isinstance(found, AtAnotherDesk) and document not in had:
                assert found.out and found.desk in room.gone  # people look at the list of that desk
                if document in signed:
                    continue
                found = room.desks[number].admit_from_list(document, BOTH)
            expected = RefusedVoter if document in (had | signed) - on_paper else Visit
            assert isinstance(found, expected), (document, found)
            if isinstance(found, Visit):
                room.card(number, found)
                room.desks[number].tell_desks()
        room.reunite()
        counters = [desk.counters() for desk in left.values()]
        cards = [(document, listed) for document, number, listed in room.cards if number in left]
        doubles = len(cards) - len({document for document, _ in cards})
        assert sum(one.cards_handed for one in counters) == len(cards)
        assert sum(one.from_list for one in counters) == sum(listed for _, listed in cards)
        assert sum(one.entered for one in counters) == sum(one.from_list for one in counters)
        if room.gone:  # what a dead desk had counted the chair may have heard, or not
            assert sum(one.doubles for one in counters) >= doubles
        else:
            assert sum(one.doubles for one in counters) == doubles


def test_no_order_of_failures_admits_twice_or_loses_anybody(installed: Path, monkeypatch: Any) -> None:
    AnyDay.installed = installed
    many = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(AnyDay, settings=many)


# ---- two things said at the same moment


class Overtaken:
    """A way on which the desk's own teller gives a document back in the very moment in which it is claimed again."""

    def __init__(self, way: Way, meanwhile: Any) -> None:
        self.way, self.meanwhile = way, meanwhile

    def tell(self, envelope: bytes, within: float) -> bytes:
        answered = self.way.tell(envelope, within)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return answered


def test_a_document_is_not_given_back_while_it_is_claimed_again(room: Room) -> None:
    """The desk's teller and its clerk speak at once: else the home desk would take the visitor for gone."""
    home, away = home_of(room, "103"), another(room, "103")
    desk = room.desks[away]
    cut_off(room, away)
    assert not desk.find("103").reached
    room.cut.clear()
    ways = desk._desks._link._ways
    ways[home] = Overtaken(ways[home], desk.tell_desks)
    visit = desk.find("103")
    assert isinstance(visit, Visit)
    assert room.desks[home].find("103") == AtAnotherDesk("103", away)


def test_what_a_teller_was_about_to_give_back_is_not_said_once_a_visit_has_begun(room: Room) -> None:
    """It had looked at what is owed, and waited on another cable, while the clerk claimed the document."""
    home, away = home_of(room, "103"), another(room, "103")
    desk = room.desks[away]
    first = next(one for one in DOCUMENTS if one != "103" and home_of(room, one) != away)
    cut_off(room, away)
    desk.find(first)
    desk.find("103")
    room.cut.clear()
    telling = desk._desks.tell_all()
    assert next(telling)[:2] == (first, "back")  # it has looked at both
    visit = desk.find("103")
    assert isinstance(visit, Visit) and list(telling) == []
    assert room.desks[home].find("103") == AtAnotherDesk("103", away)
    room.card(away, visit)
    room.reunite()
    assert room.desks[home].find("103").reason == "already-voted"


def test_of_two_claims_of_one_document_the_first_to_end_leaves_the_other_alone(room: Room) -> None:
    """Else the teller would give the document back after the second claim was granted, and before its visit begins."""
    home, away = home_of(room, "103"), another(room, "103")
    desk = room.desks[away]
    ways = desk._desks._link._ways
    whole = ways[home]

    def another_claim() -> None:
        room.cut.add(frozenset((home, away)))
        assert not desk.find("103").reached
        room.cut.clear()
        desk.tell_desks()

    ways[home] = Overtaken(whole, another_claim)
    visit = desk.find("103")
    assert isinstance(visit, Visit)
    assert room.desks[home].find("103") == AtAnotherDesk("103", away)


def test_a_claim_that_cannot_be_made_is_given_back_all_the_same(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = room.desks[another(room, "103")]

    def full(*_: object) -> bytes:
        raise StorageError("disk.full", place="numbers")

    with monkeypatch.context() as patched:
        patched.setattr(desk._desks._link, "message", full)
        with pytest.raises(StorageError):
            desk.find("103")
    assert desk.owed == 1
    desk.tell_desks()
    assert desk.owed == 0


# ---- what is said on the side


class Hanging:
    """A desk whose machine takes a message and never answers; the clock goes on by what the other one waits."""

    def __init__(self, now: list[float]) -> None:
        self.now, self.waited = now, 0

    def tell(self, envelope: bytes, within: float) -> bytes:
        self.now[0] += within
        self.waited += 1
        raise Cut("machine.does-not-answer", place="desk", why="hangs")


def test_desks_that_hang_do_not_use_up_the_time_of_the_chair(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = room.desks[1]
    cut_off(room, 1)
    for document in [one for one in DOCUMENTS if home_of(room, one) != 1]:
        desk.find(document)
    assert desk.owed > 1
    now = [0.0]
    monkeypatch.setattr("testigo.station.check_in.desks.time", SimpleNamespace(monotonic=lambda: now[0]))
    ways = desk._desks._link._ways = {number: Hanging(now) for number in (2, 3)}
    room.hear_of_it(1)
    assert sum(way.waited for way in ways.values()) and now[0] <= waits.ANSWER / 4


def test_for_what_is_no_order_of_the_chair_no_other_desk_is_called(room: Room) -> None:
    desk = room.desks[1]
    cut_off(room, 1)
    desk.find(next(one for one in DOCUMENTS if home_of(room, one) != 1))
    room.cut.clear()
    room.sent.clear()
    for junk in (b"", b"{}", b"junk"):
        with pytest.raises(TestigoError):
            desk.order(junk)
    assert room.sent == [] and desk.owed == 1
    room.hear_of_it(1)
    assert len(room.sent) == 1 and desk.owed == 0


def test_an_answer_that_cannot_be_kept_is_owed_still_and_the_next_one_is_kept(room: Room, caplog: Any) -> None:
    desk = room.desks[1]
    cut_off(room, 1)
    first, second, *_ = [one for one in DOCUMENTS if home_of(room, one) != 1]
    desk.find(first)
    desk.find(second)
    room.cut.clear()
    real, tries = desk._day.keep, iter((True, False))

    def keep(day: Any) -> None:
        if next(tries):
            raise StorageError("disk.full", place="day")
        real(day)

    desk._day.keep = keep
    desk.tell_desks()
    desk._day.keep = real
    assert list(desk._day.now.claims.owed) == [first]
    assert "disk.full" in caplog.text and first not in caplog.text
    desk.tell_desks()
    assert desk.owed == 0


def test_a_card_of_which_the_home_desk_knows_nothing_is_a_double_if_it_has_handed_one() -> None:
    asked = Asked("voted", "1", 2, "2026-11-29T12:00:00Z")
    assert answer(Claims(), asked, voted=True, visiting=False) == (Claims(), "double")
    assert told(Claims(owed={"1": "voted"}), "1", "voted", "double").doubles == 1
