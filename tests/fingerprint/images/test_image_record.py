"""Finger image records (ISO/IEC 19794-4) and what image files say of their resolution."""

import io
import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage, Position
from testigo.fingerprint.images.image_record import read_views

Greys = NDArray[np.uint8]


def _greys(width: int = 70, height: int = 90, seed: int = 1) -> Greys:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def _file(kind: str, pixels: Greys, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def _finger(position: int, width: int, height: int, body: bytes) -> bytes:
    return struct.pack(">IBBBBBHHB", 14 + len(body), position, 1, 1, 254, 0, width, height, 0) + body


def _record_2005(
    *fingers: bytes, compression: int = 0, depth: int = 8, units: int = 1, resolution: int = 500, product: bytes = b""
) -> bytes:
    fields = struct.pack(">HHBBHHHHBBH", 0, 31, min(len(fingers), 255), units, *[resolution] * 4, depth, compression, 0)
    views = b"".join(fingers)
    return (
        b"FIR\x00010\x00"
        + struct.pack(">HI", 0, 14 + len(product) + len(fields) + len(views))
        + product
        + fields
        + views
    )


def _record_2011(
    body: bytes,
    *,
    width: int = 70,
    height: int = 90,
    compression: int = 0,
    depth: int = 8,
    units: int = 1,
    resolution: int = 500,
    certificates: int | None = None,
    after: bytes = b"",
) -> bytes:
    view = b"\xff" * 9 + struct.pack(">BHHB", 0, 0, 0, 1) + struct.pack(">BHH", 50, 15, 15)
    if certificates is not None:
        view += bytes([certificates]) + bytes(3 * certificates)
    view += struct.pack(
        ">BBBHHHHBBBHHI", 7, 0, units, *[resolution] * 4, depth, compression, 29, width, height, len(body)
    )
    view += body + after
    view = struct.pack(">I", 4 + len(view)) + view
    return b"FIR\x00020\x00" + struct.pack(">IHBB", 16 + len(view), 1, certificates is not None, 1) + view


@settings(max_examples=60, deadline=None)
@given(
    st.integers(64, 200),
    st.integers(64, 200),
    st.integers(200, 2000),
    st.sampled_from(["fir-2005", "fir-2011", "png", "bmp", "tiff"]),
    st.sampled_from(list(Position)),
)
def test_what_is_written_is_read(width: int, height: int, dpi: int, name: str, position: Position) -> None:
    image = FingerImage(_greys(width, height, dpi), dpi)
    again = FingerImage.read(image.to_bytes(name, position=position))
    assert np.array_equal(again.pixels, image.pixels)
    assert again.dpi == dpi


def test_a_record_of_2005_is_laid_out_as_the_standard_says() -> None:
    record = FingerImage(_greys(), 1000).to_bytes("fir-2005", position=Position.LEFT_INDEX)
    assert record[:8] == b"FIR\x00010\x00"
    assert struct.unpack(">HI", record[8:14]) == (0, len(record))
    assert struct.unpack(">HHBBHHHHBBH", record[14:32]) == (0, 40, 1, 1, 1000, 1000, 1000, 1000, 8, 0, 0)
    assert struct.unpack(">IBBBBBHHB", record[32:46]) == (14 + 6300, 7, 1, 1, 254, 0, 70, 90, 0)
    assert record[46:] == _greys().tobytes()


def test_a_record_of_2011_is_laid_out_as_the_standard_says() -> None:
    taken = datetime(2026, 11, 21, 10, 30, 15, 250_000, tzinfo=UTC)
    record = FingerImage(_greys()).to_bytes("fir-2011", position=Position.LEFT_INDEX, captured=taken)
    assert record[:8] == b"FIR\x00020\x00"
    assert struct.unpack(">IHBB", record[8:16]) == (len(record), 1, 0, 1)
    assert struct.unpack(">I", record[16:20]) == (len(record) - 16,)
    assert struct.unpack(">HBBBBBH", record[20:29]) == (2026, 11, 21, 10, 30, 15, 250)
    assert struct.unpack(">BHHB", record[29:35]) == (0, 0, 0, 0)
    fields = struct.unpack(">BBBHHHHBBBHHI", record[35:57])
    assert fields == (7, 0, 1, 500, 500, 500, 500, 8, 0, 29, 70, 90, 6300)
    assert record[57:] == _greys().tobytes()
    assert FingerImage(_greys()).to_bytes("fir-2011")[20:29] == b"\xff" * 9


@pytest.mark.parametrize(
    ("name", "size", "position", "compression"),
    [
        ("FingerPrintRight_Index.iso", (266, 378), Position.RIGHT_INDEX, 4),
        ("FingerPrintRight_Thumb.iso", (413, 385), Position.RIGHT_THUMB, 4),
        ("info_left_index_auth_jp2000.iso", (280, 448), None, 4),
        ("info_left_index_registration_jp2000.iso", (280, 448), Position.LEFT_INDEX, 5),
        ("info_left_thumb_auth_wsq.iso", (545, 622), None, 2),
    ],
)
def test_records_of_other_programs_are_read(
    shared_data: Path, name: str, size: tuple[int, int], position: Position | None, compression: int
) -> None:
    data = (shared_data / "fingerprints" / "formats" / name).read_bytes()
    (view,) = read_views(data)
    assert (view.position, view.compression, view.dpi) == (position, compression, (500, 500))
    image = FingerImage.read(data)
    assert (image.width, image.height) == size
    assert image.dpi == 500  # the record's; JPEG 2000 inside says 1000 in two of them
    assert image.pixels.std() > 40


def test_the_image_in_a_record_is_the_image_outside(shared_data: Path) -> None:
    folder = shared_data / "fingerprints" / "formats"
    for record, file in (
        ("info_left_thumb_auth_wsq.iso", "info_left_thumb_auth.wsq"),
        ("info_left_index_auth_jp2000.iso", "info_left_index_auth.jp2"),
    ):
        inside, outside = FingerImage.read(folder / record), FingerImage.read(folder / file)
        assert np.array_equal(inside.pixels, outside.pixels)


@pytest.mark.parametrize("code", [3, 4, 5, 6])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "JPEG2000"])
def test_an_image_inside_says_itself_what_it_is(code: int, kind: str) -> None:
    """Programs disagree on the numbers: 5 is PNG in 2005 and lossless JPEG 2000 in 2011."""
    pixels = np.tile(np.linspace(0, 255, 70, dtype=np.uint8), (90, 1))
    body = _file(kind, pixels)
    for record in (_record_2005(_finger(7, 70, 90, body), compression=code), _record_2011(body, compression=code)):
        assert np.abs(FingerImage.read(record).pixels.astype(int) - pixels).max() < 8


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 16), st.integers(64, 80), st.integers(64, 80), st.booleans(), st.booleans(), st.integers(0, 9))
def test_raw_and_packed_pixels(depth: int, width: int, height: int, packed: bool, by_row: bool, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 1 << depth, (height, width))
    if packed:
        bits = (values[..., None] >> np.arange(depth - 1, -1, -1)) & 1
        body = np.packbits(bits.reshape(height, -1), axis=1) if by_row else np.packbits(bits)
    else:
        body = values.astype(">u2" if depth > 8 else "u1")
    record = _record_2011(body.tobytes(), width=width, height=height, compression=int(packed), depth=depth)
    assert np.array_equal(FingerImage.read(record).pixels, values * 255 // ((1 << depth) - 1))


@pytest.mark.parametrize(
    ("units", "resolution", "dpi"), [(1, 500, 500), (1, 1000, 1000), (2, 197, 500), (2, 196, 500), (2, 394, 1001)]
)
def test_resolution_by_the_records_unit(units: int, resolution: int, dpi: int) -> None:
    body = _greys().tobytes()
    assert FingerImage.read(_record_2011(body, units=units, resolution=resolution)).dpi == dpi
    assert FingerImage.read(_record_2005(_finger(7, 70, 90, body), units=units, resolution=resolution)).dpi == dpi
    assert FingerImage.read(_record_2011(body, units=units, resolution=resolution), dpi=700).dpi == 700


def test_where_the_record_states_no_resolution_the_image_may() -> None:
    body = _file("PNG", _greys(), dpi=(1000, 1000))
    assert FingerImage.read(_record_2011(body, compression=6, resolution=0)).dpi == 1000
    assert FingerImage.read(_record_2011(body, compression=6, resolution=500)).dpi == 500


def test_one_finger_of_several_is_chosen() -> None:
    first, second = _greys(70, 90, 1), _greys(80, 100, 2)
    record = _record_2005(_finger(7, 70, 90, first.tobytes()), _finger(2, 80, 100, second.tobytes()))
    assert np.array_equal(FingerImage.read(record, position=Position.RIGHT_INDEX).pixels, second)
    with pytest.raises(InvalidInput, match="2 images: left index finger and right index finger; say which"):
        FingerImage.read(record)
    with pytest.raises(
        InvalidInput, match="no image of the left thumb, but of: left index finger and right index finger"
    ):
        FingerImage.read(record, position=Position.LEFT_THUMB)


def test_records_of_the_american_standard_are_read() -> None:
    record = _record_2005(_finger(7, 70, 90, _greys().tobytes()), product=bytes.fromhex("01030000"))
    assert np.array_equal(FingerImage.read(record).pixels, _greys())


def test_certificates_and_what_follows_the_image_are_passed_over() -> None:
    for certificates in (0, 2):
        record = _record_2011(_greys().tobytes(), certificates=certificates, after=b"\x00\x01\x00\x08abcd")
        assert np.array_equal(FingerImage.read(record).pixels, _greys())


_WHOLE = _greys().tobytes()


@pytest.mark.parametrize(
    ("record", "code", "values"),
    [
        (b"FIR\x00", "image-record.not-of-the-standard", {}),
        (b"FIR\x00010\x00", "image-record.too-short", {}),
        (b"FIR\x00020\x00\x00\x00", "image-record.too-short", {}),
        (b"FIR\x00990\x00" + bytes(50), "image-record.not-of-the-standard", {}),
        (
            _record_2005(_finger(7, 70, 90, _WHOLE)) + b"\0",
            "image-record.other-length",
            {"stated": 6346, "length": 6347},
        ),
        (_record_2011(_WHOLE) + b"\0", "image-record.other-length", {"stated": 6362, "length": 6363}),
        (_record_2005(), "image-record.no-image", {}),
        (_record_2005(*[_finger(7, 70, 90, b"")] * 1025), "image-record.too-many-images", {"most": 1024}),
        (_record_2005(_finger(13, 70, 90, _WHOLE)), "image-record.more-than-one-finger", {}),
        (_record_2005(_finger(7, 70, 90, _WHOLE), units=3), "image-record.unknown-unit", {"unit": 3}),
        (
            _record_2005(_finger(7, 70, 90, _WHOLE), compression=9),
            "image-record.unknown-compression",
            {"compression": 9},
        ),
        (_record_2005(_finger(7, 70, 90, _WHOLE), depth=0), "image-record.unknown-depth", {"depth": 0}),
        (_record_2005(_finger(7, 70, 90, _WHOLE[:-1])), "image-record.other-pixels", {"length": 6299}),
        (_record_2005(_finger(7, 60000, 60000, _WHOLE)), "image.wrong-size", {"width": 60000, "height": 60000}),
        (_record_2011(_WHOLE, compression=2), "image.unreadable", {}),
        (
            _record_2011(_file("PNG", _greys()), compression=6, width=71),
            "image-record.other-size",
            {"width": 71, "height": 90, "found_width": 70, "found_height": 90},
        ),
        (_record_2011(_record_2011(_WHOLE), compression=6), "image.unreadable", {}),  # one record inside another
    ],
)
def test_wrong_records_are_named(record: bytes, code: str, values: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "finger.fir"
    file.write_bytes(record)
    with pytest.raises(InvalidInput) as raised:
        FingerImage.read(file)
    assert raised.value.code == code and raised.value.place == str(file) and raised.value.hint
    assert values.items() <= raised.value.message.values.items()


def test_a_length_that_lies_is_named() -> None:
    record = bytearray(_record_2005(_finger(7, 70, 90, _WHOLE)))
    record[32:36] = b"\xff\xff\xff\xff"
    with pytest.raises(InvalidInput, match="states 4,294,967,295 bytes, which are not there"):
        FingerImage.read(bytes(record))
    record = bytearray(_record_2011(_WHOLE))
    record[-6304:-6300] = b"\xff\xff\xff\xff"
    with pytest.raises(InvalidInput, match="states 4,294,967,295 bytes, which are not there"):
        FingerImage.read(bytes(record))


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.data())
def test_damaged_records_give_an_image_or_a_sentence(newer: bool, data: st.DataObject) -> None:
    damaged = bytearray(_record_2011(_WHOLE) if newer else _record_2005(_finger(7, 70, 90, _WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, 80))] = data.draw(st.integers(0, 255))
    try:
        FingerImage.read(bytes(damaged))
    except InvalidInput as error:
        assert str(error).endswith(".")


# What files say of their resolution.


def _exif(resolution: float, unit: int) -> Image.Exif:
    exif = Image.Exif()
    exif[282] = exif[283] = resolution
    exif[296] = unit
    return exif


@pytest.mark.parametrize("dpi", [500, 508, 1000])
@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG"])
def test_the_fields_of_each_format(kind: str, dpi: int) -> None:
    assert FingerImage.read(_file(kind, _greys(), dpi=(dpi, dpi))).dpi == dpi


@pytest.mark.parametrize(("per_cm", "dpi"), [(394, 1001), (200, 508)])
def test_centimetres(per_cm: int, dpi: int) -> None:
    tiff = _file("TIFF", _greys(), resolution=per_cm, resolution_unit=3)
    assert FingerImage.read(tiff).dpi == dpi
    jpeg = bytearray(_file("JPEG", _greys(), dpi=(per_cm, per_cm)))
    jpeg[jpeg.index(b"JFIF\0") + 7] = 2  # the unit
    assert FingerImage.read(bytes(jpeg)).dpi == dpi
    assert FingerImage.read(_file("JPEG", _greys(), exif=_exif(per_cm, 3))).dpi == dpi


def test_exif_where_jfif_has_a_screens_resolution() -> None:
    assert FingerImage.read(_file("JPEG", _greys(), dpi=(72, 72), exif=_exif(1000, 2))).dpi == 1000
    assert FingerImage.read(_file("JPEG", _greys(), dpi=(72, 72), exif=_exif(394, 3))).dpi == 1001
    assert FingerImage.read(_file("JPEG", _greys(), dpi=(500, 500), exif=_exif(1000, 2))).dpi == 500
    assert FingerImage.read(_file("JPEG", _greys(), dpi=(72, 72), exif=_exif(72, 2))).dpi == 500


@pytest.mark.parametrize(
    "options", [{}, {"resolution": 1000, "resolution_unit": 1}, {"dpi": (1000, 500)}, {"dpi": (96, 96)}]
)
def test_what_is_no_resolution_counts_as_500(options: dict[str, object]) -> None:
    assert FingerImage.read(_file("TIFF", _greys(), **options)).dpi == 500


def _with_resolution(jp2: bytes, kind: bytes, numerator: int, denominator: int, exponent: int) -> bytes:
    """A JPEG 2000 file with a resolution box put into its header: ISO/IEC 15444-1, I.5.3.7."""
    inner = struct.pack(">I4sHHHHbb", 18, kind, numerator, denominator, numerator, denominator, exponent, exponent)
    box = struct.pack(">I4s", 8 + len(inner), b"res ") + inner
    header = jp2.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", jp2, header)
    return (
        jp2[:header]
        + struct.pack(">I", length + len(box))
        + jp2[header + 4 : header + length]
        + box
        + jp2[header + length :]
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "exponent", "dpi"),
    [(19685, 1, 0, 500), (3937, 1, 1, 1000), (50000, 254, 2, 500), (1, 0, 0, 500), (72, 1, 2, 500)],
)
def test_capture_and_display_resolution_of_jpeg_2000(numerator: int, denominator: int, exponent: int, dpi: int) -> None:
    plain = _file("JPEG2000", _greys())
    for kind in (b"resc", b"resd"):
        assert FingerImage.read(_with_resolution(plain, kind, numerator, denominator, exponent)).dpi == dpi


def test_capture_resolution_of_jpeg_2000_comes_before_display() -> None:
    both = _with_resolution(_file("JPEG2000", _greys()), b"resd", 23622, 1, 0)  # 600 dpi
    assert FingerImage.read(both).dpi == 600
    assert FingerImage.read(_with_resolution(both, b"resc", 3937, 1, 1)).dpi == 1000


@pytest.mark.parametrize(
    ("stated", "dpi"), [(b"PPI 500", 500), (b"PPI 999", 999), (b"PPI  -1", 500), (b"PPI 072", 500)]
)
def test_resolution_of_wsq_is_in_nists_comment(shared_data: Path, stated: bytes, dpi: int) -> None:
    file = (shared_data / "fingerprints" / "formats" / "info_left_thumb_auth.wsq").read_bytes()
    assert FingerImage.read(file.replace(b"PPI 500", stated)).dpi == dpi
