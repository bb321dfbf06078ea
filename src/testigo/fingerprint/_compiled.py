"""A typed interface to numba: `compiled` turns a function into machine code at its first call and keeps it on disk.

The wrapper exists so that strict type checking sees the signature that was written, and so that the options of every
kernel are the same: no Python objects inside, no lock held while running, the result of compiling cached beside the
source. `fastmath` stays off: scores must not depend on how a compiler likes to order sums.

numba takes a cached kernel for fresh while the file it is written in stays as it is. That is not enough: kernels call
those of other files, and are given named tuples, whose types numba tells apart by the types of their fields but not by
their order. So what the cache knows a kernel by covers all of that (`stamp`).
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

from testigo.fingerprint.parameters import DescriptorParameters, MatchingParameters

TOGETHER = (
    "_compiled.py",
    "matching/_alignment.py",
    "matching/_comparison.py",
    "matching/_descriptor.py",
    "matching/_eights.py",
    "matching/_leads.py",
    "matching/_points.py",
    "search/_bit_planes.py",
    "search/_scan.py",
    "synthetic/_flow.py",
    "synthetic/_impression.py",
    "synthetic/_minutiae.py",
    "synthetic/_random.py",
    "synthetic/_words.py",
    "synthetic/parameters.py",
)
"""Files of kernels that call each other, and of the constants they are compiled with: a change of one makes all be
compiled again. Fields of the parameters of matching are watched by `stamp` instead: their values come as arguments."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile `function` with numba: nopython, without the interpreter's lock, cached on disk.

    Where nothing can be written, neither beside the source nor at home, each process compiles for itself.
    """
    try:
        kernel: Any = numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # "no locator available"
        return cast("Callable[_P, _R]", numba.njit(function, nogil=True, error_model="numpy"))
    file = kernel._cache._cache_file  # numba has no public way
    file._source_stamp = (file._source_stamp, stamp(Path(__file__).parent))
    return cast("Callable[_P, _R]", kernel)


@cache
def stamp(folder: Path) -> str:
    """What kernels depend on beside their own file: the others' text, and the order of the parameters' fields."""
    digest = hashlib.sha256(repr((MatchingParameters._fields, DescriptorParameters._fields)).encode())
    for name in TOGETHER:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()
