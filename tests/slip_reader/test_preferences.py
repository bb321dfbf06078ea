"""Preferences on paper: printed, read back, damaged; and nobody takes one away or adds one unnoticed."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from open_lists import open_lists
from testigo.ballot import Ballot, new_slip_number
from testigo.election import Definition
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.slip_reader.legal_print import LegalPrint, Region

DEFINITION = open_lists()
(STYLE,) = DEFINITION.styles_of_station("s1")
MARKED = ("struck", "struck in part", "crossed", "wavy", "written", "wiped", "fluid", "scratched")
SOME = (
    (), ("red",), ("red", "red/3"), ("blue", "blue/1", "blue/2"), ("green", "green/2"), ("green", "green/1", "green/4"),
)  # fmt: skip


def slip_of(chosen: tuple[str, ...], definition: Definition = DEFINITION) -> Slip:
    ballot = Ballot.mark(definition, definition.styles_of_station("s1")[0], {"council": chosen})
    return Slip(definition, "s1", ballot, new_slip_number(), definition.languages[0])


def png(image: np.ndarray) -> bytes:
    return bytes(cv2.imencode(".png", np.pad(image, 30, constant_values=255))[1])


@pytest.fixture(scope="module")
def reader() -> SlipReader:
    return SlipReader(DEFINITION, "s1")


@pytest.fixture(scope="module")
def rows() -> list[Region]:
    """The rows of the council: its list, then its two preferences."""
    regions = LegalPrint(DEFINITION, "s1", STYLE).regions
    return [region for region in regions if region.kind == "row" and region.contest == 1]


def test_a_line_stands_under_the_lists_for_each_in_all_languages(print_of: Callable[..., np.ndarray]) -> None:
    slip = slip_of(("green", "green/1"))
    assert slip.rows()["council"][1].name == "1 · Alba Ríos"
    assert [row.party for row in slip.rows()["council"][1:]] == ["voto preferente", "— preferencia sin usar —"]
    assert "1 · Alba Ríos, voto preferente" in slip.text_lines()
    assert len({slip_of(chosen).length() for chosen in SOME}) == 1


@pytest.mark.parametrize("chosen", SOME)
@pytest.mark.parametrize("kind", ["clean", "scan", "photograph", "folded", "faded"])
def test_honest_paper_is_read(chosen, kind, reader, print_of, paper_damage) -> None:
    slip, rng = slip_of(chosen), np.random.default_rng(7)
    (reading,) = reader.read(bytes(cv2.imencode(".png", paper_damage.KINDS[kind](print_of(slip), rng))[1]))
    assert reading.refused is None
    assert reading.choices == slip.ballot
    assert reading.agrees_with_qr in (True, None)


@pytest.mark.parametrize("kind", MARKED)
@pytest.mark.parametrize("place", [1, 2])
def test_attack_what_was_done_to_a_preference_is_refused(kind, place, reader, rows, print_of, paper_marks) -> None:
    rng = np.random.default_rng(MARKED.index(kind))
    marked = paper_marks.MARKED[kind](print_of(slip_of(("green", "green/1", "green/4"))), [rows[place]], rng)
    for reading in reader.read(png(marked)):
        assert reading.choices is None


def test_attack_a_preference_written_into_an_unused_line_is_refused(reader, rows, print_of, paper_marks) -> None:
    image = print_of(slip_of(("green", "green/1")))
    top = rows[2].top
    cv2.putText(image, "4 Max Vega", (60, top + 30), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 60, 2)
    (reading,) = reader.read(png(image))
    assert reading.choices is None


def test_attack_a_line_of_another_slip_pasted_over_is_not_read_as_printed(reader, rows, print_of) -> None:
    """A candidate of another list, one twice, one out of order: the printer makes no such slip."""
    pieces = {
        "of another list": (("green", "green/1", "green/4"), ("red", "red/3"), 1, 1),
        "twice": (("green", "green/1", "green/4"), ("green", "green/1", "green/4"), 2, 1),
        "unused before used": (("green", "green/1", "green/4"), ("green", "green/1"), 2, 1),
        "out of order": (("green", "green/1", "green/2"), ("green", "green/4"), 1, 1),
        "of a blank vote": ((), ("green", "green/4"), 1, 1),
    }
    for name, (base, piece, source, target) in pieces.items():
        pasted, other = print_of(slip_of(base)).copy(), print_of(slip_of(piece))
        height = min(rows[source].height, rows[target].height)
        pasted[rows[target].top :][:height] = other[rows[source].top :][:height]
        (reading,) = reader.read(png(pasted))
        assert reading.choices is None, name


def test_a_preference_that_the_code_does_not_say_is_flagged(reader, rows, print_of) -> None:
    """The text counts; a person looks at the slip."""
    honest, other = slip_of(("green", "green/1")), slip_of(("green", "green/2"))
    pasted = print_of(honest)
    top, height = rows[1].top, rows[1].height
    pasted[top : top + height] = print_of(other)[top : top + height]
    (reading,) = reader.read(png(pasted))
    assert reading.choices == other.ballot
    assert reading.agrees_with_qr is False


def test_one_of_several_hundred_candidates_with_like_names_is_told(print_of) -> None:
    names = tuple(f"María Fernández {chr(65 + n % 26)}{chr(97 + n // 26)}" for n in range(120))
    contest = DEFINITION.contest("council")
    long = replace(contest, options=(replace(contest.options[0], candidates=names), *contest.options[1:]))
    definition = replace(DEFINITION, contests=(DEFINITION.contests[0], long))
    reader = SlipReader(definition, "s1")
    for number in (1, 11, 26, 27, 111, 120):
        slip = slip_of(("red", f"red/{number}"), definition)
        (reading,) = reader.read(slip.png())
        assert reading.choices == slip.ballot
