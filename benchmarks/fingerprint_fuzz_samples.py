"""Valid inputs of every codec of the fingerprint room, to be damaged by `fingerprint_fuzz`. All are synthetic."""

import importlib
import io
import struct
from functools import cache

import numpy as np
from PIL import Image

from testigo.fingerprint import FingerImage, Position, Template, encode_template, synthetic

COUNTS = (0, 1, 12, 40, 255)
SIDE = 96  # small images are decoded by the thousand, and their headers are as large as any


@cache
def template_samples() -> dict[str, list[bytes]]:
    """By format: records of 0 to 255 minutiae, one with extended data and one with two fingers."""
    samples = {}
    for name in ("iso-2005", "iso-2011", "ansi-2004", "ansi-2009"):
        records = [encode_template(_template(count), name, position=Position.LEFT_INDEX) for count in COUNTS[::-1]]
        records += [_extended(records[2], name), _two_fingers(records[3], name)]
        samples[name] = records
    samples["iso-2005"].append(samples["iso-2005"][2].replace(b" 20", b"020", 1))
    samples["ansi-2009"].append(samples["ansi-2009"][2].replace(b"030", b"035", 1))
    return samples


@cache
def image_samples() -> dict[str, list[bytes]]:
    """By format: small images of each kind that the decoders have a path for."""
    grey = Image.fromarray(_pixels())
    colour, clear, deep = grey.convert("RGB"), grey.convert("RGBA"), Image.fromarray(_pixels().astype(np.uint16) * 257)
    image = FingerImage(_pixels())
    wsq = importlib.import_module("_wsq").compress(_pixels().tobytes(), SIDE, SIDE, 12)
    exif = Image.Exif()
    exif[282] = exif[283] = 500.0
    records = {edition: _records(image, edition) for edition in ("fir-2005", "fir-2011")}
    return {
        "png": [
            _file(picture, "PNG", dpi=(500, 500))
            for picture in (grey, grey.convert("1"), grey.convert("P"), clear, deep)
        ],
        "bmp": [_file(picture, "BMP", dpi=(500, 500)) for picture in (grey, grey.convert("1"), colour)],
        "tiff": [_file(picture, "TIFF", dpi=(500, 500)) for picture in (grey, grey.convert("1"), colour, deep)],
        "tiff-packed": [
            _file(grey, "TIFF", compression=how) for how in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
        ]
        + [_file(grey.convert("1"), "TIFF", compression="group4")],
        "jpeg": [
            _file(grey, "JPEG", dpi=(500, 500)),
            _file(grey, "JPEG", progressive=True),
            _file(colour, "JPEG", exif=exif),
        ],
        "jpeg2000": [
            _file(grey, "JPEG2000"),
            _file(grey, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[20]),
            _file(colour, "JPEG2000", tile_size=(48, 48)),
            _file(grey, "JPEG2000", no_jp2=True),
        ],
        "wsq": [wsq],
        **records,
    }


def _template(count: int) -> Template:
    numbers = np.random.default_rng(count)
    columns = [numbers.integers(0, limit, count) for limit in (400, 500, 256, 3, 101)]
    return Template(400, 500, *columns)


def _extended(record: bytes, name: str) -> bytes:
    """The record with ridge counts and cores behind its minutiae."""
    blocks = (
        struct.pack(">HHB", 1, 5 + 6, 0) + bytes([0, 1, 3, 1, 2, 5]) + struct.pack(">HHBHHB", 2, 10, 1, 200, 250, 0)
    )
    return _restated(record[:-2] + struct.pack(">H", len(blocks)) + blocks, name, 1)


def _two_fingers(record: bytes, name: str) -> bytes:
    start = {"iso-2005": 24, "ansi-2004": 26, "iso-2011": 15, "ansi-2009": 21}[name]
    view = bytearray(record[start:])
    view[{"iso-2011": 19}.get(name, 0)] = Position.RIGHT_THUMB
    return _restated(record + bytes(view), name, 2)


def _restated(record: bytes, name: str, views: int) -> bytes:
    """The record with its length and its number of views as they are now."""
    data = bytearray(record)
    if name == "ansi-2004":
        data[8:10], data[24] = struct.pack(">H", len(data)), views
    else:
        data[8:12] = struct.pack(">I", len(data))
    if name == "iso-2011":
        data[12:14] = struct.pack(">H", views)
        if views == 1:
            data[15:19] = struct.pack(">I", len(data) - 15)
    elif name != "ansi-2004":
        data[{"iso-2005": 22, "ansi-2009": 19}[name]] = views
    return bytes(data)


def _records(image: FingerImage, edition: str) -> list[bytes]:
    """Finger image records: raw, and with a PNG and a JPEG inside."""
    raw = image.to_bytes(edition, position=Position.LEFT_INDEX)
    header, code = (46, 29) if edition == "fir-2005" else (57, 46)
    records = [raw]
    for number, body in ((5, image.to_bytes("png")), (3, _file(Image.fromarray(image.pixels), "JPEG"))):
        data = bytearray(raw[:header] + body)
        data[code] = number
        if edition == "fir-2005":
            data[8:14], data[32:36] = struct.pack(">HI", 0, len(data)), struct.pack(">I", len(data) - 32)
        else:
            data[8:12], data[16:20] = struct.pack(">I", len(data)), struct.pack(">I", len(data) - 16)
            data[53:57] = struct.pack(">I", len(body))
        records.append(bytes(data))
    return records


@cache
def _pixels() -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    return synthetic.generate(1, 0).pixels[100 : 100 + SIDE, 100 : 100 + SIDE].copy()


def _file(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
