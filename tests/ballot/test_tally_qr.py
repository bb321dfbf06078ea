"""The tally sheet's codes: both ways, one and several, by another program, and as earlier releases wrote them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from large_sheet import large_definition, large_sheet
from raising import raises_code
from small_country import ELECTION, make_sheet
from testigo import canonical
from testigo.ballot import ContestTally, TallySheet, tally_qr
from testigo.election import Definition, load
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey

PAGE = Path(__file__).parents[2] / "docs" / "tally-sheet-qr.md"
EXAMPLE = Path(__file__).parents[1] / "data" / "codes" / "election.yaml"
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
DIGEST = "ab" * 32
KINDS = get_args(tally_qr.SheetKind)
LONGEST_OF_VERSION_20_M = 970
"""Alphanumeric characters (ISO/IEC 18004, table 7)."""


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    file = tmp_path_factory.mktemp("election") / "election.yaml"
    file.write_text(ELECTION, encoding="utf-8")
    return load(file)


def as_signed(sheet: TallySheet) -> TallySheet:
    """The sheet as the chair has it: read from canonical JSON, which has lost the order of options and styles."""
    return msgspec.convert(canonical.decode(canonical.encode(sheet)), TallySheet)


def opened(definition: Definition, texts: Iterable[str]) -> list[tally_qr.TallyCode]:
    return [tally_qr.open_code(text, definition, KEY.public) for text in texts]


@given(st.sampled_from(["n1", "n2", "s1"]), st.integers(0, 30), st.integers(0, 1000), st.sampled_from(KINDS))
def test_round_trip(definition: Definition, station: str, ballots: int, seed: int, kind: tally_qr.SheetKind) -> None:
    sheet = make_sheet(definition, station, ballots, seed)
    for one in (sheet, as_signed(sheet)):
        (text,) = tally_qr.encode(definition, one, DIGEST, KEY, kind=kind)
        assert re.fullmatch(r"[0-9A-Z $%*+\-./:]*", text)
        assert tally_qr.is_code(text) and tally_qr.station_of(text, definition) == station
        totals = tally_qr.join(definition, opened(definition, [text]))
        assert totals == tally_qr.QrTotals(kind, station, DIGEST, False, 1, sheet.tally)


@settings(deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=4), st.integers(0, 99_000), st.data())
def test_codes_are_joined_in_any_order_and_as_often_as_they_are_seen(
    options: list[int], ballots: int, data: st.DataObject
) -> None:
    definition = large_definition(tuple(options))
    sheet = large_sheet(definition, ballots)
    texts = tally_qr.encode(definition, sheet, DIGEST, KEY)
    assert all(len(text) <= LONGEST_OF_VERSION_20_M for text in texts)
    assert max(map(len, texts)) - min(map(len, texts)) <= len(texts) + 4  # all of a size, but for the last
    seen = data.draw(st.permutations([*texts, *data.draw(st.lists(st.sampled_from(texts), max_size=3))]))
    totals = tally_qr.join(definition, opened(definition, seen))
    assert totals.tally == sheet.tally and totals.codes == len(texts)


def test_codes_of_1600_options_fit_their_size() -> None:
    definition = large_definition((1600,) * 12)
    texts = tally_qr.encode(definition, large_sheet(definition, 99_000), DIGEST, KEY)
    assert 100 < len(texts) < 200 and max(map(len, texts)) <= LONGEST_OF_VERSION_20_M
    assert segno.make(max(texts, key=len), error="m", boost_error=False).symbol_size(border=0) == (97, 97)


@pytest.fixture(scope="module")
def large() -> Definition:
    return large_definition((700,))


@given(st.data())
def test_every_missing_code_is_named(large: Definition, data: st.DataObject) -> None:
    texts = tally_qr.encode(large, large_sheet(large), DIGEST, KEY)
    missing = data.draw(st.sets(st.integers(1, len(texts)), min_size=1, max_size=len(texts) - 1))
    kept = [text for number, text in enumerate(texts, 1) if number not in missing]
    with pytest.raises(InvalidInput) as refused:
        tally_qr.join(large, opened(large, kept))
    numbers = refused.value.message.values["numbers"]
    assert refused.value.code == "tally-code.missing" and numbers == tuple(str(one) for one in sorted(missing))


def test_attack_a_code_of_another_sheet_is_named(large: Definition) -> None:
    sheet = large_sheet(large)
    texts = tally_qr.encode(large, sheet, DIGEST, KEY)
    for other, kind in ((large_sheet(large, seed=2), "tally-sheet"), (sheet, "zero-report")):
        foreign = tally_qr.encode(large, other, "cd" * 32, KEY, kind=kind)[1]  # type: ignore[arg-type]
        code = tally_qr.open_code(foreign, large, KEY.public, place="second.jpg")
        with pytest.raises(InvalidInput, match=rf"second.jpg: code 2/{len(texts)} is of another sheet.*cdcdcdcd"):
            tally_qr.join(large, [*opened(large, [texts[0], *texts[2:]]), code])


def test_attack_a_chair_that_signs_other_figures_under_the_same_number(large: Definition) -> None:
    first, second = (tally_qr.encode(large, large_sheet(large, seed=seed), DIGEST, KEY) for seed in (1, 2))
    with pytest.raises(InvalidInput, match="two codes with the number 2"):
        tally_qr.join(large, opened(large, [*first, second[1]]))


@given(st.data())
def test_attack_any_one_changed_character(definition: Definition, data: st.DataObject) -> None:
    (text,) = tally_qr.encode(definition, make_sheet(definition, "n1", 12), DIGEST, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFTZ:.*/").filter(lambda one: one != text[place]))
    with pytest.raises(TestigoError):
        opened(definition, [text[:place] + other + text[place + 1 :]])


@given(st.text(max_size=200), st.text("0123456789ABCDEF:.*/+-_ ", max_size=300), st.sampled_from([*tally_qr.FORMATS]))
def test_any_text_is_refused(definition: Definition, text: str, digits: str, form: str) -> None:
    head = f"{form}:{definition.digest[:16].upper()}:0:"
    for one in (text, head + text, head + digits, f"{head}{DIGEST}:1/1:{digits}:00"):
        with pytest.raises((InvalidInput, InvalidSignature)):
            opened(definition, [one])


def test_a_code_of_another_election_is_named_though_the_chair_is_the_same(definition: Definition) -> None:
    other = msgspec.structs.replace(definition, id="another")
    (text,) = tally_qr.encode(other, make_sheet(other, "n1", 3), DIGEST, KEY)
    with raises_code(InvalidInput, "tally-code.another-election"):
        opened(definition, [text])


@pytest.mark.parametrize(("number", "code"), [("9999999", "unknown-station"), ("99999999", "no-station")])
def test_a_code_of_no_station_is_refused(definition: Definition, number: str, code: str) -> None:
    parts = tally_qr.encode(definition, make_sheet(definition, "n1", 3), DIGEST, KEY)[0].split(":")
    parts[2] = number
    with raises_code(InvalidInput, f"tally-code.{code}"):
        opened(definition, [":".join(parts)])


@given(st.text("0123456789.*", max_size=60), st.sampled_from(["1/1", "0/1", "2/1", "01/1", "1/10000", "1", ""]))
def test_figures_that_the_chair_signed_and_that_are_not_a_stations(
    definition: Definition, figures: str, number: str
) -> None:
    text = signed(f"T3:{definition.digest[:16]}:0:{DIGEST}:{number}:{figures}")
    with pytest.raises(InvalidInput):
        tally_qr.join(definition, opened(definition, [text]))


def signed(text: str) -> str:
    return f"{text.upper()}:{KEY.sign(f'testigo tally qr 1{chr(10)}{text.upper()}'.encode()).hex().upper()}"


@pytest.mark.parametrize("form", ["T1", "T2"])
def test_codes_of_earlier_releases_are_read(definition: Definition, form: str) -> None:
    """One code a sheet, a colon between styles and contests; release 0.1 had its figures in alphabetical order."""
    sheet, order = make_sheet(definition, "n1", 12), sorted if form == "T1" else list
    styles = ".".join(str(sheet.tally.ballots[style]) for style in order(sheet.tally.ballots))
    contests = "*".join(
        ".".join(str(count) for count in (*(one.votes[option] for option in order(one.votes)), *last_four(one)))
        for one in sheet.tally.contests
    )
    text = signed(f"{form}:{definition.digest[:16]}:0:{DIGEST}:{styles}:{contests}")
    totals = tally_qr.join(definition, opened(definition, [text]))
    assert totals == tally_qr.QrTotals("tally-sheet", "n1", DIGEST, form == "T1", 1, sheet.tally)
    assert list(sheet.tally.contests[0].votes) != sorted(sheet.tally.contests[0].votes)


def last_four(one: ContestTally) -> list[int]:
    return [count for _, count in one.figures()[-4:]]


def test_the_documented_reader_reads_the_documented_example() -> None:
    definition = load(EXAMPLE)
    page = PAGE.read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = "".join(re.findall(r"^    (T3:[0-9A-F]{16}:.*(?:\n    .*)*)", page, re.MULTILINE)[-1].split())
    (public,) = re.findall(r"^    ([0-9a-f]{64})$", page, re.MULTILINE)
    sheet = as_signed(make_sheet(definition, "n1", 12))
    assert public == KEY.public.hex and (code,) == tally_qr.encode(definition, sheet, DIGEST, KEY)
    told: dict[str, object] = {}
    exec(program, told)  # noqa: S102
    station, digest, ballots, figures = told["read"]([code], definition.payload(), definition.digest, public)  # type: ignore[operator]
    assert (station, digest) == ("n1", DIGEST)
    assert list(ballots.values()) == [sheet.tally.ballots[style.id] for style in definition.styles_of_station("n1")]
    for contest, counts in figures.items():
        tally = sheet.tally.contest(contest)
        assert list(counts.items())[:-4] == [*tally.figures(definition.contest(contest))][:-4]
        assert list(counts.values())[-4:] == [tally.blank, tally.null, tally.undervotes, tally.ballots]
    large = large_definition((700, 3))
    sheet = large_sheet(large)
    codes = tally_qr.encode(large, sheet, DIGEST, KEY)
    _, _, _, figures = told["read"]([*codes[::-1], codes[1]], large.payload(), large.digest, public)  # type: ignore[operator]
    assert [list(figures["c0"].values())[:-4], figures["c1"]["o2"]] == [
        list(sheet.tally.contests[0].votes.values()),
        sheet.tally.contests[1].votes["o2"],
    ]
