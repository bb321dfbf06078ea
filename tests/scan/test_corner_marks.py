"""Sheets are found by their corner marks, also where noise or little light hides one of them."""

import cv2
import numpy as np
import pytest

from testigo.paper.frame import CORNER_MARKS, DOTS_PER_MM, TOP_MARKS
from testigo.scan.corner_marks import bend, find_sheets

LENGTH = 100.0


def sheet(missing: int | None = None) -> np.ndarray:
    """White paper with a sheet's marks, `LENGTH` mm apart."""
    page = np.full((920, 700), 250, np.uint8)
    for mark, (x, y) in enumerate([*TOP_MARKS, *((x, y + LENGTH) for x, y in TOP_MARKS)]):
        if mark != missing:
            left, top = round((x + 5) * DOTS_PER_MM), round((y + 3) * DOTS_PER_MM)
            bits = np.array([[bit == "1" for bit in row] for row in CORNER_MARKS[mark]], np.uint8)
            page[top : top + 48, left : left + 48] = 250 - 230 * np.kron(bits, np.ones((8, 8), np.uint8))
    return page


def hide(page: np.ndarray, mark: int) -> np.ndarray:
    """A smear over the mark's border: its outline is no square any more."""
    x, y = [*TOP_MARKS, *((x, y + LENGTH) for x, y in TOP_MARKS)][mark]
    left, top = round((x + 5) * DOTS_PER_MM), round((y + 3) * DOTS_PER_MM)
    page = page.copy()
    cv2.line(page, (left + 20, top - 12), (left + 44, top + 60), 240, 5)
    return page


@pytest.mark.parametrize("mark", range(4))
def test_the_fourth_mark_is_found_where_it_must_stand(mark: int) -> None:
    (whole,), _ = find_sheets(sheet())
    (marks,), odd = find_sheets(hide(sheet(), mark))
    assert odd == 0
    assert np.abs(marks.points - whole.points).max() < 2.5  # dots: 0.3 mm


@pytest.mark.parametrize("mark", range(4))
def test_attack_a_mark_that_is_not_there_is_not_made_up(mark: int) -> None:
    assert find_sheets(sheet(missing=mark)) == ([], 3)


def test_marks_in_the_dark_are_found() -> None:
    rng = np.random.default_rng(1)
    dark = sheet().astype(np.float32) * np.linspace(0.35, 0.08, 700, dtype=np.float32)
    (marks,), _ = find_sheets(np.clip(dark + rng.normal(0, 5, dark.shape), 0, 255).astype(np.uint8))
    (whole,), _ = find_sheets(sheet())
    assert np.abs(marks.points - whole.points).max() < 2


def test_flat_paper_from_aside_is_not_bent_and_rolled_paper_is() -> None:
    page = sheet()
    corners = np.array([[0, 0], [700, 0], [700, 920], [0, 920]], np.float32)
    aside = corners + np.array([[0, 0], [-120, 90], [-60, -60], [40, 0]], np.float32)
    tilted = cv2.warpPerspective(page, cv2.getPerspectiveTransform(corners, aside), (700, 920), borderValue=250)
    y, x = np.mgrid[0:920, 0:700].astype(np.float32)
    arc = y * (1 + 0.25 * (y / 920) ** 2)  # the lower end stands up
    rolled = cv2.remap(page, x, arc, cv2.INTER_LINEAR, borderValue=250)
    assert bend(find_sheets(tilted)[0][0]) < 0.1 < 0.2 < bend(find_sheets(rolled)[0][0])
