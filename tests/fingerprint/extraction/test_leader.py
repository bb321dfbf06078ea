"""The network put together anew from the file's weights computes what the file computes."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from testigo.fingerprint import synthetic
from testigo.fingerprint.extraction import _onnx, leader
from testigo.fingerprint.extraction.network_file import network_bytes

Pixels = np.ndarray
KINDS: list[np.dtype[Any]] = [np.dtype(np.float32), np.dtype(np.int64)]


@pytest.fixture(scope="module", params=[(192, 160), (32, 32)], ids=["large", "smallest"])
def greys(request: pytest.FixtureRequest) -> Pixels:
    """Crops with ridges up to their edges, because a network is most easily wrong where its input ends."""
    height, width = request.param
    return synthetic.generate(3, 0).pixels[64 : 64 + height, 48 : 48 + width].astype(np.float32)


@pytest.fixture(scope="module")
def by_the_file(greys: Pixels) -> Pixels:
    """(height, width, 4): place, direction, type and quality as the file itself gives them."""
    session = onnxruntime.InferenceSession(network_bytes(), providers=["CPUExecutionProvider"])
    maps: Pixels = session.run(None, {"input": greys[np.newaxis, :, :, np.newaxis]})[0][0]
    return maps


def test_the_quality_of_every_pixel_is_the_files(greys: Pixels, by_the_file: Pixels) -> None:
    quality = leader.shared_network(1).run(greys).quality
    expected = by_the_file[:, :, 3]
    assert quality.shape == expected.shape
    assert (expected >= 0.01).any()
    # Far below the cut, in flat regions, rounding decides which of equal neighbours is the largest.
    seen = (expected >= 0.01) | (quality >= 0.01)
    assert np.abs(quality - expected)[seen].max() < 1e-4


def test_direction_and_type_of_any_pixel_are_the_files(greys: Pixels, by_the_file: Pixels) -> None:
    height, width = greys.shape
    x, y = (part.ravel() for part in np.meshgrid(np.arange(0, width, 5), np.arange(0, height, 7)))
    edge = np.array([0, 1, 2, 3])
    x = np.concatenate([x, edge, width - 1 - edge, edge, width - 1 - edge])
    y = np.concatenate([y, edge, edge, height - 1 - edge, height - 1 - edge])
    network = leader.shared_network(1)
    direction, ending = network.minutiae(network.run(greys), x, y)
    assert np.abs(ending - by_the_file[y, x, 2]).max() < 1e-4
    turned = (direction - by_the_file[y, x, 1] + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(turned).max() < 1e-3


def test_no_minutiae_need_no_network(greys: Pixels) -> None:
    network = leader.shared_network(1)
    none = np.empty(0, np.int64)
    direction, ending = network.minutiae(network.run(greys), none, none)
    assert len(direction) == len(ending) == 0


@given(
    arrays.arrays(
        st.sampled_from(KINDS),
        arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5),
    ),
    st.text(min_size=1),
)
def test_a_written_graph_reads_back(array: np.ndarray, name: str) -> None:
    graph = _onnx.Graph()
    constant = graph.constant(array)
    assert graph.constant(array.copy()) == constant
    graph.node("Add", "input", constant, name=name, axis=-1, factor=0.5, word="né", sizes=[0, 300, -7])
    model = _onnx.read(graph.to_bytes(["input"], [name]))
    assert list(model.constants) == [constant]
    assert model.constants[constant].dtype == array.dtype
    assert np.array_equal(model.constants[constant], array, equal_nan=array.dtype == np.float32)
    assert model.sources == {name: _onnx.Source("Add", ("input", constant))}


@pytest.mark.parametrize(("axis", "expected"), [(-1, [[1, 2, 1, 2]]), (2, [[1, 2], [1, 2]])])
def test_a_written_graph_runs(axis: int, expected: list[list[int]]) -> None:
    graph = _onnx.Graph()
    numbers = np.array([[[[1, 2]]]], np.float32)
    graph.node("Concat", "input", graph.constant(numbers), name="joined", axis=axis)
    session = onnxruntime.InferenceSession(graph.to_bytes(["input"], ["joined"]), providers=["CPUExecutionProvider"])
    assert session.run(None, {"input": numbers})[0][0, 0].tolist() == expected
