"""Decisions of two persons: who may agree, how long they are good, and that each is used once."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from raising import raises_code
from staffed_station import STAFF, Authority, Clock, listed
from testigo.errors import IllegalStep, InvalidInput, NotAllowed, TestigoError
from testigo.staff import decisions as module
from testigo.staff import tries as tries_module
from testigo.staff.decisions import DEFAULT_SECONDS, Decisions, Rule
from testigo.staff.machine import Staff

RULES = (
    Rule("over-cap", ("chair", "deputy"), ("chair", "deputy", "witness")),
    Rule("by-clerks", ("clerk", "chair"), ("clerk", "chair"), seconds=60),
)


class CheckInDecisions:
    """A check-in with its decisions, that can be restarted; clocks go only when told."""

    def __init__(self, folder: Path, staff: Staff, pins: dict[str, str]) -> None:
        self.folder, self.staff, self.pins = folder, staff, pins
        self.clock, self.monotonic = Clock(), Clock(50.0)
        self.restart()

    def restart(self) -> None:
        self.monotonic.now = 7.0
        self.decisions = Decisions(
            self.folder / "decisions.json", self.staff, RULES, clock=self.clock, monotonic=self.monotonic
        )

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.monotonic.now += seconds


@pytest.fixture
def place(tmp_path: Path, check_in: tuple[Staff, dict[str, str]]) -> CheckInDecisions:
    return CheckInDecisions(tmp_path, *check_in)


def test_two_who_stand_there_decide_in_one_act_and_a_wrong_pin_leaves_nothing_open(place: CheckInDecisions) -> None:
    about = ("over-cap", "visit-7", "ana", "her finger is bandaged", "sol-1")
    with pytest.raises(NotAllowed):
        place.decisions.agree_now(*about, "000000")
    assert place.decisions.live() == ()
    assert place.decisions.agree_now(*about, place.pins["sol-1"]).state == "used"


def test_two_persons_decide_and_it_is_used_once(place: CheckInDecisions) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "her finger is bandaged")
    assert (made.state, made.expires - made.opened) == ("open", DEFAULT_SECONDS)
    with raises_code(IllegalStep, "decision.is-open"):
        place.decisions.take(made.id, "over-cap", "visit-7")
    agreed = place.decisions.approve(made.id, "sol-1", place.pins["sol-1"])
    assert (agreed.state, agreed.second) == ("approved", "sol-1")
    for act, subject in (("over-cap", "visit-8"), ("by-clerks", "visit-7")):
        with raises_code(IllegalStep, "decision.about-something-else"):
            place.decisions.take(made.id, act, subject)
    place.restart()
    assert place.decisions.take(made.id, "over-cap", "visit-7").state == "used"
    for again in range(2):
        with raises_code(IllegalStep, "decision.is-used"):
            place.decisions.take(made.id, "over-cap", "visit-7")
        with raises_code(IllegalStep, "decision.is-used"):
            place.decisions.approve(made.id, "dora", place.pins["dora"])
        if not again:
            place.restart()
    assert place.decisions.live() == ()


def test_the_same_person_twice_is_one(place: CheckInDecisions) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "why not")
    with raises_code(NotAllowed, "decision.same-person"):
        place.decisions.approve(made.id, "ana", place.pins["ana"])
    # Her second account, under the same name in another case, is no second person.
    clerks = place.decisions.propose("by-clerks", "visit-7", "ana-desk", "why not")
    with raises_code(NotAllowed, "decision.same-person"):
        place.decisions.approve(clerks.id, "ana", place.pins["ana"])
    assert place.decisions.approve(clerks.id, "caro", place.pins["caro"]).state == "approved"


def test_who_has_no_role_or_no_pin_does_not_decide(place: CheckInDecisions) -> None:
    for account in ("caro", "sol-1", "nobody"):
        with pytest.raises(NotAllowed):
            place.decisions.propose("over-cap", "visit-7", account, "because")
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    for account, pin in (("caro", place.pins["caro"]), ("nobody", "316497"), ("dora", "no-such-pin"), ("dora", "")):
        with pytest.raises(NotAllowed):
            place.decisions.approve(made.id, account, pin)
    assert place.decisions.get(made.id).state == "open"
    with raises_code(IllegalStep, "decision.unknown"):
        place.decisions.approve("0" * 16, "dora", place.pins["dora"])


@pytest.mark.parametrize(
    ("act", "subject", "reason"),
    [
        ("fly", "s", "r"),
        ("over-cap", "", "r"),
        ("over-cap", "s", "  "),
        ("over-cap", "s", "r" * 501),
        ("over-cap", "s", "a\nb"),
    ],
)
def test_texts_that_are_no_reason(place: CheckInDecisions, act: str, subject: str, reason: str) -> None:
    with pytest.raises(InvalidInput):
        place.decisions.propose(act, subject, "ana", reason)
    assert place.decisions.live() == ()


def test_an_expired_decision_is_worth_nothing(place: CheckInDecisions) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    late = place.decisions.propose("over-cap", "visit-8", "ana", "because")
    place.decisions.approve(late.id, "dora", place.pins["dora"])
    place.wait(DEFAULT_SECONDS - 1)
    assert len(place.decisions.live()) == 2
    place.wait(1)
    with raises_code(IllegalStep, "decision.is-expired"):
        place.decisions.approve(made.id, "dora", place.pins["dora"])
    with raises_code(IllegalStep, "decision.is-expired"):
        place.decisions.take(late.id, "over-cap", "visit-8")
    place.clock.now -= 10_000  # and stays so, whatever the clock says
    place.restart()
    with raises_code(IllegalStep, "decision.is-expired"):
        place.decisions.withdraw(made.id, "ana")


def test_the_wall_clock_does_not_matter_while_the_process_lives(place: CheckInDecisions) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    place.clock.now += 1e6
    assert place.decisions.get(made.id).state == "open"
    place.clock.now -= 2e6
    place.monotonic.now += DEFAULT_SECONDS
    assert place.decisions.get(made.id).state == "expired"


@pytest.mark.parametrize(("passed", "left"), [(600, 300), (DEFAULT_SECONDS, 0), (-1, 0)])
def test_after_a_restart_the_wall_clock_says_what_is_left(place: CheckInDecisions, passed: float, left: float) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    place.clock.now += passed
    place.restart()
    if left:
        place.decisions.live()
        place.monotonic.now += left - 1
        assert place.decisions.get(made.id).state == "open"
        place.monotonic.now += 1
    assert place.decisions.get(made.id).state == "expired"


def test_a_decision_is_withdrawn_by_who_proposed_it(place: CheckInDecisions) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    place.decisions.approve(made.id, "dora", place.pins["dora"])
    with raises_code(NotAllowed, "decision.of-another-person"):
        place.decisions.withdraw(made.id, "dora")
    assert place.decisions.withdraw(made.id, "ana").state == "withdrawn"
    with raises_code(IllegalStep, "decision.is-withdrawn"):
        place.decisions.take(made.id, "over-cap", "visit-7")


def test_a_pin_that_takes_long_does_not_outlive_the_decision(
    place: CheckInDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = place.decisions.propose("over-cap", "visit-7", "ana", "because")
    check = place.staff.check

    def slowly(account: str, pin: str, *, source: str) -> object:
        place.wait(DEFAULT_SECONDS)
        return check(account, pin, source=source)

    monkeypatch.setattr(place.staff, "check", slowly)
    with raises_code(IllegalStep, "decision.is-expired"):
        place.decisions.approve(made.id, "dora", place.pins["dora"])


def test_old_ones_are_forgotten_and_then_refused(place: CheckInDecisions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    made = [place.decisions.propose("over-cap", f"v{number}", "ana", "because") for number in range(6)]
    for one in made[:5]:
        place.decisions.withdraw(one.id, "ana")
    with raises_code(IllegalStep, "decision.unknown"):
        place.decisions.get(made[0].id)
    assert [one.id for one in place.decisions.live()] == [made[5].id]


def test_a_file_that_is_none_is_one_sentence(place: CheckInDecisions) -> None:
    for text, code in (("[]", "stored.damaged"), ('{"format":2,"decisions":[]}', "file.newer-format")):
        (place.folder / "decisions.json").write_text(text)
        with raises_code(InvalidInput, code):
            place.decisions.live()


def test_the_example_of_the_documents(place: CheckInDecisions, project_root: Path) -> None:
    text = (project_root / "docs" / "staff.md").read_text(encoding="utf-8")
    (example,) = [block.partition("\n```")[0] for block in text.split("```python\n")[1:]]
    names = {"staff": place.staff, "folder": place.folder, "pin": place.pins["sol-1"]}
    exec(example, names)  # noqa: S102 (our own document)
    assert names["decisions"].live() == ()  # type: ignore[attr-defined]


# ---- any order of events

ACCOUNTS = [account.id for account in STAFF]


class AnyOrder(RuleBasedStateMachine):
    """Any people, in any order, over restarts and waits: what is used was agreed to by two persons in time, once."""

    folder: Path
    staff: Staff
    pins: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        (self.folder / "decisions.json").unlink(missing_ok=True)
        self.place = CheckInDecisions(self.folder, self.staff, self.pins)
        self.now = 0.0
        self.known: dict[str, tuple[str, str, float]] = {}  # id → act, first, end
        self.agreed: dict[str, str] = {}
        self.ended: set[str] = set()

    @rule(act=st.sampled_from(["over-cap", "by-clerks"]), first=st.sampled_from(ACCOUNTS))
    def propose(self, act: str, first: str) -> None:
        allowed = next(one for one in RULES if one.act == act)
        role = next(one.role for one in STAFF if one.id == first)
        try:
            made = self.place.decisions.propose(act, "subject", first, "reason")
        except NotAllowed:
            assert role not in allowed.first
            return
        assert role in allowed.first
        self.known[made.id] = (act, first, self.now + allowed.seconds)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), second=st.sampled_from(ACCOUNTS), right=st.booleans())
    def approve(self, data: st.DataObject, second: str, right: bool) -> None:
        decision = data.draw(st.sampled_from(sorted(self.known)))
        act, first, end = self.known[decision]
        people = {one.id: one for one in STAFF}
        may = (
            right
            and self.now < end
            and decision not in self.agreed.keys() | self.ended
            and people[second].role in next(one for one in RULES if one.act == act).second
            and not people[second].same_person(people[first])
        )
        self._try(may, lambda: self.place.decisions.approve(decision, second, self.pins[second] if right else "wrong"))
        if may:
            self.agreed[decision] = second

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(sorted(self.known)))
        act, _, end = self.known[decision]
        may = decision in self.agreed and decision not in self.ended and self.now < end
        self._try(may, lambda: self.place.decisions.take(decision, act, "subject"))
        if may:
            self.ended.add(decision)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=st.sampled_from(ACCOUNTS))
    def withdraw(self, data: st.DataObject, who: str) -> None:
        decision = data.draw(st.sampled_from(sorted(self.known)))
        _, first, end = self.known[decision]
        may = who == first and decision not in self.ended and self.now < end
        self._try(may, lambda: self.place.decisions.withdraw(decision, who))
        if may:
            self.ended.add(decision)

    @rule(seconds=st.sampled_from([1, 30, 59, 450, 900]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.place.wait(seconds)

    @rule()
    def restart(self) -> None:
        self.place.restart()

    @invariant()
    def live_ones_are_those_in_time(self) -> None:
        live = {one.id for one in self.place.decisions.live()}
        assert live == {one for one, (_, _, end) in self.known.items() if self.now < end} - self.ended

    @staticmethod
    def _try(may: bool, step: "object") -> None:
        try:
            step()  # type: ignore[operator]
        except TestigoError:
            assert not may
        else:
            assert may


def test_any_order(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries_module, "WRONG_PINS", 10_000)
    AnyOrder.staff, AnyOrder.pins = listed(tmp_path / "check-in", authority, "check-in")
    AnyOrder.folder = tmp_path
    case = AnyOrder.TestCase
    case.settings = settings(
        max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case("runTest").runTest()
