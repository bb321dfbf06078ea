"""A training day through its pages: every page and every paper says that it is a sample, and its papers count."""

from pathlib import Path

import numpy as np
import pypdfium2  # type: ignore[import-untyped]

from testigo.ballot import tally_ballots, tally_qr
from testigo.keys import PublicKey
from testigo.scan.codes import qr_texts_in
from testigo.station.machine.folder import read_settings
from testigo.training import Training, count_papers
from training_day import TrainingDay

WORDS = ("MUESTRA", "SAMPLE")


def texts_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def test_every_page_is_marked(day: TrainingDay) -> None:
    seen = {page.name for page in day.pages}
    expected = {"station", "find", "finger", "matched", "welcome", "language", "contest", "review", "printed", "spoil"}
    assert expected | {"thanks", "readiness", "tally-sheet"} <= seen
    for page in day.pages:
        text = page.content.decode()
        assert 'class="sample-mark"' in text and all(word in text for word in WORDS), page.path


def test_every_sheet_is_marked_on_every_page(day: TrainingDay, made: Training) -> None:
    papers = {**day.pdfs, **{name: (made.paper / f"{name}.pdf").read_bytes() for name in ("cards", "pin-slips")}}
    kept = {path.stem: path.read_bytes() for path in (day.place.folder / "chair" / "paper").glob("*.pdf")}
    assert {"zero-report", "tally-sheet"} <= set(kept)
    for name, pdf in [*papers.items(), *kept.items()]:
        pages = texts_of(pdf)
        assert pages and all(text.count(word) >= 2 for text in pages for word in WORDS), name


def test_the_slip_says_it_large_and_in_every_contest(day: TrainingDay) -> None:
    (text,) = texts_of(day.printer.slips[-1].pdf())
    contests = len(day.printer.slips[-1].ballot.choices)
    assert all(text.count(word) >= contests + 2 for word in WORDS)


def test_the_training_counts_its_own_papers(day: TrainingDay, tmp_path: Path) -> None:
    files = []
    for slip in (day.printer.slips[0], day.printer.slips[2]):  # the one between was spoiled
        files.append(tmp_path / f"{slip.number}.png")
        files[-1].write_bytes(slip.png())
    counted = count_papers(day.place.folder, [*files, files[0]])
    chosen = [day.printer.slips[0].ballot, day.printer.slips[2].ballot]
    assert (counted.read, counted.refused) == (2, [])
    assert counted.tally == tally_ballots(counted.definition, "s1", chosen)


def test_a_blank_sheet_is_refused_with_its_reason(day: TrainingDay, tmp_path: Path) -> None:
    file = tmp_path / "blank.png"
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.fromarray(np.full((800, 576), 255, np.uint8)).save(made, "PNG")
    file.write_bytes(made.getvalue())
    counted = count_papers(day.place.folder, [file])
    assert counted.read == 0 and len(counted.refused) == 1


def test_the_codes_under_the_mark_can_be_read(day: TrainingDay, made: Training, tmp_path: Path) -> None:
    file = tmp_path / "tally-sheet.pdf"
    file.write_bytes(day.pdfs["tally-sheet"])
    codes = [text for text in qr_texts_in(file) if tally_qr.is_code(text)]
    settings = read_settings(day.place.folder / "chair")
    assert codes and PublicKey.from_hex(settings.root)
    cards = made.paper / "cards.pdf"
    assert len([text for text in qr_texts_in(cards) if text.startswith("TESTIGO1")]) == 5 + 8


def test_of_the_made_up_voters_one_is_barred_and_one_has_no_finger(made: Training) -> None:
    assert [voter.document for voter in made.voters] == ["1001", "1002", "1003", "1004", "1005"]
    assert [bool(voter.fingers) for voter in made.voters] == [True, True, True, False, True]
    assert [voter.barred is None for voter in made.voters] == [True, True, True, True, False]
