"""What people do to a printed slip: strike through, write over, wipe out, scratch, mark with a highlighter, imitated.

Each kind takes the printed slip (grey image, 8 dots a millimetre), its regions and a random generator. `MARKED` must be
refused or flagged, because a person reads something else than the machine.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.slip_reader.legal_print import Region

Grey = NDArray[np.uint8]
Mark = Callable[[Grey, Sequence[Region], np.random.Generator], Grey]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""


def draw(slip: Grey, strokes: Sequence[NDArray[np.float64]], width: float, darkness: float, grain: float = 0.0) -> Grey:
    """The slip with lines drawn over it. `width`: millimetres; `darkness`: 1 is black; `grain`: how much of a pencil's
    line the paper leaves out."""
    fine = 4
    height, columns = slip.shape
    ink = np.zeros((height * fine, columns * fine), np.uint8)
    for points in strokes:
        fixed = np.round(points * fine * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(ink, [fixed], False, 255, max(round(width * 8 * fine), 1), cv2.LINE_AA, 4)
    cover = cv2.resize(ink, (columns, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255 * darkness
    if grain:
        rough = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, slip.shape).astype(np.float32), (0, 0), 0.7)
        cover *= np.clip(1 - grain * np.abs(rough), 0, 1)
    return (slip * (1 - cover)).astype(np.uint8)


def pen(rng: np.random.Generator) -> dict[str, float]:
    """Any pen from 0.25 to 0.8 mm, or a pencil, at least half black."""
    if rng.random() < 0.3:
        return {"width": rng.uniform(0.3, 0.6), "darkness": rng.uniform(0.55, 0.75), "grain": 0.25}
    return {"width": rng.uniform(0.25, 0.8), "darkness": rng.uniform(0.5, 1.0)}


def words_of(slip: Grey, region: Region) -> list[Box]:
    """The lines of words in a region."""
    dark = slip[region.top : region.top + region.height] < 128
    dark[dark.mean(axis=1) > 0.6] = False
    rows = np.flatnonzero(dark.any(axis=1))
    boxes = []
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 2) + 1):
        if len(run) >= 8:
            columns = np.flatnonzero(dark[run[0] : run[-1] + 1].any(axis=0))
            boxes.append((int(columns[0]), region.top + int(run[0]), int(columns[-1]), region.top + int(run[-1])))
    return boxes


def line(box: Box, rng: np.random.Generator, part: float = 1.0) -> NDArray[np.float64]:
    """A line by hand through a line of words, or through a part of it."""
    left, top, right, bottom = box
    length = max((right - left) * part, 24)
    start = rng.uniform(left, max(right - length, left + 1))
    x = np.linspace(start - rng.uniform(0, 12), start + length + rng.uniform(0, 12), 40)
    middle = top + (bottom - top) * rng.uniform(0.35, 0.65)
    slope = rng.normal(0, 0.02)
    wave = rng.uniform(0, 2.5) * np.sin(x / rng.uniform(8, 40) + rng.uniform(0, 6))
    return np.stack([x, middle + slope * (x - x.mean()) + wave], axis=1)


def _rows(regions: Sequence[Region]) -> list[Region]:
    return [region for region in regions if region.kind == "row"]


def struck(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """The name of one row struck through."""
    rows = _rows(regions)
    box = words_of(slip, rows[rng.integers(len(rows))])[0]
    return draw(slip, [line(box, rng)], **pen(rng))


def struck_in_part(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """A third of a name or more struck through."""
    rows = _rows(regions)
    box = words_of(slip, rows[rng.integers(len(rows))])[0]
    return draw(slip, [line(box, rng, rng.uniform(0.35, 0.7))], **pen(rng))


def struck_party(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """Only the last line of a row struck through."""
    rows = _rows(regions)
    box = words_of(slip, rows[rng.integers(len(rows))])[-1]
    return draw(slip, [line(box, rng)], **pen(rng))


def crossed(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """A cross, or one stroke of it, over a whole row."""
    rows = _rows(regions)
    region = rows[rng.integers(len(rows))]
    boxes = words_of(slip, region)
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    top, bottom = region.top + rng.uniform(0, 10), region.top + region.height - rng.uniform(0, 10)
    right = min(right, left + rng.uniform(60, 400))
    strokes = [np.array([[left, top], [right, bottom]]), np.array([[left, bottom], [right, top]])]
    return draw(slip, strokes[: int(rng.integers(1, 3))], **pen(rng))


def wavy(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """A wavy or zigzag line through a name."""
    rows = _rows(regions)
    left, top, right, bottom = words_of(slip, rows[rng.integers(len(rows))])[0]
    x = np.linspace(left, right, 200)
    wave = np.sin(x * 2 * np.pi / rng.uniform(14, 50))
    points = np.stack([x, (top + bottom) / 2 + wave * rng.uniform(3, (bottom - top) / 2)], axis=1)
    return draw(slip, [points], **pen(rng))


def written(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """A word by hand anywhere: over titles, rows, code lines or the foot, or on blank paper."""
    text = str(rng.choice(["ANULADO", "No vale", "Ortega", "Pedro Rojas", "X X X", "nulo"]))
    size = rng.uniform(0.6, 1.8)
    face = int(rng.choice([cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SIMPLEX]))
    kind = pen(rng)
    (width, height), _ = cv2.getTextSize(text, face, size, 1)
    sheet = np.zeros((height + 60, width + 60), np.uint8)
    cv2.putText(sheet, text, (30, height + 30), face, size, 255, max(round(kind["width"] * 8), 1), cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), rng.normal(0, 6), 1)
    sheet = cv2.warpAffine(sheet, turn, sheet.shape[::-1])
    cover = np.zeros(slip.shape, np.float32)
    top = int(rng.integers(0, max(slip.shape[0] - sheet.shape[0], 1)))
    left = int(rng.integers(0, max(slip.shape[1] - sheet.shape[1], 1)))
    sheet = sheet[: slip.shape[0] - top, : slip.shape[1] - left]
    cover[top : top + sheet.shape[0], left : left + sheet.shape[1]] = sheet.astype(np.float32) / 255
    return (slip * (1 - kind["darkness"] * cover)).astype(np.uint8)


def wiped(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """One line of words, of a title, a row or the head, wiped out in a half or wholly."""
    chosen = [region for region in regions if region.kind != "tail"]
    boxes = words_of(slip, chosen[rng.integers(len(chosen))])
    left, top, right, bottom = boxes[rng.integers(len(boxes))]
    half = rng.random() < 0.3
    image = slip.copy()
    image[top - 1 : bottom + 2, left - 2 : (left + right) // 2 if half else right + 3] = 255
    return image


def fluid(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """A dab of correction fluid over a part of a name, whiter or darker than the paper by a little."""
    rows = _rows(regions)
    left, top, right, bottom = words_of(slip, rows[rng.integers(len(rows))])[0]
    cover = np.zeros(slip.shape, np.float32)
    length = (right - left) * rng.uniform(0.4, 1.0)
    start = rng.uniform(left, right - length)
    points = np.array([[start, (top + bottom) / 2], [start + length, (top + bottom) / 2 + rng.normal(0, 3)]])
    cv2.polylines(cover, [points.astype(np.int32)], False, 1.0, bottom - top + 4)
    cover = cv2.GaussianBlur(cover, (0, 0), 1.5) * rng.uniform(0.85, 1.0)
    return (slip * (1 - cover) + rng.uniform(235, 255) * cover).astype(np.uint8)


def scratched(slip: Grey, regions: Sequence[Region], rng: np.random.Generator) -> Grey:
    """Print scraped off with something sharp: many white strokes over a name."""
    rows = _rows(regions)
    left, top, right, bottom = words_of(slip, rows[rng.integers(len(rows))])[0]
    strokes = [
        np.array([[rng.uniform(left, right), top - 2], [rng.uniform(left, right), bottom + 2]])
        for _ in range(int((right - left) / 4))
    ]
    return (255 - draw(255 - slip, strokes, width=0.3, darkness=0.9)).astype(np.uint8)


MARKED: dict[str, Mark] = {
    "struck": struck,
    "struck in part": struck_in_part,
    "party struck": struck_party,
    "crossed": crossed,
    "wavy": wavy,
    "written": written,
    "wiped": wiped,
    "fluid": fluid,
    "scratched": scratched,
}
