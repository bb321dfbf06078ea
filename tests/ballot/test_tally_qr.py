"""The tally sheet's code: both ways, by another program, and as release 0.1 wrote it."""

import re
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from raising import raises_code
from small_country import ELECTION, make_sheet
from testigo import canonical
from testigo.ballot import TallySheet, tally_qr
from testigo.election import Definition, load
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey

PAGE = Path(__file__).parents[2] / "docs" / "tally-sheet-qr.md"
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    file = tmp_path_factory.mktemp("election") / "election.yaml"
    file.write_text(ELECTION, encoding="utf-8")
    return load(file)


def as_signed(sheet: TallySheet) -> TallySheet:
    """The sheet as the chair has it: read from canonical JSON, which has lost the order of options and styles."""
    return msgspec.convert(canonical.decode(canonical.encode(sheet)), TallySheet)


@given(st.sampled_from(["n1", "n2", "s1"]), st.integers(0, 30), st.integers(0, 1000))
def test_round_trip(definition: Definition, station: str, ballots: int, seed: int) -> None:
    sheet = make_sheet(definition, station, ballots, seed)
    for one in (sheet, as_signed(sheet)):
        text = tally_qr.encode(definition, one, DIGEST, KEY)
        assert re.fullmatch(r"[0-9A-Z $%*+\-./:]*", text)
        assert tally_qr.is_code(text) and tally_qr.station_of(text, definition) == station
        assert tally_qr.read(text, definition, KEY.public) == tally_qr.QrTotals(station, DIGEST, sheet.tally, False)


@given(st.data())
def test_attack_any_one_changed_character(definition: Definition, data: st.DataObject) -> None:
    text = tally_qr.encode(definition, make_sheet(definition, "n1", 12), DIGEST, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFT:.*").filter(lambda one: one != text[place]))
    with pytest.raises(TestigoError):
        tally_qr.read(text[:place] + other + text[place + 1 :], definition, KEY.public)


@given(st.text(max_size=200), st.text("0123456789ABCDEF:.*+-_ ", max_size=300))
def test_any_text_is_refused(definition: Definition, text: str, digits: str) -> None:
    head = f"T2:{definition.digest[:16].upper()}:0:"
    for one in (text, head + text, head + digits):
        with pytest.raises((InvalidInput, InvalidSignature)):
            tally_qr.read(one, definition, KEY.public)


def test_a_code_of_another_election_is_named_though_the_chair_is_the_same(definition: Definition) -> None:
    other = msgspec.structs.replace(definition, id="another")
    text = tally_qr.encode(other, make_sheet(other, "n1", 3), DIGEST, KEY)
    with raises_code(InvalidInput, "tally-code.another-election"):
        tally_qr.read(text, definition, KEY.public)


@pytest.mark.parametrize(("number", "code"), [("9999999", "unknown-station"), ("99999999", "no-station")])
def test_a_code_of_no_station_is_refused(definition: Definition, number: str, code: str) -> None:
    parts = tally_qr.encode(definition, make_sheet(definition, "n1", 3), DIGEST, KEY).split(":")
    parts[2] = number
    with raises_code(InvalidInput, f"tally-code.{code}"):
        tally_qr.read(":".join(parts), definition, KEY.public)


def test_a_code_of_release_0_1_has_its_figures_in_alphabetical_order(definition: Definition) -> None:
    sheet = make_sheet(definition, "n1", 12)
    styles = ".".join(str(count) for _, count in sorted(sheet.tally.ballots.items()))
    contests = "*".join(
        ".".join(
            str(count) for count in (*dict(sorted(one.votes.items())).values(), *(n for _, n in one.figures()[-4:]))
        )
        for one in sheet.tally.contests
    )
    signed = f"T1:{definition.digest[:16]}:0:{DIGEST}:{styles}:{contests}".upper()
    text = f"{signed}:{KEY.sign(f'testigo tally qr 1{chr(10)}{signed}'.encode()).hex().upper()}"
    assert tally_qr.read(text, definition, KEY.public) == tally_qr.QrTotals("n1", DIGEST, sheet.tally, True)
    assert list(sheet.tally.contests[0].votes) != sorted(sheet.tally.contests[0].votes)


def test_the_documented_reader_reads_the_documented_example(definition: Definition) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = "".join(re.findall(r"^    (T2:.*(?:\n    .*)*)", page, re.MULTILINE)[-1].split())
    (public,) = re.findall(r"^    ([0-9a-f]{64})$", page, re.MULTILINE)
    sheet = as_signed(make_sheet(definition, "n1", 12))
    assert public == KEY.public.hex and code == tally_qr.encode(definition, sheet, DIGEST, KEY)
    told: dict[str, object] = {}
    exec(program, told)  # noqa: S102
    station, digest, ballots, figures = told["read"](code, definition.payload(), definition.digest, public)  # type: ignore[operator]
    assert (station, digest) == ("n1", DIGEST)
    assert list(ballots.values()) == [sheet.tally.ballots[style.id] for style in definition.styles_of_station("n1")]
    for contest, counts in figures.items():
        tally = sheet.tally.contest(contest)
        assert list(counts.items())[:-4] == [*tally.figures(definition.contest(contest))][:-4]
        assert list(counts.values())[-4:] == [tally.blank, tally.null, tally.undervotes, tally.ballots]
