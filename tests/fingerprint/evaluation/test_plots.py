"""Charts and pictures: well formed, true to the numbers, and the same in SVG, PNG and HTML."""

import io
import math
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint import FingerImage, Template, match, synthetic
from testigo.fingerprint.evaluation.comparisons import Comparisons, compare_all
from testigo.fingerprint.evaluation.drawing import Drawing, require_writable, save, to_png
from testigo.fingerprint.evaluation.explanation import chance, explain
from testigo.fingerprint.evaluation.figures import summary
from testigo.fingerprint.evaluation.impressions import Impression
from testigo.fingerprint.evaluation.pictures import match_picture, minutiae_picture, save_match
from testigo.fingerprint.evaluation.plots import evaluation_chart, save_evaluation
from testigo.fingerprint.extraction.prints import Print

SVG = "{http://www.w3.org/2000/svg}"
Templates = dict[tuple[int, int], Template]


def parsed(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg())  # noqa: S314  our own drawing


def words(drawing: Drawing) -> list[str]:
    return [element.text or "" for element in parsed(drawing).iter(f"{SVG}text")]


class _Extracted:
    """What `summary` needs of an extraction, of templates that are there already."""

    def __init__(self, templates: Templates) -> None:
        self.impressions = [Impression(finger, n, Path()) for finger, n in templates]
        self.templates = list(templates.values())
        self.alone, self.batch_seconds, self.dpi, self.skipped = [0.2], None, [500] * len(templates), []


@pytest.fixture(scope="module")
def evaluated(synthetic_templates: Templates) -> tuple:  # type: ignore[type-arg]
    extracted = _Extracted(synthetic_templates)
    compared = compare_all(extracted.impressions, extracted.templates)
    return summary(extracted, compared), compared  # type: ignore[arg-type]


def test_the_chart_says_what_was_measured(evaluated: tuple) -> None:  # type: ignore[type-arg]
    figures, compared = evaluated
    chart = evaluation_chart(figures, compared, title="six & more")
    said = words(chart)
    assert "Accuracy on six & more" in said
    assert any(line.startswith("18 impressions of 6 fingers: 18 genuine and 135 impostor") for line in said)
    assert {"False match rate (FMR)", "False non-match rate (FNMR)", "Score", "threshold 4", "1 %"} <= set(said)
    assert parsed(chart).find(f"{SVG}title") is not None
    assert "EER" in (parsed(chart).findtext(f"{SVG}desc") or "")


def test_curves_stay_within_their_panels(evaluated: tuple) -> None:  # type: ignore[type-arg]
    chart = evaluation_chart(*evaluated, title="here")
    frames = [rect.attrib for rect in parsed(chart).iter(f"{SVG}rect") if float(rect.attrib["height"]) == 400]
    assert len(frames) == 2
    for element in [*parsed(chart).iter(f"{SVG}polyline"), *parsed(chart).iter(f"{SVG}polygon")]:
        points = np.array([[float(v) for v in pair.split(",")] for pair in element.attrib["points"].split()])
        inside = []
        for frame in frames:
            left, top, width = (float(frame[name]) for name in ("x", "y", "width"))
            across = (points[:, 0] >= left - 0.01) & (points[:, 0] <= left + width + 0.01)
            inside.append(bool(np.all(across & (points[:, 1] >= top - 0.01) & (points[:, 1] <= top + 400.01))))
        assert inside.count(True) == 1


