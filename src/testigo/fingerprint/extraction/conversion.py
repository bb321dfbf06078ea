"""Any format of this room into any other: templates, images, and an image into a template, which extracts it."""

from dataclasses import dataclass
from pathlib import Path

from testigo import storage
from testigo.errors import InvalidInput, TestigoError
from testigo.fingerprint.extraction.extractor import extract
from testigo.fingerprint.images import image_file, image_record
from testigo.fingerprint.images.image import WRITTEN_FORMATS, FingerImage
from testigo.fingerprint.parameters import IMAGE
from testigo.fingerprint.position import Position
from testigo.fingerprint.templates import formats
from testigo.fingerprint.templates.minutiae_record import MARK
from testigo.fingerprint.templates.template import Template
from testigo.words import Either

TARGETS = (*formats.FORMATS, *WRITTEN_FORMATS)
"""What can be written."""

BY_ENDING = {
    ".fmr": "iso-2005",
    ".png": "png",
    ".bmp": "bmp",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".fir": "fir-2011",
}
"""What a file is written as where only its name says so."""


@dataclass(frozen=True)
class Conversion:
    """`data`: what was asked for, in the format `to`, made of `content`, which was found in the format `source`.

    `position`: the finger, `None` where neither the source nor the caller knew it.
    """

    source: str
    to: str
    position: Position | None
    content: Template | FingerImage
    data: bytes


def convert(
    source: str | Path | bytes, to: str, *, dpi: int | None = None, position: Position | None = None
) -> Conversion:
    """Read a template or an image in any format, and give it in the format `to`, one of `TARGETS`.

    `dpi` overrules the resolution that the source states. `position`: the required finger, where a record has several;
    the finger it is, where a record or file does not know. Raises `InvalidInput` for what cannot be read, and for a
    template that is to become an image.
    """
    if to not in TARGETS:
        raise InvalidInput("format.unknown", format=to[:40], formats=Either(TARGETS))
    data, place = (source, "") if isinstance(source, bytes) else (_read(Path(source)), str(source))
    try:
        if data.startswith(MARK):
            return _from_template(data, to, dpi, position)
        return _from_image(data, to, dpi, position)
    except TestigoError as error:
        raise (error if error.place else error.at(place)) from None


def _from_template(data: bytes, to: str, dpi: int | None, position: Position | None) -> Conversion:
    if to in WRITTEN_FORMATS:
        raise InvalidInput("template.holds-no-image", format=to, formats=Either(formats.FORMATS))
    view = formats.choose(formats.decode_all(data, dpi), position)
    position = view.position or position
    record = formats.encode_template(view.template, to, position=position)
    return Conversion(formats.name_of(data), to, position, view.template, record)


def _from_image(data: bytes, to: str, dpi: int | None, position: Position | None) -> Conversion:
    image = FingerImage.read(data, dpi=dpi, position=position)
    if data.startswith(image_record.MARK):
        source = image_record.name_of(data)
        position = image_record.choose(image_record.read_views(data), position).position or position
    else:
        source = image_file.name_of(data)
    if to in WRITTEN_FORMATS:
        return Conversion(source, to, position, image, image.to_bytes(to, position=position))
    template = extract(image)
    return Conversion(source, to, position, template, formats.encode_template(template, to, position=position))


def _read(path: Path) -> bytes:
    return storage.read(path, limit=IMAGE.most_bytes)
