"""Tally sheets and zero reports of any size: read back from the PDF, nothing lies over anything else and nothing is
lost."""

import contextlib
import itertools
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from large_sheet import large_definition, large_sheet, zero_sheet
from station_counters import changed
from testigo.ballot import TallySheet, reasons, tally_qr
from testigo.election import Definition
from testigo.keys import SigningKey
from testigo.scan.codes import qr_texts
from testigo.scan.images import images_of
from testigo.station.chair import tally_sheet

KEY = SigningKey.generate()
DIGEST = "0123456789abcdef" * 4
MM = 72 / 25.4
MARGIN = 8 * MM
"""White that every page has at its edges."""
TOUCH = 0.6
"""Points by which the ink of two pieces of text may meet: glyphs of neighbouring lines and letters do."""

WORDS = {
    "es": ("Núñez", "Peñaranda", "Gutiérrez", "Ibáñez", "Yqj"),
    "ru": ("Щербакова", "Объёмная", "Йод", "Дмитрий", "Жюри"),
    "he": ("שלום", "ירושלים", "בחירות", "לוי", "קץ"),
}
LETTERS = {"es": "W", "ru": "Щ", "he": "ש"}


def named(language: str, kind: str, place: int) -> str:
    """A name between two marks that are on no other row: of a word, of a line or two, of three or more lines, or of
    one word of 160 letters."""
    count = {"short": 1, "long": 2 + place % 8, "longest": 12, "one-word": 0}[kind]
    words = itertools.islice(itertools.cycle(WORDS[language]), place % 5, place % 5 + count)
    middle = " ".join(words) if count else LETTERS[language] * 146
    return f"A{place}A {middle} Z{place}Z"


def made(definition: Definition, sheet: TallySheet, *, zero: bool = False) -> bytes:
    return (tally_sheet.zero_page if zero else tally_sheet.page)(definition, sheet, DIGEST, KEY)


