"""What people do to a slip after it was printed is seen, and honest paper is not taken for it."""

import cv2
import numpy as np
import pytest

from testigo import election
from testigo.ballot import Ballot
from testigo.scan.alterations import find_highlighter
from testigo.slip import Slip
from testigo.slip_reader import SlipReader, read_slips
from testigo.slip_reader.legal_print import LegalPrint
from village import png, slip_number, with_paper

MARKED = ("struck", "struck in part", "party struck", "crossed", "wavy", "written", "wiped", "fluid", "scratched")


@pytest.fixture(scope="module")
def regions(village):
    return LegalPrint(village, "v-001", village.styles()[0]).regions


@pytest.fixture
def slip(make_slip):
    return make_slip(mayor=("fernandez",), council=("c0", "c2"))


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("slip-plain", None),
        ("slip-struck-pen-038mm", "slip-part.marked"),
        ("slip-struck-pencil-mayor-only", "slip-part.marked"),
        ("slip-strike-w4-v60", "slip-part.marked"),
        ("slip-anulado-over-foot", "slip-part.marked"),
        ("slip-title-wiped", "slip-part.gone"),
    ],
)
def test_kept_cases_of_the_first_form(name, refused, project_root):
    """Pictures of slips of release 0.1 that were accepted, all of them."""
    cases = project_root / "tests" / "data" / "papers" / "cases"
    (reading,) = read_slips(cases / f"{name}.jpg", election.load(cases / "municipality.yaml"))
    assert (reading.refused.key if reading.refused else None) == refused
    assert (reading.choices is None) == (refused is not None)


def test_the_part_that_was_struck_is_named(project_root):
    cases = project_root / "tests" / "data" / "papers" / "cases"
    (reading,) = read_slips(cases / "slip-struck-pencil-mayor-only.jpg", election.load(cases / "municipality.yaml"))
    assert "something is written or drawn on row 1 of contest mayor" in str(reading.refused)


@pytest.mark.parametrize("damage", ["scan", "photograph"])
@pytest.mark.parametrize("kind", MARKED)
def test_attack_what_was_done_to_a_slip_is_refused(
    kind, damage, reader, regions, slip, print_of, paper_damage, paper_marks
):
    rng = np.random.default_rng(MARKED.index(kind))
    for _ in range(2):
        marked = paper_marks.MARKED[kind](print_of(slip), regions, rng)
        for reading in reader.read(png(paper_damage.KINDS[damage](marked, rng))):
            assert reading.choices is None, (kind, damage)


@pytest.mark.parametrize("pen", [{"width": 0.25, "darkness": 0.5}, {"width": 0.3, "darkness": 0.6, "grain": 0.25}])
@pytest.mark.parametrize("row", [0, 1])
def test_attack_the_thinnest_pen_and_a_pencil_are_seen(pen, row, reader, regions, slip, print_of, paper_marks):
    region = [each for each in regions if each.kind == "row"][row]
    printed = print_of(slip)
    left, top, right, bottom = paper_marks.words_of(printed, region)[0]
    middle = (top + bottom) / 2
    marked = paper_marks.draw(printed, [np.array([[left, middle], [right, middle + 3]])], **pen)
    (reading,) = reader.read(png(with_paper(marked)))
    assert reading.choices is None and reading.refused.key == "slip-part.marked"


def test_attack_writing_over_code_lines_foot_and_code_is_refused_or_flagged(
    reader, regions, slip, print_of, paper_marks
):
    printed, tail = print_of(slip), regions[-1].top
    for x, y in ((200, 60), (40, 110), (300, tail + 60), (60, tail + 60)):
        marked = printed.copy()
        cv2.putText(marked, "NULO", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 3)
        (reading,) = reader.read(png(with_paper(marked)))
        assert reading.choices is None, (x, y)


@pytest.mark.parametrize("kind", ["clean", "scan", "photograph", "folded", "stained", "faded"])
def test_honest_paper_is_read(kind, reader, slip, print_of, paper_damage):
    rng = np.random.default_rng(21)
    for _ in range(3):
        (reading,) = reader.read(png(paper_damage.KINDS[kind](print_of(slip), rng)))
        assert reading.refused is None and reading.choices == slip.ballot


@pytest.mark.parametrize("kind", ["oblique", "crumpled", "curled", "rolled"])
def test_paper_that_does_not_lie_flat_is_read_or_refused_never_misread(kind, reader, slip, print_of, paper_damage):
    rng = np.random.default_rng(5)
    readings = [
        reading for _ in range(3) for reading in reader.read(png(paper_damage.KINDS[kind](print_of(slip), rng)))
    ]
    assert all(reading.choices in (None, slip.ballot) for reading in readings)
    assert kind in ("curled", "rolled") or any(reading.choices == slip.ballot for reading in readings)


