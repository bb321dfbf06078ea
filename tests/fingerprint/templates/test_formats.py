"""Template formats: what is written where, what is lost, and whose records are read."""

import importlib.util
import struct
import sys
from importlib.metadata import distribution
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.errors import InvalidInput
from testigo.fingerprint import Position, Template, decode_template, encode_template, synthetic
from testigo.fingerprint.templates.formats import FORMATS, decode_all, name_of

ISO = ("iso-2005", "iso-2011")
ANSI = ("ansi-2004", "ansi-2009")
ENDING, BIFURCATION = 1 << 14, 2 << 14


@st.composite
def templates(draw: st.DrawFn) -> Template:
    width, height = draw(st.integers(1, 16383)), draw(st.integers(1, 16383))
    minutia = st.tuples(
        st.integers(0, width - 1),
        st.integers(0, height - 1),
        st.integers(0, 255),
        st.integers(0, 2),
        st.integers(0, 100),
    )
    minutiae = np.array(draw(st.lists(minutia, max_size=255)), dtype=np.int64).reshape(-1, 5)
    return Template(width, height, *minutiae.T)


def _one() -> Template:
    return Template(
        300, 400, np.array([10, 299]), np.array([20, 399]), np.array([0, 64]), np.array([1, 2]), np.array([90, 0])
    )


def _turned(first: Template, second: Template) -> int:
    """The largest difference between the angles of two templates, in steps."""
    apart = np.abs(first.angle.astype(int) - second.angle.astype(int))
    return int(np.minimum(apart, 256 - apart).max(initial=0))


def _same_but_angles(first: Template, second: Template) -> bool:
    names = ("width", "height", "x", "y", "kind", "quality")
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)


@given(templates(), st.sampled_from(ISO), st.sampled_from([None, *Position]))
def test_iso_records_hold_a_template_exactly(template: Template, name: str, position: Position | None) -> None:
    record = encode_template(template, name, position=position)
    (view,) = decode_all(record)
    assert view.template == template
    assert view.position == position
    assert name_of(record) == name


@given(templates(), st.sampled_from(ANSI), st.sampled_from([None, *Position]))
def test_ansi_records_lose_at_most_a_step_of_each_angle(
    template: Template, name: str, position: Position | None
) -> None:
    record = encode_template(template, name, position=position)
    (view,) = decode_all(record)
    assert _same_but_angles(view.template, template)
    assert _turned(view.template, template) <= 1
    assert view.position == position
    assert name_of(record) == name
    assert encode_template(view.template, name, position=position) == record  # once lost, nothing more is


