"""Machine code of the gallery's first two stages: one word, then the whole descriptor, of each minutia."""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.matching._eights import EIGHT
from testigo.fingerprint.matching._leads import differences
from testigo.fingerprint.matching._points import ALL, whole_eights
from testigo.fingerprint.search._bit_planes import (
    BLOCK,
    DIGITS,
    LANES,
    OUTCOMES,
    keep_nearest,
    sum_bytes,
    sums_of_three,
    turn,
)

Words = NDArray[np.uint64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

# Every other byte of a word; times the second, the highest quarter of a word is the sum of all four.
_BYTES, _ONES = np.uint64(0x00FF_00FF_00FF_00FF), np.uint64(0x0001_0001_0001_0001)
_BY_ROOM = 1 / np.sqrt(EIGHT * np.arange(17) + 1.0)  # one over the root of room and 1, by eights of room


@compiled
def scan(
    chosen: Ints, ends: Longs, words: Words, starts: Longs, counts: Ints, after: int, row: int, stop: int, level: int,
    similarity: NDArray[np.float32],
) -> None:  # fmt: skip
    """How alike the templates look to each probe by the first word of their descriptors.

    For each of a template's minutiae: by how many bits its most alike one of the probe's stays under `level`; summed,
    and divided by the root of their number, since more minutiae look alike by chance. Goes through the column once,
    block by block, with all probes.

    `chosen`: `_bit_planes.choices` of all probes' words, one probe's behind the other's; `ends`: where each probe's
    end; `level`: at most 31; `similarity`: float32 (probes, templates from `after` on), written from `row` to `stop`.
    Templates stand behind each other, each from a multiple of eight on: the sums by bytes rest on it.
    """
    planes, table, begin, best = _workspace(level)
    padded = np.zeros(BLOCK, np.uint64)
    byte_sums = np.empty(LANES + 1, np.uint64)
    lanes = np.empty(LANES + 1, np.int64)
    before = np.zeros(ends.shape[0], np.int64)  # sum up to the last template that ended, counted from the block's begin
    here = done = starts[after + row] if row < stop else 0  # in the column: the block, and the last template's end
    while row < stop:
        if here + BLOCK <= words.shape[0]:
            turn(words[here : here + BLOCK], planes)
        else:
            padded[: words.shape[0] - here] = words[here:]
            turn(padded, planes)
        sums_of_three(planes, table, words[here + BLOCK :])
        last, end = _ending_within(counts[after : after + stop], row, done, here + BLOCK)
        for p in range(ends.shape[0]):
            best[:] = np.uint64(0)
            for k in range(ends[p - 1] if p else 0, ends[p]):
                keep_nearest(table, chosen[k], begin, best)
            those = counts[after + row : after + last]
            before[p] = _similarities(best, byte_sums, lanes, those, done - here, before[p], similarity[p, row:last])
        row, done = last, end
        here += BLOCK


@compiled
def _workspace(level: int) -> tuple[Words, Words, Words, Words]:
    """Planes, table, begin and best, each vector in one line of the cache."""
    raw = np.empty(LANES * (64 + OUTCOMES + 2 * DIGITS + 1), np.uint64)
    skipped = -(raw.ctypes.data // 8) % LANES
    vectors = raw[skipped : raw.shape[0] - LANES + skipped].reshape((-1, LANES))
    begin = vectors[64 + OUTCOMES : 64 + OUTCOMES + DIGITS]
    for digit in range(DIGITS):
        begin[digit] = ALL if (31 - level) >> digit & 1 else np.uint64(0)
    return vectors[:64], vectors[64 : 64 + OUTCOMES], begin, vectors[64 + OUTCOMES + DIGITS :]


@compiled
def _ending_within(counts: Ints, row: int, done: int, block_end: int) -> tuple[int, int]:
    """Up to which row templates end within the block, and where the last one does; the row's begins at `done`."""
    while row < counts.shape[0] and done + whole_eights(counts[row]) <= block_end:
        done += whole_eights(counts[row])
        row += 1
    return row, done


@compiled
def _similarities(
    best: Words, byte_sums: Words, lanes: Longs, counts: Ints, done: int, before: np.int64,
    similarity: NDArray[np.float32],
) -> np.int64:  # fmt: skip
    """The similarity of the templates that end in this block, of which the first begins at minutia `done` of it.

    `before`: the sum up to there, counted from the block's begin; returns the same for the next block. `byte_sums` and
    `lanes` (LANES + 1,) are scratch. Templates begin at multiples of eight, so none ends within a byte.
    """
    sum_bytes(best, byte_sums)
    byte_sums[LANES] = np.uint64(0)  # for who ends with the block
    total = np.int64(0)
    for lane in range(LANES):
        lanes[lane] = total
        total += _sum_of_bytes(byte_sums[lane])
    lanes[LANES] = total
    for r in range(counts.shape[0]):
        room = whole_eights(counts[r])
        done += room
        lane, bit = done >> 6, done & 63
        reached = lanes[lane] + _sum_of_bytes(byte_sums[lane] & ((np.uint64(1) << np.uint64(bit)) - np.uint64(1)))
        similarity[r] = (reached - before) * _BY_ROOM[room >> 3]
        before = reached
    return before - total


@compiled
def _sum_of_bytes(word: np.uint64) -> np.int64:
    """Of all eight bytes of a word."""
    halves = (word & _BYTES) + (word >> np.uint64(8) & _BYTES)
    return np.int64(halves * _ONES >> np.uint64(48))


@compiled
def prefilter(
    codes_p: Words, words: tuple[Words, Words, Words, Words], starts: Longs, counts: Ints, rows: Longs, level: int,
    most: int, similarity: NDArray[np.float32],
) -> None:  # fmt: skip
    """How alike the templates `rows` look by their whole descriptors, by the measure of the matcher's own prefilter."""
    table = np.empty((codes_p.shape[1], whole_eights(most)), np.uint8)
    nearest = np.empty((codes_p.shape[1], EIGHT), np.uint8)
    for r in range(rows.shape[0]):
        count = counts[rows[r]]
        start = starts[rows[r]]
        end = start + whole_eights(count)
        one = (words[0][start:end], words[1][start:end], words[2][start:end], words[3][start:end])
        similarity[r] = differences(codes_p, one, count, level, table, nearest) / math.log(3.0 + count)