def test_the_curve_passes_where_it_was_measured(synthetic_templates: Templates) -> None:
    """Two of 40 genuine comparisons fail until the second of 100 impostors passes, with the score of one of them."""
    genuine = np.array([1.0, 4.8] + [9.0] * 38)
    impostor = np.concatenate([[5.0, 4.8], np.linspace(1.1, 4, 8), np.zeros(90)])
    scores = np.concatenate([genuine, impostor])
    chosen = np.arange(len(scores)) < 40
    fingers = np.arange(20)
    first, second = np.where(chosen, 0, np.arange(len(scores)) % 9), np.where(chosen, 0, 9 + np.arange(len(scores)) % 9)
    compared = Comparisons(first, second, scores, chosen, np.ones(140, np.bool_), fingers, 1.0, 1.0)
    figures = summary(_Extracted(synthetic_templates), compared)  # type: ignore[arg-type]
    chart = evaluation_chart(figures, compared, title="x")
    curve = next(one for one in parsed(chart).iter(f"{SVG}polyline") if one.get("stroke-width") == "2.4")
    points = [tuple(float(v) for v in pair.split(",")) for pair in curve.attrib["points"].split()]
    # FMR from 1 % ("none") to 10 % over 430 units from 104; FNMR from 1 % ("none") to 10 % over 400 units up from 506.
    two_percent, lost_both, lost_one = 104 + 430 * math.log10(2), 506 - 400 * math.log10(5), 506 - 400 * math.log10(2.5)
    for wanted in ((104, lost_both), (two_percent, lost_both), (two_percent, lost_one), (534, lost_one)):
        assert any(math.dist(point, wanted) < 0.1 for point in points), wanted


def test_a_chart_as_svg_png_and_html(evaluated: tuple, tmp_path: Path) -> None:  # type: ignore[type-arg]
    for ending in ("svg", "png", "html"):
        save_evaluation(tmp_path / f"det.{ending}", *evaluated, title="here")
    assert (tmp_path / "det.svg").read_text().startswith("<svg ")
    picture = Image.open(tmp_path / "det.png")
    assert picture.size == (2160, 1208)
    assert np.asarray(picture.convert("L")).std() > 20  # not blank: lines and words are there
    page = (tmp_path / "det.html").read_text()
    assert "<svg " in page and "fnmr_at_fmr_0.001" in page and page.count("<tr>") == 13


def test_a_match_picture_shows_every_minutia_and_every_pair(synthetic_templates: Templates) -> None:
    first, second = synthetic_templates[1, 0], synthetic_templates[1, 1]
    result = match(first, second)
    drawing = match_picture(Print(first, synthetic.generate(1, 0), "a"), Print(second, None, "b"), result)
    said = words(drawing)
    for number in range(1, len(result.pairs) + 1):
        assert said.count(str(number)) == 2
    forms = [*parsed(drawing).iter(f"{SVG}circle"), *parsed(drawing).iter(f"{SVG}rect")]
    assert len(forms) == len(first) + len(second) + 3 + 1 + 2  # the legend, the paper, two frames
    assert len(list(parsed(drawing).iter(f"{SVG}image"))) == 1  # the second is drawn on a blank field
    lines = [line for line in parsed(drawing).iter(f"{SVG}line") if line.get("stroke-opacity")]
    assert len(lines) == len(result.pairs)
    scale = 518.4 / 384
    i, j = result.pairs[0]
    assert float(lines[0].attrib["x1"]) == pytest.approx(24 + first.x[i] * scale, abs=0.06)
    assert float(lines[0].attrib["y2"]) == pytest.approx(74 + second.y[j] * scale, abs=0.06)


def test_minutiae_point_where_their_ridges_run(synthetic_templates: Templates) -> None:
    template = synthetic_templates[2, 0]
    drawing = minutiae_picture(Print(template, None, "x"))
    line = next(iter(parsed(drawing).iter(f"{SVG}line"))).attrib
    away = float(line["x2"]) - float(line["x1"]), float(line["y1"]) - float(line["y2"])
    assert math.atan2(away[1], away[0]) % (2 * math.pi) == pytest.approx(template.radians[0], abs=0.02)


def test_names_are_words_and_no_markup(synthetic_templates: Templates, tmp_path: Path) -> None:
    template = synthetic_templates[2, 0]
    evil = 'x"><script>alert(1)</script>&.png'
    save_match(tmp_path / "m.html", Print(template, None, evil), Print(template, None, evil), match(template, template))
    page = (tmp_path / "m.html").read_text()
    assert "<script" not in page and "&lt;script" in page


