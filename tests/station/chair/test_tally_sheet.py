"""The tally sheet on paper: its QR code read back from the page, and who cheats with it. (Its size:
`test_tally_sheet_size`.)"""

import re
import time

import pypdfium2
import pytest
import zxingcpp

from testigo.ballot import reasons, tally_ballots, tally_qr
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey
from testigo.record import open_statement
from testigo.words import day


@pytest.fixture
def closed(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0], "beto")
    place.chair.close_polls()
    return place


def digest_of(closed):
    return open_statement(closed.chair.tally_sheet_json(), closed.chair.folder.key.public).digest


def pages(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        images = [page.render(scale=3).to_pil() for page in document]
        return images, "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_page_says_what_was_signed(closed):
    sheet, definition = closed.chair.tally_sheet(), closed.chair.definition
    (image, *_), text = pages((closed.folder / "chair" / "paper" / "tally-sheet.pdf").read_bytes())
    for words in ("Acta de escrutinio", "Beto Rey", "Ana Ñandú · SOL", "Cuadre", "Registrados en la urna"):
        assert words in text
    (code,) = zxingcpp.read_barcodes(image)
    totals = tally_qr.join(definition, [tally_qr.open_code(code.text, definition, closed.chair.folder.key.public)])
    assert totals.tally == sheet.tally and totals.station == "s1" and totals.kind == "tally-sheet"
    assert totals.sheet == digest_of(closed) and not totals.of_body


def test_differences_are_on_the_page(place):
    codes = place.to_open()
    place.vote(codes[0])
    place.chair.close_polls({"checked_in=cards_used": "Tarjeta encontrada en el piso"})
    _, text = pages(place.chair.tally_sheet_pdf())
    assert "Diferencias" in text and "Tarjeta encontrada" in text


@pytest.fixture
def in_la_paz(monkeypatch):
    monkeypatch.setenv("TZ", "America/La_Paz")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_spanish_page_has_no_english_word_and_local_times(place, in_la_paz):
    """What the station itself writes into a signed reason is English there, and Spanish on paper."""
    codes = place.to_open()
    place.release("103")
    place.booth.accept_card(codes[0])
    place.chair.sessions.void("voter-ill")
    place.vote(codes[1])
    place.chair.close_polls({"checked_in=cards_used": "Tarjeta hallada"})
    sheet = place.chair.tally_sheet()
    assert "void-session: 1 voter-ill" in sheet.reconciliation.reasons.values() and sheet.opened.endswith("Z")
    _, text = pages(place.chair.tally_sheet_pdf())
    assert "sesiones terminadas sin voto: 1 (el votante se indispuso)" in " ".join(text.split())
    assert text.count("(UTC−04:00)") == 2 and sheet.opened not in text
    assert "Máquina de votación" in text and day(place.chair.definition.date, "es") in text
    english = {"void", "session", "voter", "ill", "chair", "booth", "check", "in", "lost", "the", "of", "and", "Z"}
    assert not english & set(re.findall(r"\w+", text))


def test_a_lost_check_in_is_said_in_the_pages_language(place):
    for language, words in (("es", "la identificación no pudo firmar"), ("en", "the check-in could not sign")):
        said = reasons.in_words("check-in lost: se quemó; void-session: 2 other, 1 x-y; por la lluvia", language)
        assert said.startswith(words) and "se quemó; " in said and said.endswith("; por la lluvia")
        assert "1 (x-y)" in said and "void-session" not in said
    assert reasons.in_words("", "es") == ""


def test_zero_report_has_a_code_of_its_own(closed):
    chair = closed.chair
    (image, *_), text = pages((closed.folder / "chair" / "paper" / "zero-report.pdf").read_bytes())
    signed = open_statement(
        (closed.folder / "chair" / "statements" / "zero-report.json").read_bytes(), chair.folder.key.public
    )
    (code,) = zxingcpp.read_barcodes(image)
    totals = tally_qr.join(chair.definition, [tally_qr.open_code(code.text, chair.definition, chair.folder.key.public)])
    assert totals.kind == "zero-report" and totals.sheet == signed.digest
    assert totals.tally == tally_ballots(chair.definition, "s1", ())
    assert "Acta cero" in text and signed.digest in text and chair.folder.key.public.key_id[:16] in text


def test_forged_codes_are_refused(closed):
    sheet, definition, key = closed.chair.tally_sheet(), closed.chair.definition, closed.chair.folder.key
    (text,) = tally_qr.encode(definition, sheet, digest_of(closed), key)
    parts = text.split(":")
    for place, other in ((3, "0" * 64), (4, "1/2"), (5, parts[5].replace("1", "2", 1)), (2, "1"), (0, "Z3")):
        changed = ":".join([*parts[:place], other, *parts[place + 1 :]])
        with pytest.raises((InvalidSignature, InvalidInput)):
            tally_qr.open_code(changed, definition, key.public)
    (foreign,) = tally_qr.encode(definition, sheet, digest_of(closed), SigningKey.generate())
    with pytest.raises(InvalidSignature):
        tally_qr.open_code(foreign, definition, key.public)
    with pytest.raises(InvalidInput, match="another election"):
        tally_qr.open_code(text.replace(parts[1], "0" * 16), definition, key.public)
    for nonsense in (
        "",
        "T2",
        "T2:" * 6,
        "T4" + text[2:],
        text[:-1],
        text + ":",
        "9" * 5000,
        "T2::::::",
        text.replace(".", ""),
    ):
        with pytest.raises(TestigoError):
            tally_qr.open_code(nonsense, definition, key.public)