@pytest.mark.parametrize("name", FORMATS)
def test_every_angle_of_a_format_survives(name: str) -> None:
    steps = 256 if name in ISO else 180
    record = bytearray(
        encode_template(Template(100, 100, *np.zeros((4, steps // 2), int), np.full(steps // 2, 50)), name)
    )
    first = record.index(struct.pack(">HHBB", 0, 0, 0, 50))
    for start in (0, steps // 2):
        record[first + 4 : first + 4 + 6 * (steps // 2) : 6] = bytes(range(start, start + steps // 2))
        again = encode_template(decode_template(bytes(record)), name)
        assert again[first:] == bytes(record)[first:]


def test_a_record_of_2005_is_laid_out_as_iso_says() -> None:
    record = encode_template(_one(), "iso-2005", position=Position.LEFT_INDEX)
    assert record[:8] == b"FMR\x00 20\x00"
    assert struct.unpack(">I", record[8:12])[0] == len(record) == 24 + 4 + 2 * 6 + 2
    assert struct.unpack(">HHHHBB", record[14:24]) == (300, 400, 197, 197, 1, 0)
    assert record[24:28] == bytes([7, 0, 45, 2])
    assert record[28:34] == struct.pack(">HHBB", ENDING | 10, 20, 0, 90)
    assert record[34:40] == struct.pack(">HHBB", BIFURCATION | 299, 399, 64, 0)


def test_a_record_of_2004_is_laid_out_as_ansi_says() -> None:
    record = encode_template(_one(), "ansi-2004", position=Position.LEFT_INDEX)
    assert record[:8] == b"FMR\x00 20\x00"
    assert struct.unpack(">H", record[8:10])[0] == len(record) == 26 + 4 + 2 * 6 + 2
    assert struct.unpack(">HHH", record[10:16]) == (0x0103, 0, 0)
    assert struct.unpack(">HHHHBB", record[16:26]) == (300, 400, 197, 197, 1, 0)
    assert record[26:30] == bytes([7, 0, 45, 2])
    assert record[30:36] == struct.pack(">HHBB", ENDING | 10, 20, 0, 90)
    assert record[36:42] == struct.pack(">HHBB", BIFURCATION | 299, 399, 45, 0)  # 90 degrees


def test_a_record_of_2011_is_laid_out_as_iso_says() -> None:
    record = encode_template(_one(), "iso-2011", position=Position.LEFT_INDEX)
    assert record[:8] == b"FMR\x00030\x00"
    assert struct.unpack(">IHB", record[8:15]) == (len(record), 1, 0)
    assert len(record) == 15 + 19 + 13 + 2 * 6 + 2
    assert struct.unpack(">I9sBHHB", record[15:34]) == (len(record) - 15, b"\xff" * 9, 0, 0, 0, 0)
    assert struct.unpack(">BBHHBHHBB", record[34:47]) == (7, 0, 197, 197, 0, 300, 400, 0x60, 2)
    assert record[47:53] == struct.pack(">HHBB", ENDING | 10, 20, 0, 90)
    assert record[53:59] == struct.pack(">HHBB", BIFURCATION | 299, 399, 64, 254)


def test_a_record_of_2009_is_laid_out_as_ansi_says() -> None:
    record = encode_template(_one(), "ansi-2009", position=Position.LEFT_INDEX)
    assert record[:8] == b"FMR\x00030\x00"
    assert struct.unpack(">IHHBHBB", record[8:21]) == (len(record), 0x0103, 0, 0, 0, 1, 0)
    assert len(record) == 21 + 17 + 2 * 6 + 2
    assert struct.unpack(">BBBBHHHHHHB", record[21:38]) == (7, 0, 0, 254, 0x0103, 0, 300, 400, 197, 197, 2)
    assert record[38:44] == struct.pack(">HHBB", ENDING | 10, 20, 0, 90)
    assert record[44:50] == struct.pack(">HHBB", BIFURCATION | 299, 399, 45, 254)


def _annex_record() -> bytes:
    """ISO/IEC 19794-2:2011's own example, as far as it is needed: two fingers, the second with a vendor's block."""

    def finger(position: int, number: int, quality: int, minutiae: list[tuple[int, ...]], extended: bytes) -> bytes:
        time = struct.pack(">HBBBBBH", 2005, 12, 15, 17, 35, 20, 0)
        body = time + struct.pack(">BHHB", 0, 0xABCD, 181, 1) + struct.pack(">BHH", quality, 0xABCD, 0x0123)
        body += struct.pack(">BBHHBHHBB", position, number, 197, 197, 0, 512, 512, 0x60, len(minutiae))
        body += b"".join(struct.pack(">HHBB", *minutia) for minutia in minutiae)
        body += struct.pack(">H", len(extended)) + extended
        return struct.pack(">I", 4 + len(body)) + body

    left = [(ENDING | 100, 14, 80, 90), (ENDING | 164, 17, 60, 80), (BIFURCATION | 55, 18, 16, 90), (95, 51, 58, 90)]
    right = [(ENDING | 40, 93, 0, 90), (BIFURCATION | 125, 73, 249, 40)]
    vendors = struct.pack(">HH", 0x0221, 4 + 6) + bytes.fromhex("01453c362143")
    views = finger(7, 0, 90, left, b"") + finger(2, 1, 70, right, vendors)
    return b"FMR\x00030\x00" + struct.pack(">IHB", 15 + len(views), 2, 0) + views


def test_the_standards_own_example_is_read() -> None:
    left, right = decode_all(_annex_record())
    assert (left.position, left.quality) == (Position.LEFT_INDEX, 90)
    assert (right.position, right.quality) == (Position.RIGHT_INDEX, 70)
    assert left.template.x.tolist() == [100, 164, 55, 95] and left.template.kind.tolist() == [1, 1, 2, 0]
    assert left.template.angle.tolist() == [80, 60, 16, 58] and left.template.quality.tolist() == [90, 80, 90, 90]
    assert right.template.y.tolist() == [93, 73]


def test_one_finger_of_several_is_chosen() -> None:
    record = _annex_record()
    assert len(decode_template(record, position=Position.LEFT_INDEX)) == 4
    with pytest.raises(InvalidInput, match="2 finger views: left index finger and right index finger; say which"):
        decode_template(record)
    with pytest.raises(
        InvalidInput, match="no view of the left thumb, but of: left index finger and right index finger"
    ):
        decode_template(record, position=Position.LEFT_THUMB)


def test_the_only_view_may_be_of_an_unknown_finger() -> None:
    assert decode_template(encode_template(_one()), position=Position.LEFT_THUMB) == _one()
    with pytest.raises(InvalidInput, match="but of: left index finger"):
        decode_template(encode_template(_one(), position=Position.LEFT_INDEX), position=Position.LEFT_THUMB)


@pytest.mark.parametrize("version", [b" 20", b"030"])
def test_a_record_without_views_is_read_and_has_no_template(version: bytes) -> None:
    header = {b" 20": struct.pack(">IHHHHHBB", 24, 0, 300, 400, 197, 197, 0, 0), b"030": struct.pack(">IHB", 15, 0, 0)}
    record = b"FMR\x00" + version + b"\x00" + header[version]
    assert decode_all(record) == []
    for position in (None, Position.LEFT_THUMB):
        with pytest.raises(InvalidInput, match="has no finger view"):
            decode_template(record, position=position)


def test_several_views_of_2004_share_one_header() -> None:
    record = bytearray(encode_template(_one(), "ansi-2004", position=Position.LEFT_INDEX))
    view = bytes(record[26:])
    record += bytes([8, 0x13]) + view[2:]
    record[8:10], record[24] = struct.pack(">H", len(record)), 2
    first, second = decode_all(bytes(record))
    assert (first.position, second.position) == (Position.LEFT_INDEX, Position.LEFT_MIDDLE)
    assert (second.impression, second.template) == (3, first.template)


def test_the_long_length_of_2004_is_read() -> None:
    short = encode_template(_one(), "ansi-2004")
    extended = bytes(65_000)
    views = short[26:-2] + struct.pack(">H", len(extended)) + extended
    views += views
    length = 30 + len(views)
    record = short[:8] + struct.pack(">HI", 0, length) + short[10:24] + bytes([2, 0]) + views
    assert [len(view.template) for view in decode_all(record)] == [2, 2]
    assert name_of(record) == "ansi-2004"


def test_the_draft_and_the_amendment_of_2009_are_read() -> None:
    record = encode_template(_one(), "ansi-2009")
    draft = record[:8] + struct.pack(">IHHHBB", len(record) - 1, 0x0103, 0, 0x1234, 1, 0) + record[21:]
    assert decode_template(draft) == decode_template(record)
    assert decode_template(record.replace(b"030", b"035", 1)) == decode_template(record)


def test_minutiae_of_five_bytes_have_no_quality() -> None:
    record = encode_template(_one(), "iso-2011")
    bare = record[47:52] + record[53:58]
    length = len(record) - 2
    shorter = record[:8] + struct.pack(">IHB", length, 1, 0) + struct.pack(">I", length - 15) + record[19:45]
    template = decode_template(shorter + bytes([0x50, 2]) + bare + bytes(2))
    assert template.quality.tolist() == [0, 0]
    assert template.x.tolist() == [10, 299]


def test_certificates_are_passed_over() -> None:
    record = encode_template(_one(), "iso-2011")
    length = len(record) + 7
    header = record[:8] + struct.pack(">IHB", length, 1, 1) + struct.pack(">I", length - 15)
    assert decode_template(header + record[19:34] + bytes([2]) + bytes(6) + record[34:]) == _one()


@pytest.mark.parametrize(("stated", "kept"), [(0, 1), (1, 1), (100, 100), (254, 0), (255, 0)])
@pytest.mark.parametrize("name", ["iso-2011", "ansi-2009"])
def test_the_later_editions_call_unknown_qualities_254(name: str, stated: int, kept: int) -> None:
    record = bytearray(encode_template(_one(), name))
    record[-3] = stated
    assert decode_template(bytes(record)).quality.tolist() == [90, kept]


@pytest.mark.parametrize("name", FORMATS)
def test_extended_data_is_passed_over(name: str) -> None:
    plain = encode_template(_one(), name)
    record = bytearray(plain[:-2] + struct.pack(">H", 4) + b"abcd")
    if name == "ansi-2004":
        record[8:10] = struct.pack(">H", len(record))
    else:
        record[8:12] = struct.pack(">I", len(record))
    if name == "iso-2011":
        record[15:19] = struct.pack(">I", len(record) - 15)
    assert decode_template(bytes(record)) == decode_template(plain)


@pytest.mark.parametrize(("name", "at"), [("iso-2005", 18), ("ansi-2004", 20), ("iso-2011", 36), ("ansi-2009", 33)])
@pytest.mark.parametrize(
    ("across", "size", "last_x"), [(394, 150, 149), (197, 300, 299), (196, 300, 299), (0, 300, 299), (99, 596, 594)]
)
def test_other_resolutions_are_brought_to_500_dpi(name: str, at: int, across: int, size: int, last_x: int) -> None:
    record = bytearray(encode_template(_one(), name))
    record[at : at + 4] = struct.pack(">HH", across, across)
    template = decode_template(bytes(record))
    assert template.width == size
    assert template.x[1] == last_x
    assert decode_template(bytes(record), dpi=500).x.tolist() == [10, 299]


def test_a_given_resolution_overrules_the_records() -> None:
    template = decode_template(encode_template(_one()), dpi=1000)
    assert (template.width, template.height, template.x.tolist()) == (150, 200, [5, 149])
    with pytest.raises(InvalidInput, match="no reader has a resolution of 72 dpi"):
        decode_template(encode_template(_one()), dpi=72)


def _changed(name: str, at: int, *values: int) -> bytes:
    record = bytearray(encode_template(_one(), name))
    record[at : at + len(values)] = bytes(values)
    return bytes(record)


def _crowded() -> bytes:
    views = encode_template(Template(300, 400, *np.zeros((5, 0), int)), "iso-2011")[15:] * 5000
    return b"FMR\x00030\x00" + struct.pack(">IHB", 15 + len(views), 5000, 0) + views


def _with_more_than_it_needs() -> bytes:
    record = encode_template(_one(), "iso-2011") + b"unsaid"
    return record[:8] + struct.pack(">IHBI", len(record), 1, 0, len(record) - 15) + record[19:]


@pytest.mark.parametrize(
    ("record", "code", "values"),
    [
        (b"", "too-short", {}),
        (_changed("iso-2005", 0, 0), "not-of-the-standard", {}),
        (_changed("iso-2005", 4, 0x39), "not-of-the-standard", {}),
        (_changed("iso-2005", 8, 0xFF, 0xFF, 0xFF, 0xFF), "other-length", {"stated": 4294967295, "length": 42}),
        (_changed("iso-2005", 22, 2), "too-short", {}),
        (_changed("iso-2005", 18, 0, 1), "wrong-resolution", {"across": 1, "down": 197}),
        (_changed("iso-2005", 14, 0, 0), "wrong-size", {"width": 0, "height": 400}),
        (_changed("iso-2005", 24, 99), "unknown-finger", {"number": 99}),
        (_changed("iso-2005", 27, 255), "minutiae-cut-off", {"count": 255}),
        (_changed("iso-2005", 27, 1), "extended-data-cut-off", {}),
        (_changed("iso-2005", 28, 0x7F, 0xFF), "minutia-outside", {}),
        (_changed("iso-2005", 28, 0xC0, 0x01), "unknown-type", {}),
        (_changed("iso-2005", 33, 101), "wrong-quality", {}),
        (_changed("ansi-2004", 34, 180), "wrong-angle", {}),
        (_changed("ansi-2004", 24, 0), "bytes-left", {"count": 18}),
        (_changed("iso-2011", 14, 2), "unknown-flag", {"flag": 2}),
        (_changed("iso-2011", 45, 0x40), "wrong-minutia-size", {"count": 4}),
        (_changed("iso-2011", 59, 0, 1), "extended-data-cut-off", {}),
        (_changed("ansi-2009", 8, 0, 0, 0, 9), "other-length", {"stated": 9}),
        (_crowded(), "too-many-views", {"count": 5000}),
        (_with_more_than_it_needs(), "other-view-length", {"stated": 52, "length": 46}),
        (_changed("ansi-2009", 42, 200), "wrong-angle", {}),
        (encode_template(_one()) + b"\0", "other-length", {"stated": 42, "length": 43}),
        (b"FMR\x00 20\x00" + bytes(1 << 20), "too-many-bytes", {"most": 1}),
    ],
)
def test_wrong_records_are_named(record: bytes, code: str, values: dict[str, int]) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode_template(record)
    assert raised.value.code == f"template-record.{code}" and raised.value.hint.startswith("give one record of")
    assert values.items() <= raised.value.message.values.items()


@pytest.mark.parametrize("name", FORMATS)
def test_no_part_of_a_record_is_a_record(name: str) -> None:
    record = encode_template(_one(), name)
    for end in range(len(record)):
        with pytest.raises(InvalidInput):
            decode_template(record[:end])


@settings(max_examples=300)
@given(templates(), st.sampled_from(list(FORMATS)), st.data())
def test_damaged_records_give_a_template_or_a_sentence(template: Template, name: str, data: st.DataObject) -> None:
    record = bytearray(encode_template(template, name))
    for _ in range(data.draw(st.integers(1, 3))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode_all(bytes(record))
    except InvalidInput as error:
        assert str(error).endswith(".")
        return
    for view in found:
        assert decode_all(encode_template(view.template, "iso-2011"))[0].template == view.template


@given(st.binary(max_size=200), st.sampled_from([b"", b"FMR\x00 20\x00", b"FMR\x00030\x00", b"FMR\x00020\x00"]))
def test_any_bytes_give_views_or_a_sentence(data: bytes, start: bytes) -> None:
    try:
        views = decode_all(start + data)
    except InvalidInput as error:
        assert str(error).endswith(".")
    else:
        assert start and all(len(view.template) <= len(data) // 5 for view in views)


def test_unknown_formats_are_named() -> None:
    with pytest.raises(
        InvalidInput, match="no format 'iso-1999' to write; use one of iso-2005, iso-2011, ansi-2004, or ansi-2009"
    ):
        encode_template(_one(), "iso-1999")


# Other programs' records, made and read by these programs themselves.


@pytest.fixture(scope="module")
def afis() -> ModuleType:
    """The module of the afis package that reads and writes records, without the rest, which needs more than is here."""
    path = distribution("afis").locate_file("afis/algorithms/templates.py")
    spec = importlib.util.spec_from_file_location("afis_templates", str(path))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def _rows(template: Template) -> "np.ndarray[Any, Any]":
    """A template as afis holds it: x, y, radians, 0 for endings and 1 for bifurcations, quality from 0 to 1."""
    return np.column_stack((template.x, template.y, template.radians, template.kind - 1, template.quality / 100))


def _real() -> Template:
    numbers = np.random.default_rng(3)
    limits = (388, 374, 256)
    columns = [numbers.integers(0, limit, 60) for limit in limits]
    return Template(388, 374, *columns, numbers.integers(1, 3, 60), numbers.integers(1, 101, 60))


def test_afis_reads_our_record(afis: ModuleType) -> None:
    header, rows = afis.decode_iso19794_2(encode_template(_real(), "iso-2005", position=Position.RIGHT_RING))
    assert (header.width, header.height, header.resolution_x, header.finger_position) == (388, 374, 197, 4)
    assert np.allclose(rows[:, :4], _rows(_real())[:, :4])


def test_a_record_of_afis_is_read(afis: ModuleType) -> None:
    header = afis.FingerprintTemplateHeader(388, 374, finger_position=4, image_quality=70)
    (view,) = decode_all(afis.encode_iso19794_2(header, _rows(_real())))
    assert view.template == _real()
    assert (view.position, view.quality) == (Position.RIGHT_RING, 70)


def test_a_record_of_2011_by_afis_is_read_in_spite_of_its_resolution(afis: ModuleType) -> None:
    """afis writes as NBIS in Rust does: 99 pixels per centimetre, whatever the image has."""
    header = afis.FingerprintTemplateHeader(388, 374, finger_position=4, image_quality=70)
    record = afis.encode_iso19794_2_2011(header, _rows(_real()))
    assert struct.unpack_from(">HH", record, 41) == (99, 99)
    (view,) = decode_all(record)
    assert view.template == _real()
    assert (view.position, view.quality) == (Position.RIGHT_RING, 70)
    by_another = record[:37] + struct.pack(">H", 1) + record[39:]  # the quality's algorithm
    assert decode_all(by_another)[0].template.width == 388 * 197 // 99


def test_a_record_of_nbis_is_read() -> None:
    nbis = importlib.import_module("nbis")
    settings_ = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False, ppi=500.0
    )
    minutiae = nbis.new_nbis_extractor(settings_).extract_minutiae(synthetic.generate(1, 0).to_bytes("png"))
    template = decode_template(minutiae.to_iso_19794_2_2005())
    theirs = minutiae.get()
    assert len(template) == len(theirs) > 10
    assert template.x.tolist() == [minutia.x() for minutia in theirs]
    assert np.allclose(np.degrees(template.radians), [minutia.angle() for minutia in theirs])
