"""The LEADER network: one pass over an image gives every minutia's place, direction, type and quality.

R. Cappelli, "LEADER: Lightweight End-to-end Attention-gated Dual autoencodER for robust minutiae
extraction"; MIT licence.
What runs is not the network's file (`network_file`) but the same layers built again from its weights (`_leader_graph`),
in two graphs. The first gives the quality of every pixel of an image, 0..1, already thinned to one pixel a minutia; the
second, direction (radians, counter-clockwise, y up) and type of the minutiae that are kept. The direction's sense was
confirmed by turning an image by 90 degrees and comparing.
"""

import threading
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.extraction._leader_graph import PATCH, maps_graph, minutiae_graph
from testigo.fingerprint.extraction._onnx import read
from testigo.fingerprint.extraction.network_file import network_bytes


class Maps(NamedTuple):
    """What the network says of an image: `quality` (height, width), `features` (1, channels, half, half) for more."""

    quality: NDArray[np.float32]
    features: NDArray[np.float32]


class Network:
    """The network loaded into ONNX Runtime. Safe to share between threads."""

    def __init__(self, threads: int) -> None:
        model = read(network_bytes())
        self._maps = _session(maps_graph(model), threads)
        self._minutiae = _session(minutiae_graph(model), threads)

    def run(self, greys: NDArray[np.float32]) -> Maps:
        """The maps of an image (height, width), greys 0 to 255, whose sides are multiples of 32."""
        quality, features = self._maps.run(["quality", "features"], {"greys": greys[np.newaxis, np.newaxis]})
        return Maps(quality[0, 0], features)

    def minutiae(
        self, maps: Maps, x: NDArray[np.int64], y: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Direction in radians, and probability of an ending, of minutiae at these pixels, each (n,)."""
        if not len(x):
            return np.empty(0, np.float32), np.empty(0, np.float32)
        patches, inside = _patches(maps.features, x // 2, y // 2)
        outputs = self._minutiae.run(["direction", "ending"], {"patches": patches, "inside": inside})
        which, pixel = np.arange(len(x)), y % 2 * 2 + x % 2
        direction, ending = (output.reshape(len(x), 4, -1)[which, pixel] for output in outputs)
        return np.arctan2(direction[:, 1], direction[:, 0]), ending[:, 0]


def _session(graph: bytes, threads: int) -> Any:
    import onnxruntime  # 0.3 s: loaded at first use

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # `session.set_denormal_as_zero` is left alone: it gains nothing here, and would change the arithmetic of all else
    # that the calling thread does afterwards.
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _patches(
    features: NDArray[np.float32], x: NDArray[np.int64], y: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Squares of features around cells, zeros beyond the map; and which of their nine middle cells are on it."""
    height, width = features.shape[2:]
    around = np.arange(PATCH) - PATCH // 2
    rows, columns = y[:, np.newaxis] + around, x[:, np.newaxis] + around
    on_map = ((rows >= 0) & (rows < height))[:, :, np.newaxis] & ((columns >= 0) & (columns < width))[:, np.newaxis]
    rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
    patches = features[0][:, rows[:, :, np.newaxis], columns[:, np.newaxis]].swapaxes(0, 1)
    inside = on_map[:, np.newaxis].astype(np.float32)
    middle = slice(PATCH // 2 - 1, PATCH // 2 + 2)
    return patches * inside, inside[:, :, middle, middle]


_loading = threading.Lock()


def shared_network(threads: int) -> Network:
    """The one network of this process for this number of threads, loaded at the first call."""
    with _loading:
        return _load(threads)


@cache
def _load(threads: int) -> Network:
    return Network(threads)
