"""The chart of an evaluation: the DET curve with its interval, and beside it where genuine and impostor scores lie.

How to read it: docs/fingerprint-measuring.md.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.comparisons import Comparisons
from testigo.fingerprint.evaluation.drawing import BLUE, INK, LINE, PAPER, RED, SOFT, TEAL, Drawing, Points, save
from testigo.fingerprint.evaluation.figures import Evaluation
from testigo.fingerprint.evaluation.rates import det_points

_WIDTH, _HEIGHT = 1080.0, 604.0
_TOP, _PANEL = 106.0, 400.0  # where panels begin, and how high they are
_BINS = 60
_HALO: dict[str, Any] = {"stroke": PAPER, "stroke_width": 4, "paint_order": "stroke"}  # keeps words off lines
Scale = Callable[[float], float]


@dataclass(frozen=True)
class _Panel:
    """A rectangle of the drawing with an axis below and one at its left; `x` and `y` place values on them."""

    drawing: Drawing
    left: float
    width: float
    x: Scale
    y: Scale

    def frame(self, title: str, below: str, beside: str) -> None:
        middle = self.left + self.width / 2
        self.drawing.text(self.left, _TOP - 14, title, size=15, font_weight="bold")
        self.drawing.text(middle, _TOP + _PANEL + 46, below, text_anchor="middle", fill=SOFT)
        across = self.left - 58
        self.drawing.text(across, _TOP + _PANEL / 2, beside, turn=-90, text_anchor="middle", fill=SOFT)

    def tick_x(self, value: float, label: str) -> None:
        at = self.x(value)
        self.drawing.line(at, _TOP, at, _TOP + _PANEL, stroke=LINE, stroke_width=0.8)
        self.drawing.text(at, _TOP + _PANEL + 20, label, text_anchor="middle", size=12)

    def tick_y(self, value: float, label: str) -> None:
        at = self.y(value)
        self.drawing.line(self.left, at, self.left + self.width, at, stroke=LINE, stroke_width=0.8)
        self.drawing.text(self.left - 8, at + 4, label, text_anchor="end", size=12)

    def upright(self, value: float, label: str, **style: object) -> None:
        """A dashed line at a value of the x axis, its label at the top, on the side where there is room."""
        at = self.x(value)
        self.drawing.line(at, _TOP, at, _TOP + _PANEL, stroke_width=1.2, stroke_dasharray="5 4", **style)
        right = at < self.left + 0.6 * self.width
        anchor = "start" if right else "end"
        self.drawing.text(at + (6 if right else -6), _TOP + 16, label, size=12, text_anchor=anchor, fill=SOFT)

    def border(self) -> None:
        self.drawing.rectangle(self.left, _TOP, self.width, _PANEL, stroke=SOFT, stroke_width=1)

    def points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Points:
        return np.array([(self.x(a), self.y(b)) for a, b in zip(x, y, strict=True)]).reshape(-1, 2)


def save_evaluation(path: Path, figures: Evaluation, compared: Comparisons, *, title: str) -> None:
    """Write the chart as SVG, PNG, or HTML with the figures in a table below it. Raises as `drawing.save`."""
    save(path, evaluation_chart(figures, compared, title=title), below=_table(figures))


def evaluation_chart(figures: Evaluation, compared: Comparisons, *, title: str) -> Drawing:
    """DET curve with its 95 % interval (left) and distributions of the scores (right) of one set."""
    drawing = Drawing(_WIDTH, _HEIGHT, title=f"Accuracy on {title}", text=f"{_headline(figures)} {_rates(figures)}")
    drawing.text(34, 36, f"Accuracy on {title}", size=20, font_weight="bold")
    drawing.text(34, 58, _headline(figures), fill=SOFT)
    genuine, impostor = compared.scores[compared.genuine], compared.scores[~compared.genuine]
    _det(drawing, figures, genuine, impostor)
    _distributions(drawing, figures.threshold, genuine, impostor)
    drawing.text(34, _HEIGHT - 22, _rates(figures), size=13)
    return drawing


def _headline(figures: Evaluation) -> str:
    return (
        f"{figures.impressions:,} impressions of {figures.fingers:,} fingers: {figures.genuine:,} genuine and"
        f" {figures.impostors:,} impostor comparisons (all cross-finger pairs)."
    )


def _rates(figures: Evaluation) -> str:
    low, high = figures.intervals["fnmr_at_fmr_0.001"]
    text = (
        f"EER {figures.eer_all:.2%} · FNMR at FMR 0.1%: {figures.fnmr_at_fmr_01_percent:.2%}"
        f" (95% interval {low:.2%} to {high:.2%})"
        f" · at the shipped threshold FNMR {figures.fnmr:.2%}, FMR {figures.fmr:.4%}"
    )
    return text.replace("%", " %")


# ── Detection error trade-off ────────────────────────────────────────────────────────────────────────────────────────


def _det(drawing: Drawing, figures: Evaluation, genuine: NDArray[np.float64], impostor: NDArray[np.float64]) -> None:
    lowest_fmr = 10.0 ** math.floor(math.log10(1 / len(impostor)) + 1e-9)
    highest_fmr = max(0.1, figures.det[-1].fmr)
    lowest = 10.0 ** math.floor(math.log10(1 / len(genuine)) + 1e-9)  # stands for "none" as well
    reach = max(point.high for point in figures.det)
    highest = min(1.0, 10.0 ** math.ceil(math.log10(max(reach, figures.eer_all, 10 * lowest)) - 1e-9))
    x, y = _logarithmic(lowest_fmr, highest_fmr, 104, 534), _logarithmic(lowest, highest, _TOP + _PANEL, _TOP)
    panel = _Panel(drawing, 104, 430, x, y)
    for value in _decades(lowest_fmr, highest_fmr):
        panel.tick_x(value, "none" if value == lowest_fmr else _percent(value))
    for value in _decades(lowest, highest):
        panel.tick_y(value, "none" if value == lowest else _percent(value))
    panel.frame("Detection error trade-off (DET)", "False match rate (FMR)", "False non-match rate (FNMR)")
    fmrs = np.array([lowest_fmr, *(point.fmr for point in figures.det)])
    low, high = np.array([figures.intervals["zero_fmr"], *((point.low, point.high) for point in figures.det)]).T
    band = np.concatenate([panel.points(fmrs, high), panel.points(fmrs, low)[::-1]])
    drawing.path(band, closed=True, fill=TEAL, fill_opacity=0.16)
    both = max(lowest_fmr, lowest), min(highest_fmr, highest)
    drawing.path(panel.points(np.array(both), np.array(both)), stroke=SOFT, stroke_width=1, stroke_dasharray="2 4")
    fmr, fnmr = det_points(genuine, impostor)
    steps = panel.points(np.repeat(fmr, 2)[1:], np.repeat(fnmr, 2)[:-1])  # FNMR holds until the next FMR
    drawing.path(_within(steps, panel), stroke=TEAL, stroke_width=2.4)
    _mark(panel, figures.eer_all, figures.eer_all, f"EER {_percent(figures.eer_all)}", INK)
    if figures.zero_fmr == 0:
        middle = panel.left + panel.width / 2, _TOP + _PANEL / 2
        drawing.text(*middle, "Genuine and impostor scores do not overlap.", text_anchor="middle", fill=SOFT, **_HALO)
    if figures.fmr > 0 or figures.fnmr > 0:
        _mark(panel, figures.fmr, figures.fnmr, "shipped threshold", RED)
    panel.border()
    drawing.rectangle(panel.left + panel.width - 106, _TOP - 25, 22, 12, fill=TEAL, fill_opacity=0.16)
    drawing.text(panel.left + panel.width, _TOP - 15, "95 % interval", size=12, fill=SOFT, text_anchor="end")


def _mark(panel: _Panel, x: float, y: float, label: str, colour: str) -> None:
    at_x, at_y = panel.x(x), panel.y(y)
    panel.drawing.circle(at_x, at_y, 5, fill=colour, stroke="#ffffff", stroke_width=1.5)
    left = at_x > panel.left + 0.66 * panel.width
    lift = -11 if at_y > _TOP + 30 else 22
    start, anchor = (at_x - 4, "end") if left else (at_x + 8, "start")
    panel.drawing.text(start, at_y + lift, label, size=12, text_anchor=anchor, fill=colour, **_HALO)


def _within(points: Points, panel: _Panel) -> Points:
    """The steps up to the panel's right edge; the last is cut there."""
    edge = panel.left + panel.width
    inside = points[points[:, 0] < edge]
    return np.vstack([inside, [edge, inside[-1, 1]]])


