"""A sample of a paper vote looks like it, is as long, and is a vote to nobody."""

import io
from pathlib import Path

import msgspec
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from drawn_definitions import SCRIPTS, draw
from served_station import DEFINITION
from testigo.ballot import Ballot, new_slip_number
from testigo.election import Definition
from testigo.errors import InvalidInput
from testigo.paper.sample import sample_words
from testigo.paper.stamped import stamped
from testigo.scan.codes import qr_texts_in
from testigo.slip import FolderPrinter, QrVote, Slip
from testigo.slip.sample_slip import SamplePrinter, SampleSlip
from testigo.slip_reader import SlipReader

FULL = {"mayor": ("ana",), "council": ("c1", "c2"), "anthem": ("h3",)}


def slip_of(definition: Definition = DEFINITION, choices: dict[str, tuple[str, ...]] = FULL) -> Slip:
    station = definition.stations[0].id
    style = definition.styles_of_station(station)[0]
    return Slip(
        definition, station, Ballot.mark(definition, style, choices), new_slip_number(), definition.languages[0]
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def rendered(pdf: bytes, scale: float = 3) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=scale).to_pil().convert("L") for page in document]
    finally:
        document.close()


def test_it_says_the_same_and_is_as_long() -> None:
    slip = slip_of()
    sample = SampleSlip.of(slip)
    assert (
        sample.length() == slip.length()
        and Image.open(io.BytesIO(sample.png())).size == Image.open(io.BytesIO(slip.png())).size
    )
    assert sample.rows() == slip.rows() and sample.text_lines() == slip.text_lines()
    said = text_of(sample.pdf())
    for text in (
        "Elección de Villa",
        "Election of Villa",
        "Ana Ñandú",
        "Concejal 2",
        "MUESTRA",
        "SAMPLE",
        "0000-0000-0000",
    ):
        assert text.replace("-", "") in said.replace("-", "").replace("\r\n", ""), text
    assert slip.number not in said


@pytest.mark.parametrize("as_printed", ["png", "grey_png", "pdf"])
def test_no_reader_takes_it_while_it_takes_the_slip(as_printed: str) -> None:
    reader, slip = SlipReader(DEFINITION), slip_of()
    (vote,) = reader.read(getattr(slip, as_printed)())
    assert vote.refused is None and vote.choices.choices == FULL
    (reading,) = reader.read(getattr(SampleSlip.of(slip), as_printed)())
    assert reading.refused is not None and reading.choices is None


def test_no_reader_takes_one_of_any_election() -> None:
    for seed in range(6):
        definition = draw(seed, scripts=SCRIPTS, languages=("es", "en", "ar", "he")).definition()
        reading, *_ = SlipReader(definition).read(SampleSlip.of(slip_of(definition, {})).png())
        assert reading.refused is not None


def test_its_code_is_no_vote(tmp_path: Path) -> None:
    file = tmp_path / "sample.png"
    file.write_bytes(SampleSlip.of(slip_of()).png())
    (text,) = qr_texts_in(file)
    with pytest.raises(InvalidInput):
        QrVote.decode(text, DEFINITION)


def test_every_piece_of_it_bears_the_mark() -> None:
    """Wherever a hand's breadth is torn off, some of the mark is on it."""
    slip = slip_of()
    plain, marked = (np.asarray(Image.open(io.BytesIO(one.png()))) for one in (slip, SampleSlip.of(slip)))
    more = (plain & ~marked).sum(axis=1)
    piece = 8 * 60
    assert all(more[top : top + piece].sum() > 500 for top in range(0, len(more) - piece, 40))


def test_the_word_is_said_in_each_language_once() -> None:
    assert sample_words(("es", "en", "pt")) == ["MUESTRA", "SAMPLE", "AMOSTRA"]
    assert sample_words(("es", "es-VE", "xx")) == ["MUESTRA"]
    assert sample_words(("xx",)) == ["MUESTRA"]
    assert len(sample_words(("ar", "he", "fr"))) == 3
    many = msgspec.structs.replace(DEFINITION, languages=("es", "en", "pt", "fr"))
    said = text_of(SampleSlip.of(slip_of(many)).pdf())
    assert all(word in said for word in sample_words(many.languages))


def test_printers_print_samples(tmp_path: Path) -> None:
    printer, slip = SamplePrinter(FolderPrinter(tmp_path)), slip_of()
    assert printer.is_ready()
    printer.print_slip(slip)
    assert (tmp_path / f"{slip.number}.png").read_bytes() == SampleSlip.of(slip).png()


def test_any_document_is_stamped_on_every_page_and_its_text_stays() -> None:
    sheet = _two_pages()
    marked = stamped(sheet, ("es", "en"))
    assert marked == stamped(sheet, ("es", "en"))
    before, after = rendered(sheet, 1), rendered(marked, 1)
    assert [page.size for page in after] == [page.size for page in before] and len(after) == 2
    assert all(np.asarray(new).mean() < np.asarray(old).mean() - 1 for new, old in zip(after, before, strict=True))
    assert "Ana Ñandú" in text_of(marked) and text_of(marked).count("MUESTRA") >= 2


def _two_pages() -> bytes:
    document = pypdfium2.PdfDocument.new()
    for one in (slip_of(), slip_of()):
        document.import_pages(pypdfium2.PdfDocument(one.pdf()))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