def pages(pdf: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page
        page.close()
    document.close()


def objects(page: Any) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
    """Kind and box (left, bottom, right, top) of everything drawn on a page, also inside of forms."""
    for one in page.get_objects(max_depth=6):
        if one.type != pdfium.FPDF_PAGEOBJ_FORM:
            left, bottom, right, top = one.get_bounds()
            if one.container is not None:
                matrix = one.container.get_matrix()
                (left, bottom), (right, top) = matrix.on_point(left, bottom), matrix.on_point(right, top)
            yield one.type, (min(left, right), min(bottom, top), max(left, right), max(bottom, top))


def overlapping(boxes: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """Pairs of boxes that lie over one another by more than `TOUCH` in both directions."""
    left, bottom, right, top = boxes.T
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    along = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
    return [(int(a), int(b)) for a, b in zip(*np.nonzero((across > TOUCH) & (along > TOUCH)), strict=True) if a < b]


def turned_round(text: str) -> str:
    """As PDFium gives what is Latin in a Hebrew line: words and numbers from right to left."""
    return "".join(reversed(re.findall(r"[a-z]+|\d+|[^a-z\d]+", text)))


def check_pages(pdf: bytes) -> list[str]:
    """Every page's text. Nothing on it lies over anything else, nothing outside, and it says whose it is."""
    texts, count = [], sum(1 for _ in pages(pdf))
    for number, page in enumerate(pages(pdf), 1):
        width, height = page.get_size()
        drawn = list(objects(page))
        text = np.array([box for kind, box in drawn if kind == pdfium.FPDF_PAGEOBJ_TEXT])
        assert overlapping(text) == [], f"page {number}"
        assert text[:, :2].min() > MARGIN and (text[:, 2] < width - MARGIN).all() and text[:, 3].max() < height - MARGIN
        for left, bottom, right, top in (box for kind, box in drawn if kind == pdfium.FPDF_PAGEOBJ_PATH):
            if min(right - left, top - bottom) > 2 and (right - left) < width / 2:  # not a line, nor a frame
                over = np.vstack([text, [(left, bottom, right, top)]])
                assert not [pair for pair in overlapping(over) if pair[1] == len(text)], f"page {number}: a QR code"
        said = page.get_textpage().get_text_range()
        for identity in (f"{number} / {count}", "s1", DIGEST, KEY.public.key_id[:16]):
            assert identity in said or turned_round(identity) in said
        texts.append(said)
    return texts


def check_rows(pdf: bytes, definition: Definition, sheet: TallySheet) -> None:
    """Every option is there once in each contest: the first line of its name with its votes at the end of that line,
    the last line of its name in the same column."""
    found: list[tuple[int, int]] = []
    for page in pages(pdf):
        text, middle = page.get_textpage(), page.get_width() / 2
        said = text.get_text_range()
        first, last = (
            sorted((mark[0][1:-1], text.get_charbox(mark.start())[0] < middle) for mark in re.finditer(ends, said))
            for ends in (r"A\d+A", r"Z\d+Z")
        )
        assert first == last  # on one page, in one column
        for mark in re.finditer(r"A(\d+)A", said):
            left, bottom, _, top = text.get_charbox(mark.start())
            column = 0 if left < middle else middle
            line = text.get_text_bounded(column, bottom - 1, column + middle, top + 1)
            (votes,) = re.findall(r"(?<![\dAZ])\d+(?![\dAZ])", line)
            found.append((int(mark[1]), int(votes)))
    due = [
        (int(option.id[1:]), tally.votes[option.id])
        for contest, tally in zip(definition.contests, sheet.tally.contests, strict=True)
        for option in contest.options
    ]
    assert sorted(found) == sorted(due)


@pytest.mark.parametrize("kind", ["short", "long", "longest", "one-word"])
@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("options", [(1,), (54, 3, 66, 1)])
def test_rows_lie_beside_one_another(options: tuple[int, ...], language: str, kind: str) -> None:
    definition = large_definition(options, lambda place: named(language, kind, place), language=language)
    for zero, sheet in ((False, large_sheet(definition)), (True, zero_sheet(definition))):
        pdf = made(definition, sheet, zero=zero)
        check_pages(pdf)
        check_rows(pdf, definition, sheet)


@pytest.mark.parametrize("count", [50, 53, 55, 57, 60, 66, 156])
def test_one_contest_that_was_printed_over_itself(count: int) -> None:
    """From 55 options on, and from 26 with names of two lines, release 0.1 printed rows over one another."""
    for definition in (
        large_definition((count,), lambda place: f"A{place}A Apellido Segundo Z{place}Z"),
        large_definition(
            (count // 2,),
            lambda place: (
                f"A{place}A Apellido Segundo De La Torre Y Montenegro De Los Llanos Altos Del Norte Z{place}Z"
            ),
        ),
    ):
        pdf = made(definition, large_sheet(definition, 1100))
        check_pages(pdf)
        check_rows(pdf, definition, large_sheet(definition, 1100))


@settings(deadline=None, max_examples=12)
@given(st.data())
def test_rows_lie_beside_one_another_at_any_size(data: st.DataObject) -> None:
    """Contests, options, lengths of names, titles, ballot styles, parties that sign, reasons, differences."""
    language = data.draw(st.sampled_from([*WORDS]))
    kinds = data.draw(st.lists(st.sampled_from(["short", "long", "longest", "one-word"]), min_size=1, max_size=7))
    title = data.draw(st.sampled_from(["Concejo", LETTERS[language] * 155, " ".join(WORDS[language] * 5)[:155]]))
    definition = large_definition(
        tuple(data.draw(st.lists(st.integers(1, 80), min_size=1, max_size=12))),
        lambda place: named(language, kinds[place % len(kinds)], place),
        language=language,
        title=title,
        parties=data.draw(st.integers(0, 60)),
        rolls=data.draw(st.integers(1, 30)),
    )
    sheet = with_counters(large_sheet(definition, data.draw(st.integers(0, 99_000))), data.draw(st.booleans()))
    for zero in (False, True):
        pdf = made(definition, sheet, zero=zero)
        check_pages(pdf)
        check_rows(pdf, definition, sheet)


def with_counters(sheet: TallySheet, many: bool) -> TallySheet:
    """The sheet with every reason that can be counted, and a difference with the longest explanation."""
    if not many:
        return sheet
    counters = changed(
        sheet.reconciliation,
        refused=dict.fromkeys(reasons.REFUSAL_REASONS, 99_999),
        voided=dict.fromkeys(reasons.VOID_REASONS, 99_999),
        deposited=7,
        printed=5,
        reasons={"checked_in=cards_used": "W" * reasons.LONGEST_REASON, "printed-spoiled=deposited": "Ñq " * 160},
    )
    return msgspec.structs.replace(sheet, reconciliation=counters)


@pytest.mark.parametrize("language", ["es", "he"])
def test_1600_options_and_their_codes(language: str) -> None:
    """Every figure is on paper twice: in words, and in codes that are read off the pages."""
    definition = large_definition((1600,), lambda place: named(language, "short", place), language=language, parties=3)
    sheet = large_sheet(definition, 99_000)
    pdf = made(definition, sheet)
    texts = check_pages(pdf)
    check_rows(pdf, definition, sheet)
    found = [text for image in images_of(pdf) for text in qr_texts(image)]
    codes = [tally_qr.open_code(text, definition, KEY.public) for text in found]
    assert tally_qr.join(definition, codes).tally == sheet.tally
    if language == "es":
        captions = re.findall(rf"\b(\d+) / {len(codes)}\b", "\n".join(texts))
        assert [int(one) for one in captions] == [code.number for code in codes]


def test_marks_one_upon_the_other_reach_into_no_other_row() -> None:
    """Names of letters with four marks, above and below: each row is higher than one of plain letters."""
    plain, marked = ("".join(letter + marks for letter in "ABCDEFGH") for marks in ("", "\u0301\u0308\u0303\u030c"))
    heights = []
    for name in (plain, marked):
        definition = large_definition((2,), (name + " {}").format)
        with contextlib.closing(pypdfium2.PdfDocument(made(definition, zero_sheet(definition), zero=True))) as document:
            page = document[0].get_textpage()
            boxes = [page.get_charbox(at) for at in range(page.count_chars()) if page.get_text_range(at, 1) == "H"]
        heights.append(abs(boxes[0][1] - boxes[1][1]))
    assert heights[1] > heights[0] + 8


def test_what_stands_before_is_carried_over() -> None:
    """At the head of every column in which a contest goes on: the sum of the votes above, in every column before."""
    definition = large_definition((130, 90))
    sheet = large_sheet(definition)
    text = "\n".join(check_pages(made(definition, sheet)))
    heads = [int(one) for one in re.findall(r"Suma anterior: (\d+)", text)]
    sums = {
        sum([*tally.votes.values()][:end]) for tally in sheet.tally.contests for end in range(1, len(tally.votes) + 1)
    }
    assert len(heads) >= 3 and set(heads) <= sums and heads[:2] == sorted(heads[:2])
    assert [int(one) for one in re.findall(r"^Votos (\d+)", text, re.MULTILINE)] == [
        sum(tally.votes.values()) for tally in sheet.tally.contests
    ]


def test_one_code_more_than_fits() -> None:
    """From 720 characters of figures on there are two codes, and from then on they stand at the end."""
    for options, count in ((130, 1), (150, 2)):
        definition = large_definition((options,))
        codes = tally_qr.encode(definition, large_sheet(definition, 20_000), DIGEST, KEY)
        assert len(codes) == count
        check_pages(made(definition, large_sheet(definition, 20_000)))


@pytest.mark.parametrize("options", [(4,), (24, 4), (40, 30), (60, 60, 30)])
@pytest.mark.parametrize("parties", [0, 9, 24])
def test_no_page_has_only_signatures(options: tuple[int, ...], parties: int) -> None:
    """Where they are is also what they are given for."""
    definition = large_definition(options, parties=parties)
    document = pypdfium2.PdfDocument(made(definition, large_sheet(definition)))
    last = document[len(document) - 1].get_textpage().get_text_range()
    assert "Firmas" in last and "Cuadre" in last and "Registrados en la urna" in last


def test_an_independent_is_called_so_and_has_a_witness() -> None:
    definition = large_definition((3, 2), parties=2)
    first, second = definition.contests
    options = tuple(msgspec.structs.replace(one, party="" if one.id == "o2" else "p0") for one in first.options)
    contests = (msgspec.structs.replace(first, options=options), second)
    definition = msgspec.structs.replace(definition, contests=contests)
    document = pypdfium2.PdfDocument(made(definition, large_sheet(definition)))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert text.count("Opción 2 · independiente") == 1 and text.count("independiente") == 2
    assert "Testigo · Opción 2 (independiente)" in " ".join(text.split())
