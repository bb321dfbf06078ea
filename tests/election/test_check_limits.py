"""The limits of docs/election.md: what is at them is accepted, what is one more is refused, and they are stated."""

import json
import re

import pytest

from testigo.election import Definition, check_paper, check_structure, limits, load
from testigo.errors import SeveralErrors


@pytest.fixture
def definition(base, written) -> Definition:
    return load(written(base))


@pytest.fixture
def errors_with(definition):
    """Codes of the errors of the definition after `change` was made to its payload."""

    def codes(change) -> set[str]:
        payload = json.loads(json.dumps(definition.payload()))
        change(payload)
        made = Definition.from_payload(payload)
        return {one.error.code for one in (*check_structure(made), *check_paper(made)) if not one.warning}

    return codes


def put(*path: str | int):
    """A change: the last of `path` is the value, the others lead to it."""

    def change(payload):
        at = payload
        for step in path[:-2]:
            at = at[step]
        at[path[-2]] = path[-1]

    return change


def options(number: int) -> list[dict[str, object]]:
    return [{"id": f"o{n}", "name": {"es": f"Nombre {n}", "en": f"Name {n}"}} for n in range(number)]


def test_the_id_of_a_station_fits_its_code_line(errors_with):
    assert errors_with(put("stations", 0, "id", "s" * limits.STATION_ID)) == set()
    assert errors_with(put("stations", 0, "id", "s" * (limits.STATION_ID + 1))) == {"definition.id-too-long"}


def test_the_code_line_has_room_for_the_ballot_style(base, written):
    def text(district: str) -> str:
        return base.replace("north", district)

    longest = "n" * (limits.STYLE - len("-indigenous"))
    load(written(text(longest)))
    with pytest.raises(SeveralErrors) as refused:
        load(written(text(longest + "n")))
    assert {error.code for error in refused.value.errors} == {"definition.style-too-long"}


def test_a_district_without_voters_has_no_ballot(errors_with):
    long_id = {"id": "d" * limits.ID, "name": {"es": "Lejos", "en": "Far"}, "districts": []}
    assert errors_with(lambda payload: payload["districts"].append(long_id)) == set()


