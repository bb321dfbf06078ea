"""A typed door to numba: `compiled` turns a numeric function into machine code at its first call and keeps it on disk.

The wrapper exists so that strict type checking sees the signature that was written, and so that the options of every
kernel are the same: no Python objects inside, no lock held while running, the result of compiling cached beside the
source. `fastmath` stays off: the same inputs must give the same score on every machine.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile `function` with numba: nopython, without the interpreter's lock, cached on disk."""
    return cast("Callable[_P, _R]", numba.njit(function, cache=True, nogil=True))
