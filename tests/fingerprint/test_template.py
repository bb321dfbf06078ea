"""Templates and their ISO/IEC 19794-2:2005 records."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.errors import InvalidInput
from testigo.fingerprint import Kind, Template


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


@given(templates())
def test_record_round_trip_is_exact(template: Template) -> None:
    again = Template.from_iso(template.to_iso())
    assert again == template
    assert (again.width, again.height) == (template.width, template.height)
    for name in ("x", "y", "angle", "kind", "quality"):
        assert np.array_equal(getattr(again, name), getattr(template, name))


def test_record_is_laid_out_as_the_standard_says() -> None:
    record = _one().to_iso()
    assert record[:8] == b"FMR\x00 20\x00"
    assert struct.unpack(">I", record[8:12])[0] == len(record) == 24 + 4 + 2 * 6 + 2
    assert struct.unpack(">HHHHBB", record[14:24]) == (300, 400, 197, 197, 1, 0)
    assert record[24:28] == bytes([0, 0, 45, 2])
    assert record[28:34] == struct.pack(">HHBB", (1 << 14) | 10, 20, 0, 90)
    assert record[34:40] == struct.pack(">HHBB", (2 << 14) | 299, 399, 64, 0)


def test_angles_are_quarters_of_a_turn() -> None:
    assert np.allclose(_one().radians, [0, np.pi / 2])


@given(st.binary(max_size=200))
def test_any_bytes_give_a_template_or_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        Template.from_iso(data)


@settings(max_examples=400)
@given(templates(), st.data())
def test_damaged_records_give_a_template_or_a_sentence(template: Template, data: st.DataObject) -> None:
    record = bytearray(template.to_iso())
    for _ in range(data.draw(st.integers(1, 3))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(record)))
    for damaged in (bytes(record), bytes(record[:cut]), bytes(record) + b"\0"):
        try:
            Template.from_iso(damaged)
        except InvalidInput as error:
            assert str(error).endswith(".")


def _changed(at: int, *values: int) -> bytes:
    record = bytearray(_one().to_iso())
    record[at : at + len(values)] = bytes(values)
    return bytes(record)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (b"", "too short"),
        (_changed(0, 0), "mark and version"),
        (_changed(4, 0x20, 0x33, 0x30), "mark and version"),
        (_changed(8, 0xFF, 0xFF, 0xFF, 0xFF), "states 4294967295 bytes"),
        (_changed(22, 2), "2 finger views"),
        (_changed(18, 0, 1), "resolution"),
        (_changed(14, 0, 0), "0 × 400"),
        (_changed(24, 99), "finger position"),
        (_changed(27, 255), "255 minutiae"),
        (_changed(27, 1), "extended data"),
        (_changed(28, 0x7F, 0xFF), "outside its image"),
        (_changed(28, 0xC0, 0x01), "type or quality"),
        (_changed(33, 101), "type or quality"),
        (_one().to_iso() + b"\0", "states 42 bytes and has 43"),
    ],
)
def test_wrong_records_are_named(record: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Template.from_iso(record)


def test_records_of_other_resolutions_are_brought_to_500_dpi() -> None:
    record = bytearray(_one().to_iso())
    record[18:22] = struct.pack(">HH", 394, 394)
    template = Template.from_iso(bytes(record))
    assert (template.width, template.height) == (150, 200)
    assert template.x.tolist() == [5, 149]


def test_extended_data_is_passed_over() -> None:
    record = bytearray(_one().to_iso())
    record[-2:] = struct.pack(">H", 4) + b"abcd"
    record[8:12] = struct.pack(">I", len(record))
    assert Template.from_iso(bytes(record)) == _one()


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([10, 300])},
        {"y": np.array([-1, 5])},
        {"angle": np.array([0.5, 1.0])},
        {"kind": np.array([3, 0])},
        {"quality": np.array([101, 0])},
        {"x": np.array([1])},
        {"x": np.array([[1, 2]])},
        {"width": 0},
        {"height": 20000},
        {"x": np.zeros(256, int)},
    ],
)
def test_invalid_templates_cannot_be_made(change: dict[str, object]) -> None:
    one = _one()
    parts = {name: getattr(one, name) for name in ("width", "height", "x", "y", "angle", "kind", "quality")}
    with pytest.raises(InvalidInput, match="no valid fingerprint template"):
        Template(**(parts | change))


def test_kinds_are_the_standards() -> None:
    assert [int(kind) for kind in Kind] == [0, 1, 2]


def test_minutiae_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _one().x[0] = 5
