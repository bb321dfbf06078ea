"""Pictures of minutiae: over their impression, and of a comparison with the pairs that were taken for the same.

An ending is a circle, a bifurcation a square, a minutia of neither kind a diamond; the stroke points where the ridge
runs to. A template without its image is drawn on a blank field of the same size.
"""

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.counted import how_many
from testigo.fingerprint.evaluation.drawing import INK, LINE, PAPER, RED, SOFT, TEAL, Drawing, save
from testigo.fingerprint.extraction.prints import Print
from testigo.fingerprint.matching.matcher import MatchResult
from testigo.fingerprint.templates.template import Kind, Template

_MARGIN, _HEAD, _FOOT, _GAP = 24.0, 74.0, 46.0, 56.0
_LARGEST = 620.0  # of a print's longer side on the drawing
_SMALLEST = 300.0  # small prints are drawn larger, so that marks and words have room
_KINDS = (
    (Kind.ENDING, ("ending", "endings")),
    (Kind.BIFURCATION, ("bifurcation", "bifurcations")),
    (Kind.OTHER, ("of neither kind", "of neither kind")),
)
_HALO: dict[str, Any] = {"stroke": PAPER, "stroke_width": 3, "paint_order": "stroke"}


def save_minutiae(path: Path, side: Print) -> None:
    """Write a picture of an impression with its minutiae, as SVG, PNG or HTML. Raises as `drawing.save`."""
    save(path, minutiae_picture(side))


def save_match(path: Path, probe: Print, candidate: Print, result: MatchResult) -> None:
    """Write a picture of a comparison, as SVG, PNG or HTML. Raises as `drawing.save`."""
    save(path, match_picture(probe, candidate, result))


def minutiae_picture(side: Print) -> Drawing:
    """The impression with all its minutiae: endings red circles, bifurcations teal squares."""
    scale = _scale([side.template])
    width = max(side.template.width * scale + 2 * _MARGIN, 420)
    height = side.template.height * scale + _HEAD + _FOOT
    kinds = ", ".join(
        how_many(int(np.count_nonzero(side.template.kind == kind)), *word)
        for kind, word in _KINDS
        if kind != Kind.OTHER or np.any(side.template.kind == kind)
    )
    drawing = Drawing(width, height, title=f"Minutiae of {side.name}", text=kinds)
    drawing.text(_MARGIN, 30, side.name, size=16, font_weight="bold")
    drawing.text(_MARGIN, 52, f"{how_many(len(side.template), 'minutia', 'minutiae')}: {kinds}", fill=SOFT)
    frame = Frame(drawing, side, _MARGIN, _HEAD, scale)
    frame.ground()
    for number in range(len(side.template)):
        frame.minutia(number, _kind_colour(int(side.template.kind[number])))
    _legend(drawing, height - 20)
    return drawing


def match_picture(probe: Print, candidate: Print, result: MatchResult) -> Drawing:
    """Both prints beside each other; minutiae taken for the same share number and colour, and a line joins them.

    Colours go around the circle with the direction from the middle of the pairs, so that a turned print shows the same
    wheel turned. Minutiae without partner are grey.
    """
    scale = _scale([probe.template, candidate.template])
    widths = [max(side.template.width * scale, 200) for side in (probe, candidate)]
    tall = max(side.template.height for side in (probe, candidate)) * scale
    width, height = sum(widths) + 2 * _MARGIN + _GAP, tall + _HEAD + _FOOT
    verdict = "The same finger" if result.matched else "Not shown to be the same finger"
    words = f"{verdict}: score {result.score:.2f}, {how_many(len(result.pairs), 'pair')} of minutiae."
    drawing = Drawing(width, height, title=f"{probe.name} and {candidate.name}", text=words)
    drawing.text(_MARGIN, 30, words, size=16, font_weight="bold")
    left = Frame(drawing, probe, _MARGIN, _HEAD, scale)
    right = Frame(drawing, candidate, _MARGIN + widths[0] + _GAP, _HEAD, scale)
    for frame, side in ((left, probe), (right, candidate)):
        label = f"{side.name}: {how_many(len(side.template), 'minutia', 'minutiae')}"
        drawing.text(frame.left, 56, label, fill=SOFT)
        frame.ground()
    colours = _wheel(probe.template, [i for i, _ in result.pairs])
    for frame, paired in ((left, {i for i, _ in result.pairs}), (right, {j for _, j in result.pairs})):
        for number in sorted(set(range(len(frame.side.template))) - paired):
            frame.minutia(number, "#8a8f96", faint=True)
    for (i, j), colour in zip(result.pairs, colours, strict=True):
        drawing.line(*left.at(i), *right.at(j), stroke=colour, stroke_width=0.9, stroke_opacity=0.5)
    for number, ((i, j), colour) in enumerate(zip(result.pairs, colours, strict=True), 1):
        left.minutia(i, colour, label=str(number))
        right.minutia(j, colour, label=str(number))
    _legend(drawing, height - 20, paired=True)
    return drawing