@pytest.mark.parametrize("count", [0, 1])
def test_prints_without_minutiae_are_drawn(count: int) -> None:
    place = np.full(count, 50)
    bare = Template(100, 100, place, place, place, np.ones(count, np.int64), place)
    result = match(bare, bare)
    drawing = match_picture(Print(bare, None, "a"), Print(bare, None, "b"), result)
    assert any(re.match(rf"a: {count} minutia", line) for line in words(drawing))
    assert Image.open(io.BytesIO(to_png(drawing))).size[0] > 800
    assert explain(bare, bare, result).turn is None


def test_a_picture_of_another_resolution_lies_under_its_minutiae() -> None:
    image = FingerImage(np.full((300, 200), 255, np.uint8), 1000)
    bare = Template(100, 150, *[np.array([10])] * 3, np.array([1]), np.array([50]))
    drawn = next(iter(parsed(minutiae_picture(Print(bare, image, "x"))).iter(f"{SVG}image"))).attrib
    assert float(drawn["width"]) / float(drawn["height"]) == pytest.approx(100 / 150, abs=0.001)


def test_other_endings_and_places_are_refused(tmp_path: Path) -> None:
    drawing = Drawing(10, 10, title="t")
    with pytest.raises(InvalidInput, match=r"not written in a file with this ending; let its name end in"):
        save(tmp_path / "a.gif", drawing)
    with pytest.raises(StorageError, match="is a folder"):
        require_writable(tmp_path)
    with pytest.raises(StorageError, match="its folder is not there"):
        require_writable(tmp_path / "none" / "a.svg")
    assert not list(tmp_path.iterdir())


def test_an_explanation_finds_the_turn_and_the_shift(synthetic_templates: Templates) -> None:
    """A template turned by 32 steps of 256 (45°) about a point and shifted 40 pixels to the right."""
    still = synthetic_templates[3, 0]
    x, y = still.x - 144.0, 192.0 - still.y
    turn = math.pi / 4
    moved_x = x * math.cos(turn) - y * math.sin(turn) + 300 + 40
    moved_y = 300 - (x * math.sin(turn) + y * math.cos(turn))
    moved = Template(
        640, 640, np.round(moved_x).astype(int), np.round(moved_y).astype(int),
        (still.angle.astype(int) + 32) % 256, still.kind, still.quality,
    )  # fmt: skip
    explained = explain(still, moved, match(still, moved))
    assert explained.turn == pytest.approx(45, abs=0.5)
    assert explained.spread is not None and explained.spread < 0.06
    assert explained.matched and explained.pairs > 20
    said = explained.sentences()
    assert said[0] == "The same finger."
    assert "turned by 45° counter-clockwise" in said[3]
    back = explain(moved, still, match(moved, still))
    assert back.turn == pytest.approx(-45, abs=0.5)


@pytest.mark.parametrize("count", [100, 101])
def test_who_has_more_minutiae_than_are_compared_is_told(count: int) -> None:
    whole = np.arange(count)
    crowded = Template(640, 640, 5 + 6 * whole, whole * 77 % 640, whole, np.ones(count, int), np.full(count, 50))
    said = " ".join(explain(crowded, crowded, match(crowded, crowded)).sentences())
    assert f"of {count} in the first print" in said
    assert ("Of more than 100 minutiae only the best by quality were compared." in said) == (count > 100)


def test_chances_in_words() -> None:
    assert chance(0.0) == "nearly every comparison of different fingers reaches it."
    assert chance(0.3) == "one in 2 comparisons of different fingers would reach it."
    assert chance(3.0) == "one in 1,000 comparisons of different fingers would reach it."
    assert chance(4.0) == "one in 10,000 comparisons of different fingers would reach it (estimated)."
    assert chance(9.0).startswith("fewer than one in a million")
