"""From a first round that elected nobody to the definition of the second: which options, stations and parties."""

from pathlib import Path

import msgspec
import pytest

from digests import DIGESTS
from small_country import ELECTION, make_sheet
from testigo.ballot import TallySheet
from testigo.count import Result, count_result
from testigo.count.second_round import second_round
from testigo.election import Definition, SecondRound, load, load_with_warnings, write_definition
from testigo.errors import InvalidInput, SeveralErrors

WITH_MAJORITY = ELECTION.replace("    kind: choose-one\n", "    kind: choose-one\n    majority: {of: valid}\n", 1)


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    file = tmp_path_factory.mktemp("first") / "election.yaml"
    file.write_text(WITH_MAJORITY)
    return load(file)


def sheet(definition: Definition, station: str, contest: str, votes: dict[str, int]) -> TallySheet:
    """A station's sheet with these votes in that contest."""
    made = make_sheet(definition, station, sum(votes.values()))
    contests = tuple(
        msgspec.structs.replace(one, votes=votes, ballots=sum(votes.values()), blank=0, null=0, undervotes=0)
        if one.contest == contest
        else one
        for one in made.tally.contests
    )
    return msgspec.structs.replace(made, tally=msgspec.structs.replace(made.tally, contests=contests))


def counted(definition: Definition, votes: dict[str, int], contest: str = "president", **more: str) -> Result:
    """The result where every station of the contest votes alike."""
    stations = [one.id for one in definition.stations]
    return count_result(
        definition, {one: sheet(definition, one, contest, votes) for one in stations}, digests=DIGESTS, **more
    )


def test_two_options_the_same_stations_and_a_day_of_its_own(definition: Definition, tmp_path: Path) -> None:
    result = counted(definition, {"ana": 5, "luis": 4, "eva": 4 + 2})
    assert result.second_rounds == ("president",)
    following = second_round(definition, result, name="prueba-2", date="2027-05-30")
    (contest,) = following.contests
    assert [one.id for one in contest.options] == ["ana", "eva"]
    assert (contest.majority, contest.seats, following.date) == (None, 1, "2027-05-30")
    assert following.stations == definition.stations
    assert [party.id for party in following.parties] == ["red"]
    assert following.title == {"es": "Elección de prueba, segunda vuelta", "en": "Test election, second round"}
    write_definition(following, tmp_path / "second" / "election.yaml")
    assert load_with_warnings(tmp_path / "second" / "election.yaml").definition == following
    assert following.digest != definition.digest


def test_a_definition_is_written_as_lines_of_yaml_that_people_edit_and_as_json_where_it_is_named_so(
    definition: Definition, tmp_path: Path
) -> None:
    write_definition(definition, tmp_path / "election.yaml")
    lines = (tmp_path / "election.yaml").read_text("utf-8").splitlines()
    assert lines[0] == f"id: {definition.id}" and "contests:" in lines and max(map(len, lines)) < 200
    assert any(one.startswith("  - ") for one in lines)
    write_definition(definition, tmp_path / "election.json")
    assert (tmp_path / "election.json").read_text("utf-8").startswith("{")
    assert load(tmp_path / "election.yaml") == load(tmp_path / "election.json") == definition


def test_only_stations_with_such_a_contest_vote_again(tmp_path: Path) -> None:
    text = ELECTION.replace(
        "    kind: choose-up-to\n    choose: 2\n    seats: 2\n", "    kind: choose-one\n    majority: {}\n"
    )
    (tmp_path / "election.yaml").write_text(text)
    definition = load(tmp_path / "election.yaml")
    sheets = {one: sheet(definition, one, "north-council", {"c1": 3, "c2": 3, "c3": 1}) for one in ("n1", "n2")}
    sheets["s1"] = make_sheet(definition, "s1", 9)
    result = count_result(definition, sheets, digests=DIGESTS)
    following = second_round(definition, result, name="x", date="2027-05-30")
    assert [station.id for station in following.stations] == ["n1", "n2"]


def test_a_title_says_it_in_its_own_language_or_by_a_number(definition: Definition) -> None:
    """Arabic has the words of voters alone: English ones would stand in its title."""
    result = counted(definition, {"ana": 5, "luis": 4, "eva": 3})
    titled = msgspec.structs.replace(
        definition, title={"es": "Elecciones", "en": "Elections", "ar": "الانتخابات", "gn": "Jeporavo"}
    )
    following = second_round(titled, result, name="x", date="2027-05-30")
    assert following.title == {
        "es": "Elecciones, segunda vuelta", "en": "Elections, second round",
        "ar": "الانتخابات (2)", "gn": "Jeporavo (2)",
    }  # fmt: skip


def test_what_is_not_certain_makes_no_second_round(definition: Definition) -> None:
    def refused(words: str, result: Result, *, name: str = "x", date: str = "2027-05-30") -> None:
        with pytest.raises(InvalidInput, match=words):
            second_round(definition, result, name=name, date=date)

    open_result = counted(definition, {"ana": 5, "luis": 4, "eva": 3})
    refused("needs no second round", counted(definition, {"ana": 9, "luis": 4, "eva": 1}))
    refused("has the id of the first", open_result, name=definition.id)
    refused("not a day after", open_result, date="2027-04-11")
    refused("equal votes for a place", counted(definition, {"ana": 5, "luis": 4, "eva": 4}))
    part = count_result(
        definition, {"n1": sheet(definition, "n1", "president", {"ana": 5, "luis": 4, "eva": 3})}, digests=DIGESTS
    )
    refused("2 stations are not counted", part)
    drawn = counted(definition, {"ana": 5, "luis": 4, "eva": 4}, draw="123456")
    assert len(second_round(definition, drawn, name="x", date="2027-05-30").contests[0].options) == 2
    with pytest.raises(SeveralErrors):
        second_round(definition, open_result, name="x", date="2027-13-01")


def test_a_contest_of_one_roll_alone_is_not_guessed(definition: Definition) -> None:
    sheets = {one.id: make_sheet(definition, one.id, 0) for one in definition.stations}
    empty = count_result(definition, sheets, digests=DIGESTS)
    *others, native = empty.contests
    open_seat = msgspec.structs.replace(native.allocation, second_round=SecondRound(("k1", "k2")))
    result = msgspec.structs.replace(empty, contests=(*others, msgspec.structs.replace(native, allocation=open_seat)))
    with pytest.raises(InvalidInput, match="'native-seat' is voted on by the roll 'native' alone"):
        second_round(definition, result, name="x", date="2027-05-30")