@pytest.mark.parametrize("name", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_what_names_files_is_not_called_like_a_device(errors_with, name):
    for path in (("id",), ("stations", 0, "id"), ("contests", 0, "id")):
        assert errors_with(put(*path, name)) == {"definition.id-reserved"}
    assert errors_with(put("contests", 0, "options", 0, "id", name)) == set()
    assert errors_with(put("id", f"{name}-2027")) == set()


@pytest.mark.parametrize("bad", ["..", ".", "-a", "a-", "a/b", "a b", "A", "ñ", "", "a.b", "a" * 49, "a\n"])
def test_no_id_is_more_than_letters_digits_and_hyphens(errors_with, bad):
    for path in (("id",), ("stations", 0, "id"), ("contests", 0, "options", 0, "id"), ("parties", 0, "id")):
        assert "definition.not-an-id" in errors_with(put(*path, bad))


def test_no_two_ballot_styles_have_one_id(errors_with):
    def change(payload):
        payload["rolls"] = ["general", "b-c", "c"]
        payload["stations"][0]["roll-sizes"] = {"b-c": 12}
        payload["contests"][3]["roll"] = "b-c"
        for number, district in enumerate(("a", "a-b")):
            payload["districts"][0]["districts"][number]["id"] = district
            payload["stations"][number]["district"] = district
        payload["contests"][1]["district"] = payload["contests"][3]["district"] = "a"

    assert errors_with(change) == {"definition.style-twice"}


@pytest.mark.parametrize(("key", "most"), [("seats", limits.SEATS), ("choose", limits.ROWS_OF_BALLOT - 3)])
def test_numbers_of_a_contest_have_a_limit(errors_with, key, most):
    assert errors_with(put("contests", 1, key, most)) == set()
    assert errors_with(put("contests", 1, key, most + 1)) == {"definition.too-many"}
    assert errors_with(put("contests", 1, key, 10**14)) == {"definition.too-many"}


def test_a_register_has_so_many_voters(errors_with):
    assert errors_with(put("stations", 1, "register-size", limits.REGISTER)) == set()
    assert errors_with(put("stations", 1, "register-size", limits.REGISTER + 1)) == {"station.register-size"}


def test_a_contest_has_so_many_options(errors_with):
    assert errors_with(put("contests", 0, "options", options(limits.OPTIONS))) == set()
    assert errors_with(put("contests", 0, "options", options(limits.OPTIONS + 1))) == {"definition.too-many"}


def test_a_ballot_has_so_many_contests(errors_with):
    def contests(number: int):
        def change(payload):
            payload["contests"] = [
                payload["contests"][0] | {"id": f"c{n}", "title": {"es": f"Cargo {n}", "en": f"Office {n}"}}
                for n in range(number)
            ]

        return change

    assert errors_with(contests(limits.CONTESTS_OF_BALLOT)) == set()
    assert errors_with(contests(limits.CONTESTS_OF_BALLOT + 1)) == {"definition.too-many"}


def test_a_station_has_so_many_options_in_all_its_contests(errors_with):
    def contests(number: int, more: int = 0, roll: str = "general"):
        def change(payload):
            first = payload["contests"][0]
            payload["contests"] = [
                first | {"id": f"c{n}", "title": {"es": f"Cargo {n}", "en": f"Office {n}"}, "options": options(size)}
                for n, size in enumerate([300] * number + [more] * (more > 0))
            ]
            payload["contests"][-1]["roll"] = roll

        return change

    assert errors_with(contests(limits.LINES_OF_SHEET // 300)) == set()
    assert errors_with(contests(limits.LINES_OF_SHEET // 300, 2)) == {"definition.too-many"}
    assert errors_with(contests(limits.LINES_OF_SHEET // 300, 2, "indigenous")) == {"definition.too-many"}


def test_a_station_has_so_many_ballots_in_its_test(errors_with):
    def rolls(number: int):
        def change(payload):
            first = payload["contests"][0]
            payload["contests"] = [
                first | {"id": f"c{n}", "title": {"es": f"Cargo {n}", "en": f"Office {n}"}, "options": options(300)}
                for n in range(10)
            ]
            payload["rolls"] = ["general", *(f"r{n}" for n in range(number - 1))]
            payload["stations"] = [
                payload["stations"][0] | {"register-size": 500, "roll-sizes": {f"r{n}": 10 for n in range(number - 1)}}
            ]

        return change

    assert errors_with(rolls(4)) == set()
    assert errors_with(rolls(20)) == {"definition.too-many"}


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31", "2028-02-29"])
def test_days_of_this_calendar(errors_with, day):
    assert errors_with(put("date", day)) == set()


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("1999-12-31", "definition.date-out-of-range"),
        ("2570-05-09", "definition.date-out-of-range"),
        ("9999-12-31", "definition.date-out-of-range"),
        ("0000-01-01", "definition.not-a-date"),
        ("2027-02-29", "definition.not-a-date"),
        ("20270509", "definition.not-a-date"),
        ("2027-W18-7", "definition.not-a-date"),
    ],
)
def test_days_of_no_election(errors_with, day, code):
    assert errors_with(put("date", day)) == {code}


def test_the_document_states_every_limit(project_root):
    """As the number that stands in the table, so that a limit is changed in both places or in none."""
    table = (project_root / "docs" / "election.md").read_text(encoding="utf-8")
    table = table[table.index("## Limits") :].partition("\n## ")[0]
    stated = {int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", table)}
    numbers = {value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    assert numbers - stated == set()
    assert limits.FIRST_DAY.isoformat() in table and limits.LAST_DAY.isoformat() in table
