"""The scan's machine code against its definition, spelt out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from testigo.fingerprint import Gallery, Prepared
from testigo.fingerprint.matching import _alignment
from testigo.fingerprint.matching.prepared import LANE, PreparedTemplates
from testigo.fingerprint.parameters import GALLERY, MATCHING
from testigo.fingerprint.search import _scan
from testigo.fingerprint.search._bit_planes import CHOSEN, OUTCOMES, choices

MOST = MATCHING.max_minutiae
Words = NDArray[np.uint64]


def spelt_out(probe: Words, template: Words, level: int) -> float:
    """`template`: with what fills it up to whole lanes."""
    if not len(template) or not len(probe):
        return 0.0
    nearest = [min((int(word) ^ int(one)).bit_count() for one in probe) for word in template]
    return sum(max(0, level - bits) for bits in nearest) / math.sqrt(len(template) + 1)


def of_words(words: Words) -> Prepared:
    """A template of which only the scan's words matter."""
    codes = np.zeros((4, len(words)), np.uint64)
    codes[0] = words
    traits = np.zeros((len(words), 3), np.uint8)
    return Prepared(np.zeros((len(words), 2), np.int16), traits, codes, np.arange(len(words)))


def near(rng: np.random.Generator, words: Words, count: int) -> Words:
    """Words of which many differ from some of `words` in few bits."""
    bits = rng.random((count, 64)) < rng.choice([0.0, 0.1, 0.3, 0.5, 1.0], (count, 1))
    turned = (bits * (np.uint64(1) << np.arange(64, dtype=np.uint64))).sum(axis=1, dtype=np.uint64)
    return rng.choice(words, count) ^ turned


@settings(deadline=None)  # machine code may have to be made first
@given(
    counts=st.lists(st.one_of(st.sampled_from([0, 1, 8, 64, MOST]), st.integers(0, MOST)), min_size=1, max_size=40),
    probes=st.lists(st.sampled_from([0, 1, 5, 24]), min_size=1, max_size=4),
    level=st.integers(0, 31),
    seed=st.integers(0, 1 << 32),
    data=st.data(),
)
def test_the_scan_is_what_it_is_said_to_be(
    counts: list[int], probes: list[int], level: int, seed: int, data: st.DataObject
) -> None:
    """Any number of templates of any size from any row on, any number of probes, any level."""
    rng = np.random.default_rng(seed)
    seen = rng.integers(0, 1 << 64, 30, np.uint64)
    many = PreparedTemplates(of_words(near(rng, seen, count)) for count in counts)
    searched = [rng.choice(seen, count) for count in probes]
    first = data.draw(st.integers(0, len(counts) - 1))
    similarity = np.full((len(probes), len(counts) - first), np.nan, np.float32)
    columns = many.columns
    chosen = choices(np.concatenate(searched))
    words = columns.word_0[: many.minutiae]
    middle = data.draw(st.integers(0, len(counts) - first))
    for part in ((0, middle), (middle, len(counts) - first)):
        _scan.scan(chosen, np.cumsum(probes), words, columns.starts, columns.counts, first, *part, level, similarity)
    for probe, found in zip(searched, similarity, strict=True):
        for row, value in enumerate(found, start=first):
            start, room = int(columns.starts[row]), -(-counts[row] // LANE) * LANE
            assert value == np.float32(spelt_out(probe, words[start : start + room], level))


def test_a_words_choices_are_outcomes_each_once() -> None:
    words = np.array([0, 1, (1 << 64) - 1, 1 << 63, 0x123456789ABCDEF0], np.uint64)
    chosen = choices(words)
    assert chosen.shape == (5, CHOSEN)
    assert chosen.dtype == np.int32
    assert chosen.min() >= 0
    assert chosen.max() < OUTCOMES
    assert all(len(set(row)) == CHOSEN for row in chosen.tolist())
    assert choices(words[:0]).shape == (0, CHOSEN)


def test_many_probes_are_scanned_as_each_alone() -> None:
    """Of each the best minutiae by quality, where there are more than the scan looks at."""
    rng = np.random.default_rng(1)
    seen = rng.integers(0, 1 << 64, 50, np.uint64)
    gallery = Gallery()
    for number in range(300):
        gallery.add(number, of_words(near(rng, seen, int(rng.integers(0, 60)))))
    probes = [gallery.prepared(row) for row in (3, 77, 200)]
    probes[1].traits[:, 2] = rng.permutation(len(probes[1]))
    together = gallery.scan(probes, after=10, before=290)
    assert together.shape == (3, 280)
    assert together.max() > 0
    for probe, alone in zip(probes, together, strict=True):
        assert np.array_equal(gallery.scan([probe])[0, 10:290], alone)
    best = np.argsort(-probes[1].traits[:, 2].astype(int), kind="stable")[: GALLERY.scan_minutiae]
    only = of_words(probes[1].codes[0, np.sort(best)])
    assert len(best) < len(probes[1])
    assert np.array_equal(gallery.scan([only])[0, 10:290], together[1])
    assert gallery.scan([]).shape == (0, 300)


@pytest.mark.parametrize("most", [0, 1, 7, 200])
def test_the_best_of_a_template_stay_in_order(most: int) -> None:
    rng = np.random.default_rng(most)
    words = rng.integers(0, 1 << 64, 60, np.uint64)
    whole = of_words(words)
    whole.traits[:, 2] = rng.integers(0, 5, 60)
    best = whole.best(most)
    kept = sorted(sorted(range(60), key=lambda k: -int(whole.traits[k, 2]))[:most])
    assert np.array_equal(best.codes, whole.codes[:, kept])
    assert np.array_equal(best.traits, whole.traits[kept])
    assert best.origin.tolist() == kept


@pytest.mark.parametrize(
    "counts",
    [[64] * 8 + [0, 0, 64], [0] + [MOST] * 4 + [96, 0, MOST], [0, 0], [8] * 64, [MOST] * 11, [MOST] * 4 + [95, 1, 0]],
)
@pytest.mark.parametrize("first", [0, 1])
def test_templates_that_end_with_a_block_and_are_as_alike_as_can_be(counts: list[int], first: int) -> None:
    """Who ends behind a block's last lane, who is empty on its border, and bytes at their highest, 8 times 31."""
    word = np.array([0x0123456789ABCDEF], np.uint64)
    rooms = np.array([-(-count // LANE) * LANE for count in counts])
    similarity = np.full((2, len(counts) - first), np.nan, np.float32)
    _scan.scan(
        choices(np.concatenate([word, ~word])), np.array([1, 2]), np.repeat(word, rooms.sum()),
        np.cumsum(rooms) - rooms, np.array(counts, np.int32), first, 0, len(counts) - first, 31, similarity,
    )  # fmt: skip
    assert np.array_equal(similarity[0], (31 * rooms / np.sqrt(rooms + 1)).astype(np.float32)[first:])
    assert (similarity[1] == 0).all()


def test_tables_in_the_machine_code_hold_the_largest_template() -> None:
    """They are of fixed size, so that machine code that is kept fits whatever is tuned."""
    assert len(_scan._BY_ROOM) > -(-MOST // LANE)
    assert MOST <= 1 << _alignment._BITS
