"""A photograph of a voter's face: for people who look at it, never for a machine that compares.

It is a second means where a finger does not match: the chair sees who was enrolled. Whatever came in is decoded, turned
as its Exif orientation says, made small and encoded again, so that nothing but pixels is kept: no place, no time, no
camera. It is kept as fingers are, encrypted and tied to the document number, one for each voter, and goes with them
where the law demands it.
"""

import io
from typing import Any, Final

from PIL import Image, ImageOps
from sqlalchemy import Connection, delete, func, insert, select, update

from testigo.canonical import utc_now
from testigo.errors import InvalidInput
from testigo.register.tables import is_voting, photographs, voters
from testigo.register.vault import PrintAddress, RegisterKey

LARGEST_FILE: Final = 12 * 1024 * 1024
"""Bytes of what is taken in."""

MOST_PIXELS: Final = 50_000_000
SIZE: Final = (192, 256)
"""Width and height that a photograph fits into: enough to know a face by."""

LARGEST: Final = 8 * 1024
"""Bytes of one that is kept: 1,000 voters make 8 MB of a poll book, less than their fingers often are."""

_FORMATS: Final = ("JPEG", "PNG")
_LEAST_SIDE: Final = 60
_QUALITIES: Final = (75, 60, 45, 30, 15)


def prepared(data: bytes) -> bytes:
    """A JPEG of at most `LARGEST` bytes; raises `InvalidInput` for what is not a photograph in JPEG or PNG."""
    if len(data) > LARGEST_FILE:
        raise InvalidInput("photograph.too-large", most=LARGEST_FILE >> 20)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise InvalidInput("photograph.too-large", most=LARGEST_FILE >> 20)
            if min(width, height) < _LEAST_SIDE:
                raise InvalidInput("photograph.too-small", least=_LEAST_SIDE)
            picture.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))
            picture.load()
            face = ImageOps.exif_transpose(picture).convert("RGB")
    except InvalidInput:
        raise
    except Exception as error:  # decoders of outside bytes fail in every way there is
        raise InvalidInput("photograph.unreadable") from error
    face.thumbnail(SIZE)
    return _smallest_good(Image.frombytes("RGB", face.size, face.tobytes()))  # pixels alone


def _smallest_good(face: Image.Image) -> bytes:
    for quality in _QUALITIES:
        with io.BytesIO() as file:
            face.save(file, "JPEG", quality=quality, optimize=True)
            if file.tell() <= LARGEST:
                return file.getvalue()
    raise InvalidInput("photograph.unreadable")


def keep(connection: Connection, row: Any, officer: str, jpeg: bytes, key: RegisterKey) -> None:
    """Keep the voter's photograph in place of the one before."""
    remove(connection, row.id)
    sealed = key.encrypt(jpeg, "photograph", _address(row.document))
    told = {"voter": row.id, "officer": officer, "at": utc_now(), "image": sealed}
    connection.execute(insert(photographs), told)


def of_voter(connection: Connection, row: Any, key: RegisterKey) -> bytes | None:
    """The voter's photograph as JPEG; None where there is none."""
    sealed = connection.scalar(select(photographs.c.image).where(photographs.c.voter == row.id))
    return None if sealed is None else key.decrypt(sealed, "photograph", _address(row.document))


def of_station(connection: Connection, station: str, key: RegisterKey) -> dict[str, bytes]:
    """Document number → JPEG, of the voters of a station who have one."""
    query = select(voters.c.document, photographs.c.image).join(photographs, photographs.c.voter == voters.c.id)
    rows = connection.execute(query.where(voters.c.station == station, is_voting()))
    return {row.document: key.decrypt(row.image, "photograph", _address(row.document)) for row in rows}


def ids_of_station(connection: Connection, station: str) -> dict[str, int]:
    """Document number → id of the photograph."""
    query = select(voters.c.document, photographs.c.id).join(photographs, photographs.c.voter == voters.c.id)
    return {row.document: row.id for row in connection.execute(query.where(voters.c.station == station))}


def rebind(connection: Connection, voter: int, before: str, document: str, key: RegisterKey) -> None:
    """Tie the ciphertext to another document number."""
    sealed = connection.scalar(select(photographs.c.image).where(photographs.c.voter == voter))
    if sealed is not None:
        plain = key.decrypt(sealed, "photograph", _address(before))
        again = key.encrypt(plain, "photograph", _address(document))
        connection.execute(update(photographs).where(photographs.c.voter == voter).values(image=again))


def remove(connection: Connection, voter: int) -> None:
    """Delete it, where there is one."""
    connection.execute(delete(photographs).where(photographs.c.voter == voter))


def count(connection: Connection, voter: int) -> int:
    """How many the register has of a voter: none or one."""
    return connection.scalar(select(func.count()).where(photographs.c.voter == voter)) or 0


def _address(document: str) -> PrintAddress:
    return PrintAddress(document, 0, 0, 0)
