"""Differing bits of 512 words at once: the words turned into planes, and planes added as an adder circuit would.

A processor counts the bits of a word in one instruction, or in nine where it can count only those of bytes. Turned by a
quarter the same bits need neither: plane k is bit k of 512 words side by side, one register of AVX-512, and a full
adder, a few logical instructions, adds three planes for all 512. So the bits in which 512 words differ from one of the
probe's are 64 planes added up to a number of seven planes. Two things make it cheaper still:

- What the probe's word turns round is known for each plane, 0 or 1. For each three planes all that can come of them is
  worked out once a block (`sums_of_three`), and each word of the probe picks the sum and the carry it needs.
- Counting begins at 31 less the level, so that who reaches the level runs over 31 and is left out by its carry.

All of it is what is called bit slicing (E. Biham, "A fast new DES implementation in software", 1997) with the counter
of D. Harley and R. Seal (H. S. Warren, "Hacker's Delight", chapter 5). numba's loops do not become vectors
here, so these four are written in LLVM's own terms, which hold for every processor that numba knows.

`planes`: uint64 (64, LANES): bit b of `planes[k, w]` is bit k of word 64 w + b. `best`: the same for numbers of five
bits. Arrays are trusted: contiguous, and as long as said.
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
Choices = NDArray[np.int32]

LANES = 8
BLOCK = 64 * LANES  # words looked at together
DIGITS = 5  # planes of the numbers that count; so the level is at most 31
_THREES = 21  # of planes; plane 63 is alone
_OUTCOMES = 10  # of three planes: 2 sums, 8 carries
OUTCOMES = _OUTCOMES * _THREES + 2
CHOSEN = 2 * _THREES + 1  # outcomes that a word of the probe picks

_LONG, _INT = ir.IntType(64), ir.IntType(32)
_VECTOR = ir.VectorType(_LONG, LANES)
_Emit = Callable[[Any, list[Any]], None]


def choices(words: Words) -> Choices:
    """Which of the outcomes of `sums_of_three` count the bits that differ from each word: int32 (words, CHOSEN)."""
    bits = (words[:, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)).astype(np.int32)
    threes = bits[:, :63].reshape(-1, _THREES, 3)
    first = np.arange(_THREES) * _OUTCOMES
    sums = first + threes.sum(axis=2) % 2
    carries = first + 2 + threes @ np.array([1, 2, 4], np.int32)
    alone = OUTCOMES - 2 + bits[:, 63:]
    return np.ascontiguousarray(np.hstack([sums, alone, carries]), np.int32)


def _emitted(emit: _Emit, arrays: tuple[Any, ...]) -> Any:
    """What numba wants of an intrinsic: `emit(builder, pointers to the arrays' data)` writes its instructions."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pairs = zip(signature.args, values, strict=True)
        emit(builder, [context.make_array(kind)(context, builder, value).data for kind, value in pairs])
        return context.get_dummy_value()

    return types.void(*arrays), generate


def _vectors(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, _VECTOR.as_pointer())


def _load(builder: Any, pointer: Any, index: Any) -> Any:
    """A vector, or one word, wherever it begins."""
    place = index if isinstance(index, ir.Value) else ir.Constant(_LONG, index)
    loaded = builder.load(builder.gep(pointer, [place]))
    if loaded.type == _VECTOR:
        loaded.align = 8
    return loaded


def _store(builder: Any, value: Any, pointer: Any, index: int) -> None:
    builder.store(value, builder.gep(pointer, [ir.Constant(_LONG, index)])).align = 8


def _all(value: int) -> Any:
    return ir.Constant(_VECTOR, [value] * LANES)


