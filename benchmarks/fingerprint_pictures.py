"""Pictures of each step from an image to a decision, for docs/fingerprint.md, drawn from a synthetic finger.

    python benchmarks/fingerprint_pictures.py docs/pictures

Writes fingerprint-1-impression.svg and so on, and fingerprint-difficulty.svg for docs/fingerprint-synthetic.md; each
under 60 kB.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from testigo.cli.output import table
from testigo.fingerprint import FingerImage, Template, extract, match, prepare, synthetic
from testigo.fingerprint.evaluation.drawing import AMBER, LINE, RED, SOFT, TEAL, Drawing
from testigo.fingerprint.evaluation.pictures import Frame, match_picture, minutiae_picture
from testigo.fingerprint.extraction.extractor import foreground
from testigo.fingerprint.extraction.prints import Print
from testigo.fingerprint.matching import _leads, _points
from testigo.fingerprint.matching._eights import EIGHT
from testigo.fingerprint.parameters import DESCRIPTOR, EXTRACTION, MATCHING

SEED, FIRST, SECOND, DIFFICULTY = 5, 0, 1, 0.35
MOST_BYTES = 60_000
GREYS = 3
GREY = "#8a8f96"
WIDE, RADIUS = 520.0, 150.0  # of the descriptors' picture, in its own units
STRETCH = (
    "Each line starts where the rigid motion",
    "lays a minutia of the first print and",
    "points to its partner. Neighbours move",
    "alike: so a minutia is looked for where",
    "the displacements of the pairs around it",
    "say, and never its own.",
)


class Steps:
    """The two impressions of the pictures, with all that the steps show of them."""

    def __init__(self) -> None:
        finger = synthetic.Finger(SEED)
        self.images: list[FingerImage] = [finger.impression(n, difficulty=DIFFICULTY) for n in (FIRST, SECOND)]
        self.templates: list[Template] = [extract(image) for image in self.images]
        self.shown = [FingerImage(_calm(image.pixels)) for image in self.images]
        self.prints = [
            Print(template, image, name)
            for template, image, name in zip(self.templates, self.shown, ("first", "second"), strict=True)
        ]
        self.result = match(*self.templates)
        self.ready = [prepare(template) for template in self.templates]
        self.points = [_points.unpacked(ready.places, ready.traits) for ready in self.ready]
        self._lead()

    def _lead(self) -> None:
        """The first steps of the comparison, as `_comparison.compare` takes them."""
        n, m = (len(ready) for ready in self.ready)
        whole = np.empty((n, -(-m // EIGHT) * EIGHT), np.uint8)
        nearest = np.empty((n, EIGHT), np.uint8)
        words = np.zeros((4, whole.shape[1]), np.uint64)
        words[:, :m] = self.ready[1].codes
        _leads.differences(self.ready[0].codes, tuple(words), m, MATCHING.prefilter_level, whole, nearest)
        self.table = whole[:, :m]
        pairs, worth = np.empty((MATCHING.leads, 2), np.int64), np.empty(MATCHING.leads)
        count = _leads.leads(whole, nearest, n, m, MATCHING, pairs, worth)
        self.agree, self.support = np.empty((count, count), np.bool_), np.empty(count)
        _leads.agreement(*self.points, pairs, worth, count, MATCHING, self.agree, self.support)
        self.lead_pairs = pairs[:count]

    def impression(self) -> Drawing:
        """Two impressions of one finger: shifted, turned, stretched, drier or wetter."""
        drawing, frames = self._two("Two impressions of one finger")
        for frame, image in zip(frames, self.shown, strict=True):
            drawing.image(frame.left, frame.top, *_size(frame), image.pixels)
        return drawing

    def foreground(self) -> Drawing:
        """Blocks with contrast, and the part that the network is given."""
        drawing, frames = self._two("Foreground: blocks with contrast, and what the network sees")
        p = EXTRACTION
        for frame, image in zip(frames, self.images, strict=True):
            frame.ground()
            rows, columns = image.height // p.block, image.width // p.block
            blocks = image.pixels[: rows * p.block, : columns * p.block].reshape(rows, p.block, columns, p.block)
            side = p.block * frame.scale
            for row, finger in enumerate(blocks.std(axis=(1, 3)) >= p.least_contrast):
                edges = np.flatnonzero(np.diff(np.concatenate([[False], finger, [False]])))
                for start, end in edges.reshape(-1, 2):
                    at = frame.left + start * side, frame.top + row * side
                    drawing.rectangle(*at, (end - start) * side, side, fill=TEAL, fill_opacity=0.25)
            top, bottom, left, right = (edge * frame.scale for edge in foreground(image.at_500_dpi()))
            drawing.rectangle(
                frame.left + left, frame.top + top, right - left, bottom - top, stroke=RED, stroke_width=2
            )
        return drawing

    def minutiae(self) -> Drawing:
        """What the network found on the first impression."""
        return minutiae_picture(self.prints[0])

    def descriptor(self) -> Drawing:
        """What stands around one minutia of each print, as the matcher sees it, and the bits made of it."""
        lead = int(np.argmin(np.where(self._inner(), self.table, 255)))
        chosen = divmod(lead, self.table.shape[1])
        drawing = Drawing(2 * WIDE, 420, title="Descriptors of a minutia: what stands around it, in 256 bits")
        drawing.text(24, 32, drawing.title, size=15, font_weight="bold")
        words = [ready.codes[:, row] for ready, row in zip(self.ready, chosen, strict=True)]
        for side, row in enumerate(chosen):
            left = 24 + side * WIDE
            self._surroundings(drawing, side, row, left + RADIUS, 56 + RADIUS)
            bits, others = (((word[:, None] >> np.arange(64, dtype=np.uint64)) & 1).reshape(16, 16) for word in words)
            shown = others if side else bits
            for y, x in zip(*np.nonzero(shown), strict=True):
                fill = RED if bits[y, x] != others[y, x] else TEAL
                drawing.rectangle(left + 2 * RADIUS + 24 + 9 * x, 60 + 9 * y, 8, 8, fill=fill)
            drawing.rectangle(left + 2 * RADIUS + 22, 58, 147, 147, stroke=LINE)
        differing = int(self.table[chosen])
        drawing.text(24, 400, f"{differing} of 256 bits differ (red); between any two minutiae about half.", fill=SOFT)
        return drawing

    def leads(self) -> Drawing:
        """The pairs of minutiae with the most alike surroundings."""
        return self._joined(f"Leads: the {len(self.lead_pairs)} pairs with the most alike surroundings", set())

    def agreement(self) -> Drawing:
        """Those leads that one motion of the finger explains, together with the best supported one."""
        best = int(np.argmax(self.support))
        together = {best, *np.flatnonzero(self.agree[best]).tolist()}
        return self._joined(f"{len(together)} of them could come from one motion of the finger", together)

    def elastic(self) -> Drawing:
        """What the rigid motion leaves over at the pairs, four times as long as it is."""
        pairs = np.array(self.result.pairs)
        a, b = (t.x[n].astype(float) - 1j * t.y[n] for t, n in zip(self.templates, pairs.T, strict=True))
        turn = np.exp(1j * np.angle(np.sum((b - b.mean()) * np.conj(a - a.mean()))))
        laid = b.mean() + (a - a.mean()) * turn
        drawing, (_, frame) = self._two("Skin stretches: what is left after turning and shifting, four times as long")
        frame.ground()
        for start, end in zip(laid, b, strict=True):
            tip = end + 3 * (end - start)
            at, to = ((frame.left + z.real * frame.scale, frame.top - z.imag * frame.scale) for z in (start, tip))
            drawing.line(*at, *to, stroke=RED, stroke_width=1.6)
            drawing.circle(*at, 2.4, fill=RED)
        for k, line in enumerate(STRETCH):
            drawing.text(24, 80 + 22 * k, line, fill=SOFT)
        return drawing

    def pairs(self) -> Drawing:
        """The pairs after elastic alignment, and the decision."""
        return match_picture(*self.prints, self.result)

    def _inner(self) -> np.ndarray:
        """Which pairs of minutiae are of final pairs and well inside: their surroundings are whole."""
        inside = np.zeros(self.table.shape, bool)
        rows = [{int(o): r for r, o in enumerate(ready.origin)} for ready in self.ready]
        for i, j in self.result.pairs:
            first = self.templates[0]
            near = abs(int(first.x[i]) - first.width / 2) < 40 and abs(int(first.y[i]) - first.height / 2) < 60
            inside[rows[0][i], rows[1][j]] = near
        return inside

    def _surroundings(self, drawing: Drawing, side: int, row: int, x: float, y: float) -> None:
        """The neighbours of a minutia within the radius, turned so that it looks to the right."""
        points = self.points[side]
        drawing.circle(x, y, RADIUS, stroke=LINE, fill="#faf8f3")
        cells = 2 * RADIUS / DESCRIPTOR.side
        for k in range(1, DESCRIPTOR.side):
            at = -RADIUS + k * cells
            reach = math.sqrt(RADIUS**2 - at**2)
            drawing.line(x + at, y - reach, x + at, y + reach, stroke=LINE, stroke_width=0.6)
            drawing.line(x - reach, y + at, x + reach, y + at, stroke=LINE, stroke_width=0.6)
        zoom = RADIUS / DESCRIPTOR.radius
        back = np.exp(-1j * points[2, row])
        for k, (px, py, angle) in enumerate(points[:3].T):
            z = complex(px - points[0, row], py - points[1, row]) * back * zoom
            if abs(z) > RADIUS:
                continue
            tip = z + 15 * np.exp(1j * angle) * back
            colour = RED if k == row else TEAL
            drawing.line(x + z.real, y - z.imag, x + tip.real, y - tip.imag, stroke=colour, stroke_width=1.8)
            drawing.circle(x + z.real, y - z.imag, 3.4, stroke=colour, stroke_width=1.8, fill="#ffffff")

    def _joined(self, title: str, together: set[int]) -> Drawing:
        """Both prints with the leads as lines: red those `together` (all amber where there is no choice yet)."""
        drawing, frames = self._two(title)
        for frame in frames:
            frame.ground()
            for number in range(len(frame.side.template)):
                frame.minutia(number, GREY, faint=True)
        for number, pair in enumerate(self.lead_pairs):
            first, second = (int(ready.origin[row]) for ready, row in zip(self.ready, pair, strict=True))
            colour, width = (RED, 1.8) if number in together else (GREY, 0.8) if together else (AMBER, 1.3)
            drawing.line(*frames[0].at(first), *frames[1].at(second), stroke=colour, stroke_width=width)
        return drawing

    def _two(self, title: str) -> tuple[Drawing, tuple[Frame, Frame]]:
        scale = 1.0
        width, height = synthetic.WIDTH * scale, synthetic.HEIGHT * scale
        drawing = Drawing(2 * width + 96, height + 72, title=title)
        drawing.text(24, 32, title, size=15, font_weight="bold")
        first, second = (
            Frame(drawing, side, left, 50, scale) for side, left in zip(self.prints, (24, 72 + width), strict=True)
        )
        return drawing, (first, second)


def difficulties() -> Drawing:
    """One finger, an impression at each of some difficulties, half its size."""
    named = (0.2, synthetic.DIFFICULTY, synthetic.LIKE_FVC2002_DB1, synthetic.LIKE_FVC2004_DB1, 1.0)
    width, height = synthetic.WIDTH // 2, synthetic.HEIGHT // 2
    drawing = Drawing(
        len(named) * (width + 16) + 16, height + 84, title="One finger that never was, at five difficulties"
    )
    drawing.text(16, 32, drawing.title, size=15, font_weight="bold")
    finger = synthetic.Finger(SEED)
    for place, difficulty in enumerate(named):
        left = 16 + place * (width + 16)
        pixels = cv2.resize(
            finger.impression(place, difficulty=difficulty).pixels, (width, height), interpolation=cv2.INTER_AREA
        )
        drawing.image(left, 48, width, height, pixels // 32 * 36)
        drawing.text(left + width / 2, height + 70, f"{difficulty:g}", text_anchor="middle")
    return drawing


def _size(frame: Frame) -> tuple[float, float]:
    return frame.side.template.width * frame.scale, frame.side.template.height * frame.scale


def _calm(pixels: np.ndarray) -> np.ndarray:
    """Without the reader's noise and in few greys: a small file. What is extracted and matched is the true image."""
    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.1).astype(np.float64)
    dark, light = np.quantile(smooth, (0.02, 0.9))
    level = np.clip(np.round((smooth - dark) / (light - dark) * (GREYS - 1)), 0, GREYS - 1)
    return (60 + level * 190 / (GREYS - 1)).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder to write into")
    arguments = parser.parse_args()
    steps = Steps()
    drawn: tuple[Callable[[], Drawing], ...] = (
        steps.impression,
        steps.foreground,
        steps.minutiae,
        steps.descriptor,
        steps.leads,
        steps.agreement,
        steps.elastic,
        steps.pairs,
    )
    pictures = {f"fingerprint-{number}-{step.__name__}.svg": step for number, step in enumerate(drawn, 1)}
    rows = []
    for name, draw in {**pictures, "fingerprint-difficulty.svg": difficulties}.items():
        path = arguments.folder / name
        data = draw().svg().encode()
        path.write_bytes(data)
        rows.append((path.name, f"{len(data):,}", "" if len(data) <= MOST_BYTES else "too large"))
    table("Pictures", ("file", "bytes", ""), rows)


if __name__ == "__main__":
    main()
