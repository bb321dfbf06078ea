import io

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from testigo import election
from testigo.ballot import Ballot, new_slip_number
from testigo.errors import InvalidInput, StorageError
from testigo.slip import Slip
from testigo.slip.first_slip import FirstSlip
from testigo.slip_reader import read_slips
from testigo.slip_reader.legal_print import LegalPrint
from village import png, with_paper


@pytest.fixture(scope="module")
def regions(village):
    """(contest, row), or "tail" → the rows of the printed image that it takes."""
    legal = LegalPrint(village, "v-001", village.styles()[0])
    rows = [region for region in legal.regions if region.kind == "row"]
    bands = {(row.contest, row.row): slice(row.top, row.top + row.height) for row in rows}
    return {**bands, "tail": slice(legal.regions[-1].top, None)}


def assert_read(reading, slip):
    assert reading.refused is None
    assert (reading.choices, reading.number, reading.station) == (
        slip.ballot,
        slip.number,
        slip.station,
    )


@pytest.mark.parametrize("kind", ["clean", "scan", "photograph"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_slips_are_read_from_print_scans_and_photographs(kind, language, paper_damage, reader, make_slip, print_of):
    rng = np.random.default_rng(7)
    for choices in ({"mayor": ("fernandez",)}, {"mayor": ("fernandes",), "council": ("c0", "c2", "c4")}, {}):
        slip = make_slip(**choices, language=language, station="v-002")
        (reading,) = reader.read(png(paper_damage.KINDS[kind](print_of(slip), rng)))
        assert_read(reading, slip)
        assert reading.agrees_with_qr in (True, None) if kind == "photograph" else reading.agrees_with_qr


def test_poor_photographs_are_refused_rather_than_guessed(paper_damage, reader, make_slip, print_of):
    rng = np.random.default_rng(3)
    for _ in range(5):
        slip = make_slip(mayor=("fernandez",), council=("c1", "c4"))
        for reading in reader.read(png(paper_damage.KINDS["poor photograph"](print_of(slip), rng))):
            assert reading.choices in (None, slip.ballot)
            assert (reading.choices is None) == bool(reading.refused)


def test_examples_are_read(municipality, republic, print_of):
    for definition in (municipality, republic):
        station = definition.stations[-1]
        for style in definition.styles_of_station(station.id):
            choices = {contest: (definition.contest(contest).options[-1].id,) for contest in style.contests}
            ballot = Ballot.mark(definition, style, choices)
            slip = Slip(definition, station.id, ballot, new_slip_number(), definition.languages[-1])
            (reading,) = read_slips(slip.pdf(), definition, station.id)
            assert_read(reading, slip)
            assert reading.agrees_with_qr is True


def test_slips_of_the_first_releases_are_read(project_root, reader, village, print_of, make_slip):
    kept = project_root / "tests" / "data" / "papers" / "0.1"
    (reading,) = read_slips(kept / "slip.jpg", election.load(kept / "election.yaml"))
    assert (reading.refused, reading.station, reading.agrees_with_qr) == (None, "01-01", True)
    assert reading.choices.choices == {"mayor": ("barrios-robles",), "council": ("verde",)}
    for language in village.languages:
        first = FirstSlip(
            **msgspec.structs.asdict(make_slip(mayor=("ortega",), council=("c0", "c3"), language=language))
        )
        (reading,) = reader.read(png(with_paper(print_of(first))))
        assert_read(reading, first)


def test_attack_a_pasted_name_is_read_as_the_text_not_as_the_qr_code(reader, make_slip, print_of, regions):
    slip, other = make_slip(mayor=("fernandez",)), make_slip(mayor=("ortega",))
    forged = print_of(slip)
    forged[regions[0, 0]] = print_of(other)[regions[0, 0]]
    (reading,) = reader.read(png(with_paper(forged)))
    assert reading.choices == other.ballot
    assert reading.agrees_with_qr is False


def test_attack_one_changed_letter_is_read_as_the_text_or_refused(reader, make_slip, print_of, regions):
    slip, other = make_slip(mayor=("fernandez",)), make_slip(mayor=("fernandes",))
    forged, source = print_of(slip), print_of(other)
    differing = np.flatnonzero((forged[regions[0, 0]] != source[regions[0, 0]]).any(axis=0))
    for cut in (differing[0], (differing[0] + differing[-1]) // 2):
        mixed = forged.copy()
        mixed[regions[0, 0], cut:] = source[regions[0, 0], cut:]
        (reading,) = reader.read(png(with_paper(mixed)))
        if reading.refused is None:
            assert cut == differing[0] and reading.choices == other.ballot and reading.agrees_with_qr is False
        else:
            assert cut != differing[0]


def test_attack_a_choice_added_in_an_unused_row_is_seen(reader, make_slip, print_of, regions):
    slip, other = make_slip(council=("c0",)), make_slip(council=("c0", "c4"))
    forged = print_of(slip)
    forged[regions[1, 1]] = print_of(other)[regions[1, 1]]
    (reading,) = reader.read(png(with_paper(forged)))
    assert reading.choices == other.ballot and reading.agrees_with_qr is False


@pytest.mark.parametrize(("row", "source"), [(0, 1), (1, 0), (2, 0)])
def test_attack_rows_that_the_printer_never_makes_are_refused(row, source, reader, make_slip, print_of, regions):
    slip = make_slip(council=("c0", "c3"))
    forged = print_of(slip)
    forged[regions[1, row]] = print_of(slip)[regions[1, source]]
    (reading,) = reader.read(png(with_paper(forged)))
    assert reading.choices is None and reading.refused.key == "paper-vote.rows-not-as-printed"


@pytest.mark.parametrize("mark", ["struck out", "scribbled beside", "written over", "wiped out", "other name"])
def test_attack_a_row_with_anything_else_on_it_is_refused(mark, reader, make_slip, print_of, regions):
    image = print_of(make_slip(mayor=("fernandez",), council=("c1",)))
    row = image[regions[0, 0]]
    middle = row.shape[0] // 2
    if mark == "struck out":
        cv2.line(row, (30, middle - 16), (380, middle - 12), 0, 3)
    elif mark == "scribbled beside":
        cv2.putText(row, "no!", (480, middle), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1, 0, 2)
    elif mark == "written over":
        cv2.putText(row, "ANULADO", (100, middle + 10), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3)
    elif mark == "wiped out":
        row[:, 200:330] = 255
    else:
        row[:] = 255
        cv2.putText(row, "Luz Marina Ortega", (32, middle), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    (reading,) = reader.read(png(with_paper(image)))
    assert reading.choices is None
    assert "row 1 of contest mayor" in str(reading.refused)


def test_attack_the_qr_code_of_another_slip_changes_nothing(reader, make_slip, print_of, regions):
    slip, other = make_slip(mayor=("fernandez",)), make_slip(mayor=("ortega",))
    image = print_of(slip)
    image[regions["tail"]] = print_of(other)[regions["tail"]]
    (reading,) = reader.read(png(with_paper(image)))
    assert_read(reading, slip)
    assert reading.agrees_with_qr is False


def test_without_the_qr_code_the_text_is_read_all_the_same(reader, make_slip, print_of, regions):
    slip = make_slip(mayor=("ortega",), council=("c2",))
    image = print_of(slip)
    image[regions["tail"], 64:500] = 255
    (reading,) = reader.read(png(with_paper(image)))
    assert_read(reading, slip)
    assert reading.agrees_with_qr is None


def test_two_slips_in_one_photograph_are_two_readings(paper_damage, reader, make_slip, print_of):
    rng = np.random.default_rng(11)
    slips = [make_slip(mayor=("ortega",)), make_slip(council=("c3",), language="en", station="v-002")]
    pictures = [paper_damage.KINDS["scan"](print_of(slip), rng) for slip in slips]
    height = max(picture.shape[0] for picture in pictures)
    side = [np.pad(p, ((0, height - p.shape[0]), (0, 0)), constant_values=120) for p in pictures]
    readings = {reading.number: reading for reading in reader.read(png(np.hstack(side)))}
    assert readings.keys() == {slip.number for slip in slips}
    for slip in slips:
        assert_read(readings[slip.number], slip)


def test_a_slip_of_another_election_or_station_is_refused(municipality, village, make_slip):
    slip = make_slip(mayor=("ortega",))
    (reading,) = read_slips(slip.png(), municipality)
    assert reading.choices is None and "line of election and station" in str(reading.refused)
    (reading,) = read_slips(slip.png(), village, "v-002")
    assert reading.choices is None and "of station v-001, not of v-002" in str(reading.refused)


def test_a_hidden_corner_and_an_empty_table_are_refused(reader, make_slip, print_of):
    image = print_of(make_slip())
    image[-60:, :60] = 255
    (reading,) = reader.read(png(with_paper(image)))
    assert reading.choices is None and reading.refused.key == "paper-vote.corners-not-seen"
    (reading,) = reader.read(png(np.full((400, 300), 200, np.uint8)))
    assert reading.refused.key == "paper-vote.none-seen"


def test_what_is_no_image_is_one_sentence(reader, make_slip, tmp_path):
    data = make_slip().png()
    for bad in (b"", b"not a picture", b"%PDF-1.7 nonsense", data[: len(data) // 2]):
        with pytest.raises(InvalidInput):
            reader.read(bad)
    with pytest.raises(StorageError):
        reader.read(tmp_path / "missing.png")


def test_every_page_of_a_tiff_or_pdf_is_read(reader, make_slip, print_of):
    slips = [make_slip(mayor=("ortega",)), make_slip(council=("c1",))]
    size = (700, 1600)
    pages = []
    for slip in slips:
        page = Image.new("L", size, 255)
        page.paste(Image.fromarray(print_of(slip)), (40, 40))
        pages.append(page)
    for kind in ("TIFF", "PDF"):
        file = io.BytesIO()
        pages[0].save(file, kind, save_all=True, append_images=pages[1:], resolution=203.2)
        readings = reader.read(file.getvalue())
        assert [reading.place[0] for reading in readings] == [0, 1]
        for reading, slip in zip(readings, slips, strict=True):
            assert_read(reading, slip)


def test_a_huge_image_is_refused_unread(reader):
    file = io.BytesIO()
    Image.new("1", (20000, 20000)).save(file, "PNG")
    with pytest.raises(InvalidInput):
        reader.read(file.getvalue())


@settings(max_examples=30, deadline=None)
@given(fuzzed=st.binary(max_size=200), place=st.integers(0, 8000), kind=st.sampled_from(["png", "pdf"]))
def test_damaged_files_never_crash_the_reader(fuzzed, place, kind, reader, original):
    data = original[kind]
    place %= len(data)
    damaged = data[:place] + fuzzed + data[place + len(fuzzed) :]
    try:
        readings = reader.read(damaged)
    except InvalidInput:
        return
    assert all((reading.choices is None) == bool(reading.refused) for reading in readings)


@pytest.fixture(scope="module")
def original(village):
    ballot = Ballot.mark(village, village.styles()[0], {})
    slip = Slip(village, "v-001", ballot, new_slip_number(), "es")
    return {"png": slip.png(), "pdf": slip.pdf()}