def _add(builder: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    """A full adder: sum and carry of three planes, in the form that LLVM makes the fewest instructions of."""
    differ = builder.xor(x, y)
    return builder.xor(differ, z), builder.xor(x, builder.and_(differ, builder.xor(x, z)))


def _turn(builder: Any, arrays: list[Any]) -> None:
    words, planes = (_vectors(builder, array) for array in arrays)
    rows = []
    for eight in range(8):  # words 64 w + 8 eight + k, for all w in one vector
        rows += _turned_lanes(builder, [_load(builder, words, LANES * w + eight) for w in range(LANES)])
    # Squares of bits change places with their neighbours across the diagonal, ever smaller ones; three sizes for eight
    # rows at a time, which all fit into the processor's registers.
    for first in range(8):
        _exchange_squares(builder, rows, range(first, 64, 8), (32, 16, 8))
    for first in range(0, 64, 8):
        _exchange_squares(builder, rows, range(first, first + 8), (4, 2, 1))
    for k, row in enumerate(rows):
        _store(builder, row, planes, k)


def _exchange_squares(builder: Any, rows: list[Any], among: range, steps: tuple[int, ...]) -> None:
    """Of 64 rows of 64 bits, exchange the squares beside the diagonal of such sides, between the rows `among`."""
    for step in steps:
        low = _all(sum(1 << bit for bit in range(64) if not bit & step))
        shift = _all(step)
        for k in (k for k in among if not k & step):
            x, y = rows[k], rows[k | step]
            change = builder.and_(builder.xor(builder.lshr(x, shift), y), low)
            rows[k], rows[k | step] = builder.xor(x, builder.shl(change, shift)), builder.xor(y, change)


def _turned_lanes(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight vectors of eight words, rows and columns exchanged."""
    for step in (4, 2, 1):
        upper = [LANES + (i ^ step) if i & step else i for i in range(LANES)]
        lower = [LANES + i if i & step else i | step for i in range(LANES)]
        for k in (k for k in range(LANES) if not k & step):
            x, y = rows[k], rows[k | step]
            rows[k], rows[k | step] = (
                builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(_INT, LANES), order)) for order in (upper, lower)
            )
    return rows


def _fetch(builder: Any, pointer: Any, vectors: range) -> None:
    """Have these brought from memory while other work goes on; where there is nothing, nothing happens."""
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), _INT, _INT, _INT])
    prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    for index in vectors:
        place = builder.bitcast(builder.gep(pointer, [ir.Constant(_LONG, index)]), ir.IntType(8).as_pointer())
        builder.call(prefetch, [place, *(ir.Constant(_INT, number) for number in (0, 3, 1))])  # to read, soon, data


def _sum_threes(builder: Any, arrays: list[Any]) -> None:
    planes, table, ahead = (_vectors(builder, array) for array in arrays)
    for three in range(_THREES):
        first = three * _OUTCOMES
        _fetch(builder, ahead, range(3 * three, 3 * three + 3))
        x, y, z = (_load(builder, planes, 3 * three + i) for i in range(3))
        for turned in range(4):  # the other four are these, all three turned round
            total, carry = _add(builder, builder.not_(x) if turned & 1 else x, builder.not_(y) if turned & 2 else y, z)
            if not turned:
                _store(builder, total, table, first)
                _store(builder, builder.not_(total), table, first + 1)
            _store(builder, carry, table, first + 2 + turned)
            _store(builder, builder.not_(carry), table, first + 2 + 7 - turned)
    _fetch(builder, ahead, range(3 * _THREES, 64))
    last = _load(builder, planes, 63)
    _store(builder, last, table, OUTCOMES - 2)
    _store(builder, builder.not_(last), table, OUTCOMES - 1)


def _count(builder: Any, table: Any, chosen: Any, counter: list[Any]) -> tuple[list[Any], Any]:
    """`counter` and what the chosen outcomes add to it: `DIGITS` planes, and where they ran over."""
    waiting: list[Any] = [None] * DIGITS
    over: list[Any] = []

    def feed(digit: int, plane: Any) -> None:
        if digit == DIGITS:
            over.append(plane)
        elif waiting[digit] is None:
            waiting[digit] = plane
        else:
            counter[digit], carry = _add(builder, waiting[digit], plane, counter[digit])
            waiting[digit] = None
            feed(digit + 1, carry)

    def outcome(place: int) -> Any:
        return _load(builder, table, builder.sext(_load(builder, chosen, place), _LONG))

    for three in range(_THREES + 1):
        feed(0, outcome(three))
        if three < _THREES:
            feed(1, outcome(_THREES + 1 + three))
    # 22 planes of 1 and 21 of 2 go in pairs all the way up, so that none is left waiting.
    return counter, builder.or_(*over)


def _keep_nearest(builder: Any, arrays: list[Any]) -> None:
    table, chosen, begin, best = _vectors(builder, arrays[0]), arrays[1], *(_vectors(builder, a) for a in arrays[2:])
    counted, over = _count(builder, table, chosen, [_load(builder, begin, digit) for digit in range(DIGITS)])
    within = builder.not_(over)
    new = [builder.and_(builder.not_(plane), within) for plane in counted]  # 31 less the count
    old = [_load(builder, best, digit) for digit in range(DIGITS)]
    more = _all(0)
    for n, o in zip(new, old, strict=True):  # from the lowest digit: a higher one that differs overrules
        more = builder.or_(builder.and_(n, builder.not_(o)), builder.and_(builder.not_(builder.xor(n, o)), more))
    for digit, (n, o) in enumerate(zip(new, old, strict=True)):
        _store(builder, builder.xor(o, builder.and_(builder.xor(o, n), more)), best, digit)


def _sum_bytes(builder: Any, arrays: list[Any]) -> None:
    best, sums = (_vectors(builder, array) for array in arrays)
    pairs, fours, eights = (_all(0x0101_0101_0101_0101 * byte) for byte in (0x55, 0x33, 0x0F))
    total = _all(0)
    for digit in range(DIGITS):  # the ones of each byte, counted in pairs, fours, eights
        plane = _load(builder, best, digit)
        plane = builder.sub(plane, builder.and_(builder.lshr(plane, _all(1)), pairs))
        plane = builder.add(builder.and_(plane, fours), builder.and_(builder.lshr(plane, _all(2)), fours))
        plane = builder.and_(builder.add(plane, builder.lshr(plane, _all(4))), eights)
        total = builder.add(total, builder.shl(plane, _all(digit)))
    _store(builder, total, sums, 0)


def _turned(_context: Any, words: Any, planes: Any) -> Any:
    return _emitted(_turn, (words, planes))


def _summed(_context: Any, planes: Any, table: Any, ahead: Any) -> Any:
    return _emitted(_sum_threes, (planes, table, ahead))


def _nearest(_context: Any, table: Any, chosen: Any, begin: Any, best: Any) -> Any:
    return _emitted(_keep_nearest, (table, chosen, begin, best))


def _bytes_summed(_context: Any, best: Any, sums: Any) -> Any:
    return _emitted(_sum_bytes, (best, sums))


turn = cast("Callable[[Words, Words], None]", intrinsic(_turned))
"""`turn(words, planes)`: the planes of `BLOCK` words."""

sums_of_three = cast("Callable[[Words, Words, Words], None]", intrinsic(_summed))
"""`sums_of_three(planes, table, ahead)`: sums and carries of each three planes, as they are and turned; (OUTCOMES,
LANES). Meanwhile the block `ahead` is brought from memory: the processor itself looks no farther than its page."""

keep_nearest = cast("Callable[[Words, Choices, Words, Words], None]", intrinsic(_nearest))
"""`keep_nearest(table, chosen, begin, best)`: by how many bits each word stays under the level, where that is more
than in `best`; (DIGITS, LANES). `chosen`: a row of `choices`; `begin`: planes of 31 less the level."""

sum_bytes = cast("Callable[[Words, Words], None]", intrinsic(_bytes_summed))
"""`sum_bytes(best, sums)`: into each byte of `sums` (LANES,) the sum of the eight numbers of `best` there."""
