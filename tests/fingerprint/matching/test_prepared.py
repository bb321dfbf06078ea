"""Prepared templates and their descriptors: what stays the same, what is stored, what is refused."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import PreparedTemplates, Template, prepare, synthetic
from testigo.fingerprint.matching._eights import EIGHT
from testigo.fingerprint.matching._points import whole_eights
from testigo.fingerprint.matching.prepared import LANE, Prepared
from testigo.fingerprint.parameters import MATCHING


def templates(count: int = 40) -> list[Template]:
    empty = Template(288, 384, *(np.zeros(0, int) for _ in range(5)))
    return [empty, *synthetic.templates(0, count)]


def same(one: Prepared, other: Prepared) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("places", "traits", "codes"))


def differing(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.bitwise_count(one ^ other).sum())


def test_the_best_minutiae_are_kept_in_order_and_told_where_they_came_from() -> None:
    rng = np.random.default_rng(1)
    columns: list[Any] = [rng.integers(0, most, 255) for most in (288, 384, 256, 3, 101)]
    template = Template(288, 384, *columns)
    ready = prepare(template)
    assert len(ready) == MATCHING.max_minutiae
    assert (np.diff(ready.places[:, 0]) >= 0).all()
    assert (ready.places[:, 0] == template.x[ready.origin]).all()
    assert (-ready.places[:, 1] == template.y[ready.origin].astype(int)).all()
    assert (ready.traits[:, 0] == template.angle[ready.origin]).all()
    assert template.quality[ready.origin].min() >= np.sort(template.quality)[-MATCHING.max_minutiae]
    assert prepare(ready) is ready


def test_descriptors_do_not_change_when_the_finger_is_shifted_and_hardly_when_it_is_turned() -> None:
    for template in templates(8)[1:]:
        ready = prepare(template)
        shifted = Template(500, 600, template.x + 90, template.y + 71, template.angle, template.kind, template.quality)
        assert np.array_equal(prepare(shifted).codes, ready.codes)
        x, y = template.x.astype(int), template.y.astype(int)
        turned = Template(
            template.height, template.width, y, template.width - 1 - x, (template.angle.astype(int) + 64) % 256,
            template.kind, template.quality,
        )  # fmt: skip
        other = prepare(turned)
        column = {int(origin): k for k, origin in enumerate(other.origin)}
        bits = [differing(ready.codes[:, k], other.codes[:, column[int(o)]]) for k, o in enumerate(ready.origin)]
        assert max(bits) <= 4  # rounding may turn a sum that is nearly zero


def test_descriptors_of_one_minutia_are_alike_and_of_different_fingers_are_not() -> None:
    """Half of the bits differ by chance; between two impressions of a minutia, many fewer."""
    fingers = [synthetic.TemplateFinger(seed) for seed in range(10)]
    first, second = ([prepare(finger.impression(n, 0.3)) for finger in fingers] for n in (0, 1))
    own: list[float] = []
    others: list[float] = []
    for i, j in itertools.product(range(10), repeat=2):
        nearest = [min(differing(code, other) for other in second[j].codes.T) for code in first[i].codes.T]
        (own if i == j else others).append(float(np.median(nearest)))
    assert np.median(own) < 75
    assert min(others) > 80


def test_many_stand_one_behind_the_other_each_from_a_lane_on() -> None:
    made = templates()
    many = PreparedTemplates(made)
    assert len(many) == len(made)
    assert all(same(one, prepare(template)) for one, template in zip(many, made, strict=True))
    assert (many.columns.starts[: len(many)] % LANE == 0).all()
    assert many.minutiae % LANE == 0
    with pytest.raises(IndexError):
        many[len(made)]


def test_arrays_that_do_not_fit_together_never_reach_machine_code() -> None:
    places, traits = np.zeros((101, 2), np.int16), np.zeros((101, 3), np.uint8)
    codes, origin = np.zeros((4, 101), np.uint64), np.arange(101)
    for some in ((places, traits, codes, origin), (places[:9], traits[:8], codes[:, :9], origin[:9])):
        with pytest.raises(InvalidInput, match="prepared"):
            Prepared(*some)
    assert LANE == EIGHT == whole_eights(1) == whole_eights(LANE)


def test_files_hold_them_as_they_are(tmp_path: Path) -> None:
    made = templates()
    first, second = PreparedTemplates(made[:17]), PreparedTemplates(made[17:])
    first.append_to_files(tmp_path, 0)
    second.append_to_files(tmp_path, first.minutiae)
    mapped = PreparedTemplates.map_files(tmp_path, len(made), first.minutiae + second.minutiae)
    assert all(same(one, prepare(template)) for one, template in zip(mapped, made, strict=True))


@pytest.mark.parametrize("damage", ["counts", "starts", "moved", "short", "missing"])
def test_damaged_files_are_refused_before_machine_code_sees_them(tmp_path: Path, damage: str) -> None:
    many = PreparedTemplates(templates())
    many.append_to_files(tmp_path, 0)
    path = tmp_path / {"counts": "counts.bin", "starts": "starts.bin", "moved": "starts.bin"}.get(damage, "word_2.bin")
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "moved":  # still within the file, but not where the template before ends
        starts = np.frombuffer(whole, np.int64).copy()
        starts[5] += LANE
        path.write_bytes(starts.tobytes())
    else:
        path.write_bytes(whole[:-8] if damage == "short" else whole[:-8] + b"\x7f" * 8)
    with pytest.raises(InvalidInput, match="gallery"):
        PreparedTemplates.map_files(tmp_path, len(many), many.minutiae)