def _logarithmic(lowest: float, highest: float, start: float, end: float) -> Scale:
    """Decades of equal length from `start` to `end`; what lies outside is held at the ends."""

    def place(value: float) -> float:
        within = min(max(value, lowest), highest)
        return start + (end - start) * math.log(within / lowest) / math.log(highest / lowest)

    return place


def _decades(lowest: float, highest: float) -> list[float]:
    first, last = round(math.log10(lowest)), math.floor(math.log10(highest) + 1e-9)
    return [10.0**power for power in range(first, last + 1)]


def _percent(rate: float) -> str:
    value = rate * 100
    return f"{value:.2f} %" if 0.01 <= value < 100 and not _is_decade(rate) else f"{value:.10g} %"


def _is_decade(rate: float) -> bool:
    return rate > 0 and abs(math.log10(rate) - round(math.log10(rate))) < 1e-9


# ── Distributions ────────────────────────────────────────────────────────────────────────────────────────────────────


def _distributions(
    drawing: Drawing, threshold: float, genuine: NDArray[np.float64], impostor: NDArray[np.float64]
) -> None:
    """Shares of both kinds of comparisons by score, on a logarithmic scale: the tails are what decides."""
    top = max(threshold + 1, float(genuine.max()), float(impostor.max()))
    last = float(math.ceil(top))
    edges = np.linspace(0, last, _BINS + 1)
    lowest = 10.0 ** math.floor(math.log10(1 / max(len(genuine), len(impostor))) + 1e-9)
    left, width = 634.0, 412.0

    def x(value: float) -> float:
        return left + width * min(max(value / last, 0.0), 1.0)

    panel = _Panel(drawing, left, width, x, _logarithmic(lowest, 1.0, _TOP + _PANEL, _TOP))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if last / step <= 9)
    for value in np.arange(0, last + 0.5, step):
        panel.tick_x(float(value), f"{value:g}")
    for value in _decades(lowest, 1.0):
        panel.tick_y(value, "none" if value == lowest else _percent(value))
    panel.frame("Scores", "Score", "Share of the comparisons")
    for values, colour in ((impostor, RED), (genuine, BLUE)):
        shares = np.histogram(values, edges)[0] / len(values)
        outline = panel.points(np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(shares, 2), [0.0]]))
        drawing.path(outline, closed=True, fill=colour, fill_opacity=0.22, stroke=colour, stroke_width=1.6)
    claimed = 10.0 ** -edges[:-1] - 10.0 ** -edges[1:]  # a score s claims that one in 10^s impostors reaches it
    drawn = claimed >= lowest
    middles = (edges[:-1] + edges[1:]) / 2
    drawing.path(panel.points(middles[drawn], claimed[drawn]), stroke=RED, stroke_width=1.4, stroke_dasharray="2 4")
    panel.upright(threshold, f"threshold {threshold:g}", stroke=INK)
    panel.border()
    for row, (name, colour) in enumerate((("impostor", RED), ("genuine", BLUE))):
        y = _TOP + 40 + 20 * row
        drawing.rectangle(left + width - 96, y - 10, 14, 12, fill=colour, fill_opacity=0.3, stroke=colour)
        drawing.text(left + width - 76, y, name, size=12)
    y = _TOP + 80
    drawing.line(
        left + width - 96, y - 4, left + width - 82, y - 4, stroke=RED, stroke_width=1.4, stroke_dasharray="2 4"
    )
    drawing.text(left + width - 76, y, "claimed", size=12)


def _table(figures: Evaluation) -> str:
    """The rates and their intervals, for the HTML page."""
    values = msgspec.to_builtins(figures)
    values |= {f"fvc.{name}": value for name, value in values["fvc"].items()}
    rows = [
        f"<tr><th scope='row'>{escape(name)}</th><td>{values[name] * 100:.4f} %</td>"
        f"<td>{low * 100:.4f} to {high * 100:.4f} %</td></tr>"
        for name, (low, high) in figures.intervals.items()
    ]
    head = "<tr><th scope='col'>rate</th><th scope='col'>value</th><th scope='col'>95 % interval</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"
