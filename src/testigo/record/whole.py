"""A published record as one file: a zip archive of its files, the same bytes for the same record."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from testigo.record.entry import MAX_ENTRY_SIZE
from testigo.record.log import CHECKPOINT, LOG_KEY, ROOT_KEY
from testigo.record.published import PublishedRecord
from testigo.record.source import open_source
from testigo.record.tiles import WIDTH, all_tiles

MOST_BYTES = 256 * 1024 * 1024
"""Of statements; a larger record is copied as a folder."""

FOLDER = "public"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The only time that every zip archive can hold: the record has its own times."""


def as_one_file(place: Path | str, record: PublishedRecord) -> bytes | None:
    """The files of a record that was read from that folder or address, under `public/`; None where it is too large.

    Raises what reading a tile raises: whoever reads a record again may find it gone.
    """
    if sum(len(envelope) for _, envelope in record.envelopes) > MOST_BYTES:
        return None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in _files(place, record):
            member = zipfile.ZipInfo(f"{FOLDER}/{path}", _EPOCH)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, data)
    return out.getvalue()


def _files(place: Path | str, record: PublishedRecord) -> Iterator[tuple[str, bytes]]:
    source = open_source(place)
    try:
        yield CHECKPOINT, record.checkpoint
        for name in (LOG_KEY, ROOT_KEY):
            yield name, source.read(name, 1024)
        yield from record.envelopes
        for path in (tile.path for tile in all_tiles(record.size)):
            yield path, source.read(path, WIDTH * MAX_ENTRY_SIZE)
    finally:
        source.close()
