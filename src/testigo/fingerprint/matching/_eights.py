"""Differing bits of eight descriptors at a time, in LLVM's own terms: of loops numba makes vectors of half that width.

An *eight* is a word of eight bytes, a number up to 255 in each, the first in the lowest.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

Words = NDArray[np.uint64]

EIGHT = 8
_WORD = ir.IntType(64)
_WORDS = ir.VectorType(_WORD, EIGHT)
_BYTES = ir.VectorType(ir.IntType(8), EIGHT)


def _splat(builder: Any, word: Any) -> Any:
    first = builder.insert_element(ir.Constant(_WORDS, ir.Undefined), word, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), EIGHT), [0] * EIGHT)
    return builder.shuffle_vector(first, ir.Constant(_WORDS, ir.Undefined), everywhere)


def _differing(_context: Any, words: Any, at: Any, code: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        columns, place, own = values
        counts = ir.FunctionType(_WORDS, [_WORDS])
        ones = cgutils.get_or_insert_function(builder.module, counts, f"llvm.ctpop.v{EIGHT}i64")
        count = ir.Constant(_WORDS, [0] * EIGHT)
        for k, kind in enumerate(signature.args[0]):
            data = context.make_array(kind)(context, builder, builder.extract_value(columns, k)).data
            loaded = builder.load(builder.bitcast(builder.gep(data, [place]), _WORDS.as_pointer()))
            loaded.align = 8
            differ = builder.xor(loaded, _splat(builder, builder.extract_value(own, k)))
            count = builder.add(count, builder.call(ones, [differ]))
        most = ir.Constant(_WORDS, [255] * EIGHT)
        count = builder.select(builder.icmp_unsigned("<", count, most), count, most)
        return builder.bitcast(builder.trunc(count, _BYTES), _WORD)

    return types.uint64(words, types.int64, code), generate


def _lower(_context: Any, one: Any, other: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        a, b = (builder.bitcast(value, _BYTES) for value in values)
        return builder.bitcast(builder.select(builder.icmp_unsigned("<", a, b), a, b), _WORD)

    return types.uint64(one, other), generate


Columns = tuple[Words, Words, Words, Words]
Code = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

differing = cast("Callable[[Columns, int, Code], np.uint64]", intrinsic(_differing))
"""`differing(words, at, code)`: in how many bits, 255 at most, `code` differs from the descriptors `at` and after."""

lower = cast("Callable[[np.uint64, np.uint64], np.uint64]", intrinsic(_lower))
"""`lower(eight, eight)`: of each two bytes the lower."""
