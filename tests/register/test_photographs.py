"""A photograph of the face: made small, without what the camera wrote, encrypted, in the poll book, for people only."""

import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine, text

from raising import raises_code
from testigo.election import Definition
from testigo.errors import InvalidInput
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, make_poll_book
from testigo.register.photographs import LARGEST, SIZE, prepared


def _face(width: int = 900, height: int = 1200, *, format: str = "JPEG", mode: str = "RGB", **how: object) -> bytes:
    """Noise, which is the hardest to keep small, with a white upper half."""
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    pixels[: height // 2] = 255
    with io.BytesIO() as file:
        Image.fromarray(pixels).convert(mode).save(file, format, **how)
        return file.getvalue()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Villa"
    return exif.tobytes()


@pytest.mark.parametrize(
    "data",
    [
        _face(),
        _face(format="PNG"),
        _face(format="PNG", mode="P"),
        _face(mode="CMYK"),
        _face(mode="L"),
        _face(60, 4000),
        _face(4000, 3000),
    ],
)
def test_it_is_kept_small(data: bytes) -> None:
    made = prepared(data)
    assert len(made) <= LARGEST
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert picture.width <= SIZE[0] and picture.height <= SIZE[1]


def test_what_the_camera_wrote_is_gone_and_the_picture_is_turned() -> None:
    made = prepared(_face(exif=_exif(3), comment=b"lives in Calle 5"))
    assert b"Camera" not in made and b"Calle" not in made and b"Exif" not in made
    with Image.open(io.BytesIO(made)) as picture:
        grey = np.asarray(picture.convert("L"))
    assert grey[: len(grey) // 3].std() > 5 > grey[-len(grey) // 3 :].std()  # the white half is below now


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photograph.unreadable"),
        (b"no image", "photograph.unreadable"),
        (_face()[:5000], "photograph.unreadable"),
        (_face(format="TIFF"), "photograph.unreadable"),
        (_face(59, 200), "photograph.too-small"),
        (b"\xff\xd8" + bytes(13 << 20), "photograph.too-large"),
    ],
)
def test_what_is_no_photograph(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        prepared(data)
    assert caught.value.code == code and caught.value.hint


def test_too_many_pixels_are_not_decoded() -> None:
    with io.BytesIO() as file:
        Image.new("1", (60_000, 60_000)).save(file, "PNG")
        data = file.getvalue()
    with pytest.raises(InvalidInput):
        prepared(data)


def test_it_is_encrypted_and_goes_where_the_voter_goes(
    register: Register, database: Engine, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    face = _face()
    register.keep_photograph("200", face, "maria")
    register.keep_photograph("200", face, "maria")  # in place of the first
    assert register.photograph("200") == prepared(face) and register.voter("200").photographed
    with database.connect() as connection:
        (kept,) = connection.scalars(text("SELECT image FROM photograph")).all()
    assert prepared(face)[:40] not in bytes(kept)
    book = make_poll_book(register, "s2", check_in.public, centre)
    opened = PollBook.open(book, definition.digest, "s2", check_in, centre.public)
    assert opened.voters["200"].photograph == prepared(face) and opened.voters["201"].photograph is None
    register.correct("200", "maria", "misread", number="205")
    assert not register.poll_books()[0].current and register.photograph("205") == prepared(face)
    with database.begin() as connection:
        connection.execute(text("UPDATE photograph SET voter = (SELECT id FROM voter WHERE document = '201')"))
    with raises_code(InvalidInput, "enrolled-photograph.changed", finger=0):
        register.photograph("201")
    with database.begin() as connection:
        connection.execute(text("UPDATE photograph SET voter = (SELECT id FROM voter WHERE document = '205')"))
    register.erase("205", "eva", "court order", "order 1")
    assert register.photograph("205") is None and not register.voter("205").photographed
