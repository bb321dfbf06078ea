"""Templates: what they hold, and what they refuse to hold."""

import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import Kind, Template


def _one() -> Template:
    return Template(
        300, 400, np.array([10, 299]), np.array([20, 399]), np.array([0, 64]), np.array([1, 2]), np.array([90, 0])
    )


def test_angles_are_quarters_of_a_turn() -> None:
    assert np.allclose(_one().radians, [0, np.pi / 2])


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([10, 300])},
        {"y": np.array([-1, 5])},
        {"angle": np.array([0.5, 1.0])},
        {"kind": np.array([3, 0])},
        {"quality": np.array([101, 0])},
        {"x": np.array([1])},
        {"x": np.array([[1, 2]])},
        {"width": 0},
        {"height": 20000},
        {"x": np.zeros(256, int)},
    ],
)
def test_invalid_templates_cannot_be_made(change: dict[str, object]) -> None:
    one = _one()
    parts = {name: getattr(one, name) for name in ("width", "height", "x", "y", "angle", "kind", "quality")}
    with pytest.raises(InvalidInput, match=r"not a valid template: .*; extract it again from the image"):
        Template(**(parts | change))


def test_templates_are_equal_by_what_they_hold() -> None:
    assert _one() == _one() and hash(_one()) == hash(_one())
    other = Template(300, 400, *(getattr(_one(), name) for name in ("x", "y", "angle", "kind")), np.array([90, 1]))
    assert _one() != other
    assert _one() != "a template"


def test_kinds_are_the_standards() -> None:
    assert [int(kind) for kind in Kind] == [0, 1, 2]


def test_minutiae_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _one().x[0] = 5
