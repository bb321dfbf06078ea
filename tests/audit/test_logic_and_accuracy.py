"""The deck: complete, small, counted in two ways; and no fault of a booth that it does not find.

A booth is stood in for by what it says of every ballot and of every part (`honest`), and a faulty one by what one fault
does to that: two options exchanged, a vote lost, a vote doubled, on screen, on paper, in the record or in the count
alone. What the real booth says is compared in tests/station/chair/test_deck_run.py.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from math import ceil, log2
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck_booths import honest
from open_lists import open_lists
from testigo import canonical
from testigo.audit import expected, station_deck
from testigo.ballot import (
    Ballot,
    DeckBallot,
    DeckDifference,
    DeckOutcome,
    DeckPart,
    Tally,
    count_differences,
    deck_digest,
    outcome_differences,
    tally_ballots,
    too_many,
)
from testigo.cli.root import main
from testigo.election import Contest, Definition, District, Option, Party, Preferences, Station, load
from testigo.election.deck_size import most_test_ballots

replace = msgspec.structs.replace


@pytest.fixture(scope="module", params=["municipality", "republic"])
def definition(request: pytest.FixtureRequest, project_root: Path) -> Definition:
    return load(project_root / "src" / "testigo" / "examples" / request.param / "election.yaml")


def contest(name: str, options: int, choose: int = 1, **more: Any) -> Contest:
    """A contest whose options have the same ids in every contest: only their place tells which one is meant."""
    made = tuple(Option(f"o{number}", {"es": f"Opción {number}"}) for number in range(options))
    kind = "choose-one" if choose == 1 else "choose-up-to"
    return Contest(name, "villa", {"es": f"Cargo {name}"}, kind, made, seats=choose, choose=choose, **more)


def election(*contests: Contest, **more: Any) -> Definition:
    return Definition(
        id="villa", title={"es": "Elección"}, date="2035-11-25", opens="08:00", closes="18:00",
        languages=more.pop("languages", ("es", "en")), districts=(District("villa", {"es": "Villa"}),),
        stations=(Station("s", "Escuela", "villa", 100, roll_sizes=more.pop("roll_sizes", {})),),
        parties=(Party("sol", {"es": "Partido Sol"}, "SOL"),), contests=contests, **more,
    )  # fmt: skip


def ballots_of(parts: Sequence[DeckPart]) -> list[Ballot]:
    return [one.ballot for part in parts for one in part.ballots]


# ---- the deck


def test_every_style_has_every_option_alone_a_full_and_an_empty_ballot(definition: Definition) -> None:
    station = definition.stations[0].id
    for style in definition.styles_of_station(station):
        parts = [part for part in station_deck(definition, station) if part.style == style.id]
        for contest_id in style.contests:
            one = definition.contest(contest_id)
            marked = [ballot.choices[contest_id] for ballot in ballots_of(parts)]
            assert {(option.id,) for option in one.options} <= set(marked)
            assert not any(too_many(one, chosen) for chosen in marked)
            assert any(len(chosen) == min(one.choose, len(one.options)) for chosen in marked)
        assert not any(ballots_of(parts)[-1].choices.values())


def test_the_two_ways_of_counting_agree(definition: Definition) -> None:
    for station in definition.stations:
        for part in station_deck(definition, station.id):
            ballots = ballots_of([part])
            assert part.expected == tally_ballots(definition, station.id, ballots)
            assert part.expected == expected(definition, station.id, ballots)


def test_the_deck_is_always_the_same_and_its_digest_names_all_of_it(definition: Definition) -> None:
    station = definition.stations[0].id
    parts = station_deck(definition, station)
    assert parts == station_deck(definition, station)
    first, *rest = parts
    others = [parts[1:], [replace(first, ballots=first.ballots[1:]), *rest], [replace(first, style="x"), *rest]]
    spoken = replace(first.ballots[0], language="gn")
    others.append([replace(first, ballots=(spoken, *first.ballots[1:])), *rest])
    assert len({deck_digest(parts), *map(deck_digest, others)}) == 5


@pytest.mark.parametrize("options", [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 60, 64, 65, 100])
def test_a_contest_to_choose_one_from_needs_no_more_ballots_than_proved(options: int) -> None:
    parts = station_deck(election(contest("a", options)), "s")
    bits = max(1, ceil(log2(options)))
    assert len(parts) == bits + 1
    assert len(ballots_of(parts)) <= bits * (options + options // 2) + 1


def test_sixty_options_take_at_most_550_ballots() -> None:
    assert len(ballots_of(station_deck(election(contest("a", 60)), "s"))) <= 550


def test_small_elections_take_about_as_many_ballots_as_before(definition: Definition) -> None:
    before = {"municipio-puerto-laurel-2027": 12}
    station = definition.stations[0].id
    assert len(ballots_of(station_deck(definition, station))) <= before.get(definition.id, 38) + 1


@pytest.mark.parametrize("choose", [1, 2, 3, 7, 60])
@pytest.mark.parametrize("options", [1, 2, 5, 8, 13, 60])
def test_an_option_has_one_vote_or_two_by_the_bits_of_its_number(options: int, choose: int) -> None:
    *parts, _ends = station_deck(election(contest("a", options, choose)), "s")
    for number, part in enumerate(parts):
        votes = part.expected.contests[0].votes
        assert [votes[f"o{option}"] for option in range(options)] == [
            1 + (option >> number & 1) for option in range(options)
        ]


def test_every_language_is_cast_and_every_option_in_several() -> None:
    vote = election(contest("a", 12), languages=("es", "en", "gn"))
    parts = station_deck(vote, "s")
    for option in vote.contests[0].options:
        spoken = {one.language for part in parts for one in part.ballots if one.ballot.choices["a"] == (option.id,)}
        assert len(spoken) >= 2
    assert {one.language for part in parts for one in part.ballots} == {"es", "en", "gn"}


# ---- faults

Fault = Callable[[tuple[str, ...]], tuple[str, ...]]
"""What a fault makes of the options that a ballot has in a contest; doubling may say one twice."""


def exchanged(one: str, other: str) -> Fault:
    swap = {one: other, other: one}
    return lambda chosen: tuple(swap.get(option, option) for option in chosen)


def lost(one: str) -> Fault:
    return lambda chosen: tuple(option for option in chosen if option != one)


def doubled(one: str) -> Fault:
    return lambda chosen: tuple(itertools.chain.from_iterable([option] * (1 + (option == one)) for option in chosen))


def faults(one: Contest) -> Iterator[Fault]:
    ids = [option.id for option in one.options]
    yield from (exchanged(*pair) for pair in itertools.combinations(ids, 2))
    yield from map(lost, ids)
    yield from map(doubled, ids)


def faulty(definition: Definition, one: DeckBallot, name: str, fault: Fault, stage: str) -> DeckOutcome:
    """What a booth says of a ballot whose fault is in one contest and at one stage alone."""
    wrong = DeckBallot(
        Ballot(one.ballot.style, {**one.ballot.choices, name: fault(one.ballot.choices[name])}), one.language
    )
    right, other = honest(definition, one), honest(definition, wrong)
    changed = {"screen": ("screen",), "print": ("paper",), "record": ("record",)}[stage]
    return replace(right, **{field: getattr(other, field) for field in changed})


def found(
    definition: Definition, parts: Sequence[DeckPart], name: str, fault: Fault, stage: str
) -> list[DeckDifference]:
    """What the test finds of a fault in one contest at one stage alone."""
    if stage == "count":
        return [
            difference
            for number, part in enumerate(parts, 1)
            for difference in count_differences(
                definition, part.expected, miscounted(definition, part, name, fault), part=number
            )
        ]
    return [
        difference
        for number, part in enumerate(parts, 1)
        for place, one in enumerate(part.ballots, 1)
        if name in one.ballot.choices
        for difference in outcome_differences(
            definition, one, faulty(definition, one, name, fault, stage), part=number, ballot=place
        )
    ]


def miscounted(definition: Definition, part: DeckPart, name: str, fault: Fault) -> Tally:
    """A count whose fault is in one contest; blanks and unused choices are those of the honest one, so that nothing
    but the options' votes can tell.
    """
    contests = []
    for tally in part.expected.contests:
        if tally.contest == name:
            votes = dict.fromkeys(tally.votes, 0)
            for one in part.ballots:
                for option in fault(one.ballot.choices.get(name, ())):
                    votes[option] += 1
            tally = replace(tally, votes=votes)
        contests.append(tally)
    return replace(part.expected, contests=tuple(contests))


STAGES = ("screen", "print", "record", "count")


def test_an_honest_booth_passes(definition: Definition) -> None:
    for number, part in enumerate(station_deck(definition, definition.stations[0].id), 1):
        for place, one in enumerate(part.ballots, 1):
            assert outcome_differences(definition, one, honest(definition, one), part=number, ballot=place) == []
        assert count_differences(definition, part.expected, part.expected, part=number) == []


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("options", "choose"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 1), (6, 3), (8, 8), (9, 1)])
def test_every_swap_loss_and_doubling_is_found(options: int, choose: int, stage: str) -> None:
    vote = election(contest("a", options, choose), contest("b", 3, 2))
    parts = station_deck(vote, "s")
    for one in vote.contests:
        for fault in faults(one):
            differences = found(vote, parts, one.id, fault, stage)
            assert differences and {(each.stage, each.contest) for each in differences} == {(stage, one.id)}


@given(st.integers(10, 70), st.integers(1, 70), st.sampled_from(STAGES), st.data())
@settings(max_examples=40, deadline=None)
def test_faults_in_long_contests_are_found(options: int, choose: int, stage: str, data: st.DataObject) -> None:
    vote = election(contest("a", options, min(choose, options)))
    one, other = data.draw(st.lists(st.integers(0, options - 1), min_size=2, max_size=2, unique=True))
    fault = data.draw(st.sampled_from([exchanged(f"o{one}", f"o{other}"), lost(f"o{one}"), doubled(f"o{one}")]))
    differences = found(vote, station_deck(vote, "s"), "a", fault, stage)
    assert differences and all(each.what in {f"o{one}", f"o{other}", "(blank)"} for each in differences)


@pytest.mark.parametrize("stage", STAGES)
def test_faults_on_a_ballot_style_of_a_roll_are_found(stage: str) -> None:
    vote = election(
        contest("a", 4), contest("b", 3, roll="native"), rolls=("general", "native"), roll_sizes={"native": 5}
    )
    parts = station_deck(vote, "s")
    assert len({part.style for part in parts}) == 2
    for one in vote.contests:
        for fault in faults(one):
            assert found(vote, parts, one.id, fault, stage)


@pytest.mark.parametrize(("questions", "options"), [(3, 2), (9, 2), (7, 3), (2, 5), (4, 1), (3, 60)])
def test_two_contests_exchanged_in_the_count_are_found(questions: int, options: int) -> None:
    """The same answers stand under every question: only the counts can tell one question from another."""
    vote = election(*(contest(f"q{number}", options) for number in range(questions)))
    parts = station_deck(vote, "s")
    for one, other in itertools.combinations([each.id for each in vote.contests], 2):
        swap = {one: other, other: one}
        differences = []
        for number, part in enumerate(parts, 1):
            by_contest = {tally.contest: tally for tally in part.expected.contests}
            wrong = tuple(replace(by_contest[swap.get(name, name)], contest=name) for name in by_contest)
            differences += count_differences(vote, part.expected, replace(part.expected, contests=wrong), part=number)
        assert differences, f"{one} for {other}"


@pytest.mark.parametrize(("questions", "options"), [(3, 2), (9, 2), (7, 3), (2, 5)])
@pytest.mark.parametrize("stage", ["screen", "print", "record"])
def test_two_contests_exchanged_on_a_ballot_are_found(questions: int, options: int, stage: str) -> None:
    vote = election(*(contest(f"q{number}", options) for number in range(questions)))
    for one, other in itertools.combinations([each.id for each in vote.contests], 2):
        swap = {one: other, other: one}
        assert any(
            outcome_differences(vote, ballot, crossed(vote, ballot, swap, stage), part=1, ballot=1)
            for part in station_deck(vote, "s")
            for ballot in part.ballots
        )


def crossed(vote: Definition, one: DeckBallot, swap: dict[str, str], stage: str) -> DeckOutcome:
    choices = {name: one.ballot.choices[swap.get(name, name)] for name in one.ballot.choices}
    other = honest(vote, DeckBallot(Ballot(one.ballot.style, choices), one.language))
    fields = {"screen": ("screen",), "print": ("paper",), "record": ("record",)}[stage]
    return replace(honest(vote, one), **{field: getattr(other, field) for field in fields})


def test_a_ballot_lost_or_counted_twice_is_found() -> None:
    vote = election(contest("a", 5), contest("b", 3, 2))
    for part in station_deck(vote, "s"):
        ballots = ballots_of([part])
        for place in range(len(ballots)):
            for wrong in (ballots[:place] + ballots[place + 1 :], [*ballots, ballots[place]]):
                assert count_differences(vote, part.expected, tally_ballots(vote, "s", wrong), part=1)


@pytest.mark.parametrize(
    ("change", "stage", "what"),
    [
        ({"paper": None, "unread": "slip-part.not-legible"}, "print", "(unknown)"),
        ({"number": False}, "print", "(number)"),
        ({"qr_code": False}, "print", "(qr-code)"),
        ({"record": None}, "record", "(unknown)"),
        ({"record_language": "gn"}, "record", "(language)"),
        ({"screen": ()}, "screen", "(unknown)"),
        ({"stopped": "page.not-expected"}, "screen", "(unknown)"),
    ],
)
def test_what_else_is_wrong_with_a_ballot_is_found(change: dict[str, Any], stage: str, what: str) -> None:
    vote = election(contest("a", 2))
    one = station_deck(vote, "s")[0].ballots[0]
    (difference,) = outcome_differences(vote, one, replace(honest(vote, one), **change), part=1, ballot=1)
    assert (difference.stage, difference.what) == (stage, what)


def test_a_title_or_a_name_of_something_else_on_screen_is_found() -> None:
    vote = election(contest("a", 2))
    one = station_deck(vote, "s")[0].ballots[0]
    right = honest(vote, one)
    for row in (replace(right.screen[0], title="Cargo b"), replace(right.screen[0], choices=("Opción 7",))):
        assert outcome_differences(vote, one, replace(right, screen=(row,)), part=1, ballot=1)


def test_two_options_of_one_name_are_told_apart_by_their_parties() -> None:
    twins = (Option("x", {"es": "Ana Rey"}, "sol"), Option("y", {"es": "Ana Rey"}))
    vote = election(replace(contest("a", 2), options=twins))
    one = station_deck(vote, "s")[0].ballots[1]
    assert one.ballot.choices["a"] == ("y",)
    right = honest(vote, one)
    assert outcome_differences(vote, one, right, part=1, ballot=1) == []
    shown = replace(right, screen=(replace(right.screen[0], choices=("Ana Rey SOL",)),))
    assert {each.what for each in outcome_differences(vote, one, shown, part=1, ballot=1)} == {"x", "y"}


def test_a_difference_says_ballot_contest_option_and_stage() -> None:
    sentence = str(DeckDifference(2, 17, "print", "mayor", "ana", 1, 0).sentence)
    assert sentence == "test ballot 17 of part 2, on paper: mayor, ana, 1 expected, 0 found"
    counted = str(DeckDifference(2, 0, "count", "mayor", "(blank)", 1, 0).sentence)
    assert counted == "part 2, in the count: mayor, blank, 1 expected, 0 found"
    with_code = str(DeckDifference(1, 3, "print", "", "(unknown)", 0, 1, "slip-part.not-legible").sentence)
    assert with_code == "test ballot 3 of part 1, on paper: something else than this ballot (slip-part.not-legible)"


def test_no_deck_is_larger_than_was_said_before_it_was_made() -> None:
    rng = random.Random(2027)
    for number in range(60):
        sizes = [rng.choice([1, 2, 2, 3, 5, 17, 64, 65]) for _ in range(rng.randint(1, 8))]
        contests = [
            contest(f"c{place}", size, rng.randint(1, size), roll=rng.choice(["general", "general", "native"]))
            for place, size in enumerate(sizes)
        ]
        contests.append(contest("general", 2))
        vote = election(*contests, rolls=("general", "native"), roll_sizes={"native": 5})
        _not_larger(vote, number)
    for most in (1, 2, 5):
        _not_larger(open_lists(Preferences(most)), most)


def _not_larger(vote: Definition, about: int) -> None:
    station = vote.stations[0].id
    styles = [[vote.contest(one) for one in style.contests] for style in vote.styles_of_station(station)]
    made, most = len(ballots_of(station_deck(vote, station))), most_test_ballots(styles)
    assert made <= most <= 4 * made + 60, (about, made, most)


def test_attack_an_absurd_deck_is_refused_before_it_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rolls = [f"r{number}" for number in range(19)]
    vote = election(contest("a", 300), rolls=("general", *rolls), roll_sizes=dict.fromkeys(rolls, 5))
    file = tmp_path / "election.json"
    file.write_bytes(canonical.encode(vote))
    monkeypatch.setattr(Ballot, "mark", None)  # whoever makes a ballot fails
    with pytest.raises(SystemExit) as ended:
        main(["audit", "deck", str(file), "--station", "s"])
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 1 and "20,000" in said and "Traceback" not in said