def test_attack_a_highlighter_over_a_choice_is_seen_in_a_coloured_picture(reader, regions, slip, print_of):
    """And a faint stain, whose edges are soft, is none."""
    region = next(each for each in regions if each.kind == "row")
    grey = with_paper(print_of(slip))
    for colour, light, refused in (
        ((90, 250, 255), 1.0, True),
        ((170, 120, 255), 0.8, True),
        ((215, 235, 245), 0.9, False),
    ):
        image = np.repeat(grey[..., None], 3, axis=2).astype(np.float32)
        top = 30 + region.top
        covered = np.zeros(grey.shape, np.float32)
        covered[top + 6 : top + 50, 60:420] = 1
        if not refused:
            covered = cv2.GaussianBlur(covered, None, 12)
        image *= 1 - covered[..., None] * (1 - np.array(colour) / 255)
        image *= light * np.array([0.85, 0.95, 1.0])  # a lamp's warm light, blue first
        (reading,) = reader.read(png(image.astype(np.uint8)))
        assert (reading.choices is None) == refused
        if refused:
            assert str(reading.refused).startswith("a colour is laid over row 1 of contest mayor")


def test_a_sheet_of_one_colour_has_no_highlighter():
    assert find_highlighter(np.full((200, 144, 3), (250, 220, 180), np.uint8)) is None


@pytest.mark.parametrize("colour", ["green", "pink", "orange", "blue"])
def test_attack_a_highlighter_is_seen_in_a_grey_scan(
    colour, reader, regions, slip, print_of, paper_damage, paper_strokes
):
    rng = np.random.default_rng(2)
    marked = cv2.cvtColor(paper_strokes.highlighted(colour)(print_of(slip), regions, rng), cv2.COLOR_BGR2GRAY)
    (reading,) = reader.read(png(paper_damage.scan(marked, rng)))
    assert reading.choices is None and reading.refused.key in ("slip-part.coloured", "slip-part.marked")


@pytest.mark.parametrize("way", ["through", "slanted", "wavy", "cross"])
@pytest.mark.parametrize("pen", ["pen 0.25", "pencil HB"])
def test_attack_every_way_to_strike_is_seen(pen, way, reader, regions, slip, print_of, paper_damage, paper_strokes):
    rng = np.random.default_rng(4)
    for part in ("name", "party", "title"):
        marked = paper_strokes.stroke(pen, way, part)(print_of(slip), regions, rng)
        (reading,) = reader.read(png(paper_damage.scan(marked, rng)))
        assert reading.choices is None, part


@pytest.mark.parametrize("damage", ["scan", "photograph"])
def test_attack_a_line_through_a_long_bold_title_is_seen(damage, republic, paper_damage, paper_strokes, print_of):
    """Rows of dots through such a title are as dark as a rule."""
    station = republic.stations[0].id
    style = republic.styles_of_station(station)[0]
    printed = print_of(Slip(republic, station, Ballot.mark(republic, style, {}), slip_number(0), "es"))
    regions = LegalPrint(republic, station, style).regions
    titles = [region for region in regions if region.kind == "contest"]
    for place, pen in enumerate(("pen 0.25", "pen 0.7")):
        rng = np.random.default_rng(place)
        marked = paper_strokes.stroke(pen, "through", "title")(printed, titles[1 + place :], rng)
        (reading,) = SlipReader(republic).read(png(paper_damage.KINDS[damage](marked, rng)))
        assert reading.refused.key == "slip-part.marked"


@pytest.mark.parametrize("pen", ["pen 0.25", "pencil HB"])
def test_attack_a_short_tick_is_seen_in_a_photograph(pen, reader, regions, slip, print_of, paper_damage, paper_strokes):
    rng = np.random.default_rng(12)
    for part in ("name", "code lines"):
        marked = paper_strokes.stroke(pen, "tick", part)(print_of(slip), regions, rng)
        (reading,) = reader.read(png(paper_damage.photograph(marked, rng)))
        assert reading.choices is None, part


@pytest.mark.parametrize("kind", ["shadow", "soft shadow", "lamp"])
def test_slips_in_uneven_light_are_read_or_the_light_is_the_reason(kind, reader, slip, print_of, paper_damage):
    rng = np.random.default_rng(8)
    readings = [reader.read(png(paper_damage.KINDS[kind](print_of(slip), rng)))[0] for _ in range(3)]
    assert sum(reading.choices == slip.ballot for reading in readings) >= 2
    assert all(reading.refused is None or reading.refused.key == "slip-part.in-shadow" for reading in readings)


def test_curled_paper_is_straightened_and_what_was_struck_is_still_seen(
    reader, regions, slip, print_of, paper_damage, paper_marks
):
    readings = []
    for seed in (1, 6, 7):
        curled = paper_damage.curled(print_of(slip), np.random.default_rng(seed))
        readings += reader.read(png(curled))
        struck = paper_marks.struck(print_of(slip), regions, np.random.default_rng(seed))
        (reading,) = reader.read(png(paper_damage.curled(struck, np.random.default_rng(seed))))
        assert reading.choices is None
    assert sum(reading.choices == slip.ballot for reading in readings) >= 1
    assert all(reading.choices in (None, slip.ballot) for reading in readings)
