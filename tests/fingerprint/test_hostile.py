"""What nobody would make in good faith: templates without shape, files that ask for more than they hold."""

import io
import itertools
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from testigo.errors import InvalidInput
from testigo.fingerprint import (
    FingerImage,
    Matcher,
    Template,
    best_match,
    decode_template,
    encode_template,
    match,
    prepare,
    synthetic,
)
from testigo.fingerprint.templates.formats import FORMATS

MOST = 255


def _template(x: object, y: object, *, size: int = 500, angle: object = 0, quality: int = 60) -> Template:
    x, y = np.broadcast_arrays(np.asarray(x), np.asarray(y))
    count = len(x)
    angles = np.broadcast_to(np.asarray(angle), count)
    return Template(size, size, x, y, angles, np.ones(count, int), np.full(count, quality))


def _crowd(seed: int, size: int = 500) -> Template:
    numbers = np.random.default_rng(seed)
    return _template(*numbers.integers(0, size, (2, MOST)), size=size, angle=numbers.integers(0, 256, MOST))


_LINE = np.arange(MOST)
_NOBODY = np.zeros(0, int)
SHAPES = {
    "none": _template(_NOBODY, _NOBODY),
    "one": _template([250], [250]),
    "two": _template([250, 280], [250, 260]),
    "two in one point": _template([250, 250], [250, 250]),
    "255 anywhere": _crowd(1),
    "255 in a square of 16": _template(_LINE % 16, _LINE // 16, size=16),
    "255 in one point": _template(np.full(MOST, 250), 250),
    "255 in one point, all directions": _template(np.full(MOST, 250), 250, angle=_LINE),
    "255 in one row": _template(_LINE, 250),
    "255 in one column": _template(250, _LINE),
    "255 on a diagonal": _template(_LINE, _LINE),
    "255 alike, evenly spread": _template(_LINE % 16 * 30, _LINE // 16 * 30),
    "255 in the corners": _template(_LINE % 2 * 16382, _LINE // 2 % 2 * 16382, size=16383),
    "255 far apart": _crowd(2, 16383),
    "255 of unknown quality": _template(_LINE % 16 * 20, _LINE // 16 * 20, angle=_LINE, quality=0),
    "an image of one pixel": _template(np.zeros(MOST, int), 0, size=1),
    "a finger twice over": _template(
        np.tile(_LINE[:127] * 3, 2), np.tile(_LINE[:127] * 37 % 400, 2), angle=_LINE[:254]
    ),
}


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations_with_replacement(SHAPES, 2)))
def test_any_two_templates_are_compared(first: str, second: str) -> None:
    for probe, candidate in ((first, second), (second, first)):
        result = match(SHAPES[probe], SHAPES[candidate])
        assert np.isfinite(result.score)
        for one, other in result.pairs:
            assert 0 <= one < len(SHAPES[probe]) and 0 <= other < len(SHAPES[candidate])


def test_too_little_never_matches() -> None:
    for name, other in itertools.product(("none", "one", "two", "two in one point"), SHAPES):
        assert not match(SHAPES[name], SHAPES[other]).matched
        assert not match(SHAPES[other], SHAPES[name]).matched


def test_shapes_are_searched_with_and_among_each_other() -> None:
    all_shapes = list(SHAPES.values())
    matcher = Matcher(all_shapes)
    for template in all_shapes:
        prepared = prepare(template)
        scores = matcher.scores(prepared)
        assert scores.shape == (len(all_shapes),) and np.isfinite(scores).all()
        best, result = best_match(prepared, all_shapes)
        assert 0 <= best < len(all_shapes) and np.isfinite(result.score)
    assert Matcher([]).scores(all_shapes[0]).shape == (0,)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_template_is_written_and_read(name: str, shape: str) -> None:
    record = encode_template(SHAPES[shape], name)
    again = decode_template(record)
    assert encode_template(again, name) == record
    assert again.x.tolist() == SHAPES[shape].x.tolist()


def test_a_finger_does_not_match_its_crowd(synthetic_templates: dict[tuple[int, int], Template]) -> None:
    for shape in SHAPES.values():
        assert not match(synthetic_templates[0, 0], shape).matched


# Decompression bombs: small files that would be large images.

_ALL = 60_000  # a side: 3.6 GB of greys


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 4, 19685, 19685, 256, 0)  # run-length coded
    colours = b"".join(bytes([grey, grey, grey, 0]) for grey in range(256))
    start = 14 + len(info) + len(colours)
    return b"BM" + struct.pack("<IHHI", start + 4, 0, 0, start) + info + colours + b"\xff\x00\x00\x01"


def _tiff(width: int, height: int, tile: int = 0) -> bytes:
    body = zlib.compress(bytes(100_000), 9)
    tags = [(256, width), (257, height), (258, 8), (259, 8), (262, 1), (277, 1)]
    tags += (
        [(322, tile), (323, tile), (324, 8), (325, len(body))] if tile else [(273, 8), (278, height), (279, len(body))]
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return struct.pack("<2sHI", b"II", 42, 8 + len(body)) + body + struct.pack("<H", len(tags)) + entries + bytes(4)


def _jpeg(width: int, height: int) -> bytes:
    file = bytearray(_file("JPEG"))
    frame = file.index(b"\xff\xc0")
    file[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(file)


def _file(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.tile(np.arange(120, dtype=np.uint8), (100, 1))).save(buffer, kind, **options)
    return buffer.getvalue()


def _jp2(*, outside: bool, inside: bool) -> bytes:
    file = bytearray(_file("JPEG2000"))
    if outside:
        at = file.index(b"ihdr") + 4
        file[at : at + 8] = struct.pack(">II", _ALL, _ALL)
    if inside:
        at = file.index(b"\xff\x4f\xff\x51") + 8
        file[at : at + 8] = struct.pack(">II", _ALL, _ALL)
        file[at + 16 : at + 24] = struct.pack(">II", _ALL, _ALL)
    return bytes(file)


def _jp2_in_tiles() -> bytes:
    file = bytearray(_file("JPEG2000"))
    at = file.index(b"\xff\x4f\xff\x51") + 24
    file[at : at + 8] = struct.pack(">II", 1, 1)
    return bytes(file)


def _wsq(width: int, height: int) -> bytes:
    return b"\xff\xa0\xff\xa2" + struct.pack(">HBBHHBHBHBH", 17, 0, 255, height, width, 0, 0, 0, 0, 0, 0) + bytes(100)


def _jpeg_in_scans() -> bytes:
    file = _file("JPEG", progressive=True)
    last = file[file.rindex(b"\xff\xda") : -2]
    return file[:-2] + last * 200 + file[-2:]


def _record(width: int, height: int, body: bytes, compression: int) -> bytes:
    view = struct.pack(">IBBBBBHHB", 14 + len(body), 7, 1, 1, 254, 0, width, height, 0) + body
    fields = struct.pack(">HHBBHHHHBBH", 0, 31, 1, 1, 500, 500, 500, 500, 8, compression, 0)
    return b"FIR\x00010\x00" + struct.pack(">HI", 0, 32 + len(view)) + fields + view


BOMBS = {
    "PNG": (_png(_ALL, _ALL), "too many pixels"),
    "PNG of 10,000 × 8,000": (_png(10_000, 8_000), "10,000 × 8,000 pixels is not that of one finger"),
    "BMP": (_bmp(_ALL, _ALL), "too many pixels"),
    "TIFF": (_tiff(_ALL, _ALL), "too many pixels"),
    "TIFF with a vast tile": (_tiff(100, 100, 65_520), "its tiles are too large"),
    "JPEG": (_jpeg(_ALL, _ALL), "too many pixels"),
    "JPEG in 200 scans": (_jpeg_in_scans(), "too many scans"),
    "JPEG 2000": (_jp2(outside=True, inside=True), "too many pixels"),
    "JPEG 2000 that is larger inside": (
        _jp2(outside=False, inside=True),
        "60,000 × 60,000 pixels is not that of one finger",
    ),
    "JPEG 2000 in tiles of a pixel": (_jp2_in_tiles(), "too many tiles"),
    "WSQ": (_wsq(_ALL, _ALL), "60,000 × 60,000 pixels is not that of one finger"),
    "record, raw": (_record(_ALL, _ALL, bytes(100), 0), "60,000 × 60,000 pixels is not that of one finger"),
    "record, packed": (_record(4000, 4000, bytes(100), 1), "do not have 100 bytes"),
    "record with a PNG": (_record(100, 100, _png(_ALL, _ALL), 5), "too many pixels"),
    "record with a WSQ": (_record(100, 100, _wsq(_ALL, _ALL), 2), "60,000 × 60,000 pixels is not that of one finger"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_what_it_says(name: str) -> None:
    data, words = BOMBS[name]
    assert len(data) < 100_000
    with pytest.raises(InvalidInput, match=words):
        FingerImage.read(data)


def test_no_bomb_takes_memory(tmp_path: Path) -> None:
    """All of them, in a process that may have no more than half a gigabyte beyond what its libraries take."""
    for number, (data, _) in enumerate(BOMBS.values()):
        (tmp_path / f"{number}.bin").write_bytes(data)
    script = """
import pathlib, resource, sys
from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage
taken = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 29),) * 2)
for path in pathlib.Path(sys.argv[1]).iterdir():
    try:
        FingerImage.read(path)
    except InvalidInput:
        continue
    sys.exit(f"{path.name} was read")
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120)


def test_the_largest_honest_images_are_read() -> None:
    greys = np.tile(np.arange(4096, dtype=np.uint16).astype(np.uint8), (4096, 1))
    for kind, options in (
        ("PNG", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("JPEG2000", {}),
        ("JPEG", {"progressive": True}),
    ):
        buffer = io.BytesIO()
        Image.fromarray(greys).save(buffer, kind, **options)
        assert FingerImage.read(buffer.getvalue()).width == 4096


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4"])
def test_compressed_tiff_is_decoded_apart(compression: str) -> None:
    picture = Image.fromarray(synthetic.generate(1, 0).pixels)
    if compression == "group4":
        picture = picture.convert("1")
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression=compression, dpi=(500, 500))
    image = FingerImage.read(buffer.getvalue())
    assert image.dpi == 500
    assert np.abs(image.pixels.astype(int) - np.asarray(picture.convert("L"))).mean() < 6


def test_run_length_coded_bmp_is_decoded_apart() -> None:
    greys = np.repeat(np.arange(100, dtype=np.uint8), 100).reshape(100, 100)
    runs = b"".join(bytes([100, row[0], 0, 0]) for row in greys[::-1]) + b"\x00\x01"  # from the bottom up
    file = bytearray(_bmp(100, 100)[:-4] + runs)
    file[2:6], file[34:38] = struct.pack("<I", len(file)), struct.pack("<I", len(runs))
    assert np.array_equal(FingerImage.read(bytes(file)).pixels, greys)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_modes_of_jpeg_2000_become_greys(mode: str) -> None:
    ramp = np.tile(np.arange(0, 240, 2, dtype=np.uint8), (100, 1))
    picture = Image.fromarray(ramp.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(ramp).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG2000")
    assert np.abs(FingerImage.read(buffer.getvalue()).pixels.astype(int) - ramp).max() <= 1