@dataclass(frozen=True, eq=False)
class Frame:
    """Where one print stands on the drawing: its top left corner, and units for each pixel at 500 dpi."""

    drawing: Drawing
    side: Print
    left: float
    top: float
    scale: float

    def ground(self) -> None:
        """The image, paler than it is so that the marks stand out, or a blank field."""
        width, height = self.side.template.width * self.scale, self.side.template.height * self.scale
        if self.side.image is not None:
            pixels = self.side.image.at_500_dpi()
            self.drawing.image(self.left, self.top, width, height, (pixels // 5 * 3 + 102).astype(np.uint8))
        self.drawing.rectangle(self.left, self.top, width, height, stroke=LINE)

    def at(self, number: int) -> tuple[float, float]:
        """A minutia's place on the drawing."""
        template = self.side.template
        return self.left + float(template.x[number]) * self.scale, self.top + float(template.y[number]) * self.scale

    def minutia(self, number: int, colour: str, *, label: str = "", faint: bool = False) -> None:
        """The mark of a minutia: its kind by form, its direction by a stroke, and its number beside it."""
        x, y = self.at(number)
        angle = float(self.side.template.radians[number])
        reach, style = 13.0, {"stroke": colour, "stroke_width": 1.1 if faint else 1.8}
        self.drawing.line(x, y, x + reach * math.cos(angle), y - reach * math.sin(angle), **style)
        _mark(self.drawing, int(self.side.template.kind[number]), x, y, 3.2, fill=PAPER, **style)
        if label:
            self.drawing.text(x - 6, y - 6, label, size=9, fill=colour, text_anchor="end", **_HALO)


def _mark(drawing: Drawing, kind: int, x: float, y: float, r: float, **style: object) -> None:
    if kind == Kind.ENDING:
        drawing.circle(x, y, r, **style)
    elif kind == Kind.BIFURCATION:
        drawing.rectangle(x - r, y - r, 2 * r, 2 * r, **style)
    else:
        corners = np.array([(x, y - 1.4 * r), (x + 1.4 * r, y), (x, y + 1.4 * r), (x - 1.4 * r, y)])
        drawing.path(corners, closed=True, **style)


def _legend(drawing: Drawing, y: float, *, paired: bool = False) -> None:
    colours = (INK, INK) if paired else (RED, TEAL)
    entries = ((Kind.ENDING, "ridge ending", colours[0]), (Kind.BIFURCATION, "bifurcation", colours[1]))
    for place, (kind, words, colour) in enumerate(entries):
        x = _MARGIN + 6 + 130 * place
        _mark(drawing, int(kind), x, y - 4, 3.6, fill=PAPER, stroke=colour, stroke_width=1.8)
        drawing.text(x + 12, y, words, size=12, fill=SOFT)
    if paired:
        x = _MARGIN + 6 + 130 * len(entries)
        _mark(drawing, int(Kind.ENDING), x, y - 4, 3.6, fill=PAPER, stroke="#8a8f96", stroke_width=1.1)
        drawing.text(x + 12, y, "grey: without partner", size=12, fill=SOFT)


def _kind_colour(kind: int) -> str:
    return {int(Kind.ENDING): RED, int(Kind.BIFURCATION): TEAL}.get(kind, SOFT)


def _wheel(template: Template, numbers: Sequence[int]) -> list[str]:
    """A colour for each of the minutiae, by its direction from their middle."""
    if not numbers:
        return []
    x: NDArray[np.float64] = template.x[list(numbers)].astype(np.float64)
    y: NDArray[np.float64] = template.y[list(numbers)].astype(np.float64)
    turns = np.arctan2(y - y.mean(), x - x.mean()) / (2 * math.pi) % 1.0
    return [_colour(float(turn)) for turn in turns]


def _colour(turn: float) -> str:
    """A hue dark enough to be read on white."""
    red, green, blue = colorsys.hls_to_rgb(turn, 0.38, 0.85)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _scale(templates: Sequence[Template]) -> float:
    """Units of the drawing for each pixel, the same for all prints of a picture."""
    longest = max(max(template.width, template.height) for template in templates)
    return min(_LARGEST, max(_SMALLEST, 1.35 * longest)) / longest
