"""Reading the weights out of an ONNX file, and writing a graph of our own: as much of the format as LEADER needs.

ONNX files are protocol buffers. The field numbers are those of `onnx.proto3` (ONNX IR version 9, Apache-2.0); the wire
format is that of the Protocol Buffers encoding guide. The reader is for a file whose hash was checked before; the
`onnx` package (31 MB) would be needed for nothing else.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Attribute = int | float | str | list[int]

_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_DTYPES: dict[int, np.dtype[Any]] = {_FLOAT: np.dtype("<f4"), _INT64: np.dtype("<i8")}
_IR_VERSION, _OPSET = 9, 20


class Source(NamedTuple):
    """What a value was computed from: the operator and the names of its inputs."""

    operator: str
    inputs: tuple[str, ...]


class Model(NamedTuple):
    """Constants and, for each computed value, where it comes from."""

    constants: dict[str, Floats | Ints]
    sources: dict[str, Source]


def read(data: bytes) -> Model:
    """The constants (floats and 64-bit integers; others are passed over) and the wiring of a model's graph."""
    constants, sources = {}, {}
    graph = next(value for field, value in _fields(memoryview(data)) if field == 7)
    for field, value in _fields(_bytes(graph)):
        if field == 1:
            outputs, source = _node(_bytes(value))
            sources.update(dict.fromkeys(outputs, source))
        elif field == 5:
            name, array = _tensor(_bytes(value))
            if array is not None:
                constants[name] = array
    return Model(constants, sources)


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Number and content of each field of a message: bytes, or the value of an integer."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        else:
            size = 8 if kind == 1 else 4
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _bytes(value: memoryview | int) -> memoryview:
    if isinstance(value, int):
        raise TypeError("a number where a message belongs")
    return value


def _node(data: memoryview) -> tuple[list[str], Source]:
    names: dict[int, list[str]] = {1: [], 2: [], 4: []}  # inputs, outputs, operator
    for field, value in _fields(data):
        if field in names:
            names[field].append(str(_bytes(value), "utf-8"))
    return names[2], Source(names[4][0], tuple(names[1]))


def _tensor(data: memoryview) -> tuple[str, Floats | Ints | None]:
    shape: list[int] = []
    kind, name, raw = 0, "", memoryview(b"")
    for field, value in _fields(data):
        if field == 1:  # a single number, or several packed into one field
            shape += [value] if isinstance(value, int) else _packed(value)
        elif field == 2:
            kind = int(value) if isinstance(value, int) else 0
        elif field == 8:
            name = str(_bytes(value), "utf-8")
        elif field == 9:
            raw = _bytes(value)
    if kind not in _DTYPES:
        return name, None
    return name, np.frombuffer(raw, _DTYPES[kind]).reshape(shape)


def _packed(data: memoryview) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


class Graph:
    """A graph under construction. Values are named by the strings that `constant` and `node` return."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: dict[tuple[bytes, str, tuple[int, ...]], tuple[str, bytes]] = {}

    def constant(self, array: NDArray[np.floating] | NDArray[np.integer]) -> str:
        """A constant, float32 or int64; equal ones are stored once."""
        kind = _FLOAT if np.issubdtype(array.dtype, np.floating) else _INT64
        stored = np.ascontiguousarray(array, _DTYPES[kind])
        key = (stored.tobytes(), stored.dtype.str, stored.shape)
        if key not in self._constants:
            name = f"constant{len(self._constants)}"
            dims = b"".join(_number(1, side) for side in stored.shape)
            tensor = dims + _number(2, kind) + _text(8, name) + _field(9, key[0])
            self._constants[key] = (name, tensor)
        return self._constants[key][0]

    def node(self, operator: str, *inputs: str, name: str = "", **attributes: Attribute) -> str:
        """Add an operator with one output; returns the output's name."""
        return self._add(operator, inputs, [name or f"value{len(self._nodes)}"], attributes)[0]

    def split(self, value: str, parts: int, axis: int) -> list[str]:
        """A value cut along an axis into equal parts."""
        names = [f"value{len(self._nodes)}_{part}" for part in range(parts)]
        return self._add("Split", (value,), names, {"axis": axis, "num_outputs": parts})

    def _add(
        self,
        operator: str,
        inputs: tuple[str, ...],
        outputs: list[str],
        attributes: dict[str, Attribute],
    ) -> list[str]:
        parts = [_text(1, value) for value in inputs] + [_text(2, value) for value in outputs]
        parts += [_text(4, operator)]
        parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join(parts))
        return outputs

    def to_bytes(self, inputs: list[str], outputs: list[str]) -> bytes:
        """The model: float32 inputs and outputs of four dimensions, the sides free."""
        graph = b"".join(_field(1, node) for node in self._nodes) + _text(2, "leader")
        graph += b"".join(_field(5, tensor) for _, tensor in self._constants.values())
        graph += b"".join(_field(11, _four_dimensional(name)) for name in inputs)
        graph += b"".join(_field(12, _four_dimensional(name)) for name in outputs)
        return _number(1, _IR_VERSION) + _field(8, _text(1, "") + _number(2, _OPSET)) + _field(7, graph)


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    if isinstance(value, float):
        return head + _key(2, 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, str):
        return head + _text(4, value) + _number(20, 3)
    return head + b"".join(_number(8, item) for item in value) + _number(20, 7)


def _four_dimensional(name: str) -> bytes:
    """ValueInfoProto: a float tensor whose four sides may be anything."""
    shape = b"".join(_field(1, _text(2, f"{name}_{side}")) for side in range(4))
    return _text(1, name) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, shape)))


def _key(field: int, kind: int) -> bytes:
    return _unsigned(field << 3 | kind)


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _unsigned(value % (1 << 64))  # negative numbers as two's complement of 64 bits


def _field(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _unsigned(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _unsigned(value: int) -> bytes:
    digits = bytearray()
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
