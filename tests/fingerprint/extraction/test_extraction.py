"""Extraction: the network, the crop, and what the minutiae are measured in."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import Extractor, FingerImage, extract, match, quality, quality_label, quality_word, synthetic
from testigo.fingerprint.extraction.extractor import foreground


@pytest.fixture(scope="module")
def image() -> FingerImage:
    return synthetic.generate(3, 0)


def test_extraction_is_the_same_each_time_and_on_any_number_of_threads(image: FingerImage) -> None:
    first = extract(image)
    assert len(first) > 20
    assert extract(image) == first
    assert match(Extractor(threads=2).extract(image), first).matched


def test_a_shifted_image_gives_the_same_minutiae_shifted(image: FingerImage) -> None:
    moved = np.full((image.height + 64, image.width + 64), image.pixels[0, 0], np.uint8)
    moved[32 : 32 + image.height, 32 : 32 + image.width] = image.pixels
    one, two = extract(image), extract(FingerImage(moved))
    assert (two.width, two.height) == (one.width + 64, one.height + 64)
    away = np.hypot(
        *(np.subtract.outer(b.astype(int) - 32, a.astype(int)) for a, b in ((one.x, two.x), (one.y, two.y)))
    )
    assert (away.min(axis=0) <= 3).mean() >= 0.9


def test_a_turned_image_turns_directions_counter_clockwise(image: FingerImage) -> None:
    one, two = extract(image), extract(FingerImage(np.rot90(image.pixels)))
    turns = []
    for x, y, angle in zip(one.x.astype(int), one.y.astype(int), one.angle.astype(int), strict=True):
        away = np.hypot(two.x.astype(int) - y, two.y.astype(int) - (image.width - 1 - x))
        if away.min() <= 4:
            turns.append((int(two.angle[away.argmin()]) - angle) % 256)
    assert len(turns) > 15
    assert abs(np.median(turns) - 64) <= 4


def test_other_resolutions_give_the_same_finger(image: FingerImage) -> None:
    doubled = FingerImage(np.kron(image.pixels, np.ones((2, 2), np.uint8)), 1000)
    template = extract(doubled)
    assert (template.width, template.height) == (image.width, image.height)
    assert match(template, extract(image)).matched


def test_what_is_larger_than_a_finger_is_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1500, 1500), dtype=np.uint8)
    with pytest.raises(InvalidInput, match="8 × 8 cm large at 500 dpi"):
        extract(FingerImage(noise))


def test_a_batch_keeps_the_order_of_images_files_and_bytes(image: FingerImage, tmp_path: Path) -> None:
    other = synthetic.generate(4, 0)
    file = tmp_path / "other.png"
    file.write_bytes(other.to_png())
    expected = [extract(image), extract(other)]
    extractor = Extractor()
    assert extractor.extract_many([image, file, str(file), image.to_png()], workers=3) == [
        expected[i] for i in (0, 1, 1, 0)
    ]
    assert extractor.extract_many([]) == []


def test_a_batch_names_the_file_of_an_error_and_goes_on(image: FingerImage, tmp_path: Path) -> None:
    good, bad, large = (tmp_path / name for name in ("good.png", "bad.png", "large.png"))
    good.write_bytes(image.to_png())
    bad.write_bytes(image.to_png()[:1000])
    noise = np.random.default_rng(1).integers(0, 256, (1500, 1500), dtype=np.uint8)
    large.write_bytes(FingerImage(noise).to_png())
    sources = [bad, good, tmp_path / "missing.png", large, good]
    outcomes = list(Extractor().extract_each(sources, workers=2))
    assert outcomes[1] == outcomes[4] == extract(image)
    errors = {number: str(outcomes[number]) for number in (0, 2, 3)}
    assert all(isinstance(outcomes[number], InvalidInput) for number in errors)
    assert all(str(sources[number]) in text for number, text in errors.items())
    with pytest.raises(InvalidInput, match=r"bad\.png"):
        Extractor().extract_many(sources)


def test_the_resolution_given_overrules_the_files(image: FingerImage, tmp_path: Path) -> None:
    file = tmp_path / "doubled.png"
    file.write_bytes(FingerImage(np.kron(image.pixels, np.ones((2, 2), np.uint8)), 500).to_png())
    stated, overruled = (Extractor().extract_many([file], dpi=dpi)[0] for dpi in (None, 1000))
    assert (stated.width, overruled.width) == (2 * image.width, image.width)


def test_a_batch_holds_few_images_at_once() -> None:
    blank = FingerImage(np.full((64, 64), 255, np.uint8))
    taken = 0

    def without_end() -> Iterator[FingerImage]:
        nonlocal taken
        while True:
            taken += 1
            yield blank

    outcomes = Extractor().extract_each(without_end(), workers=2)
    for returned in range(1, 201):
        next(outcomes)
        assert taken - returned <= 8
    outcomes.close()
    assert taken <= 208


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_image_without_a_finger_has_no_minutiae(grey: int) -> None:
    blank = FingerImage(np.full((300, 200), grey, np.uint8))
    template = extract(blank)
    assert len(template) == 0
    assert quality(blank, template) == 0


def test_the_crop_holds_the_finger_and_leaves_the_background() -> None:
    pixels = np.full((480, 640), 255, np.uint8)
    finger = synthetic.generate(1, 0).pixels[60:320, 40:240]
    pixels[100:360, 300:500] = finger
    top, bottom, left, right = foreground(pixels)
    assert top <= 112 and bottom >= 348 and left <= 312 and right >= 488
    assert (bottom - top) * (right - left) < 0.4 * pixels.size


def test_quality_falls_with_the_image(image: FingerImage) -> None:
    rng = np.random.default_rng(1)
    noisy = FingerImage(np.clip(image.pixels + rng.normal(0, 90, image.pixels.shape), 0, 255).astype(np.uint8))
    good, bad = quality(image, extract(image)), quality(noisy, extract(noisy))
    assert 0 <= bad < good <= 100
    assert quality_word(100) == "excellent"
    assert quality_word(0) == "unusable"
    assert [quality_label(score).text("es") for score in (60, 40, 20, 6, 0)] == [
        "excelente", "buena", "regular", "mala", "inservible"
    ]  # fmt: skip


def test_few_minutiae_are_never_good(image: FingerImage) -> None:
    template = extract(image)
    few = type(template)(
        template.width,
        template.height,
        *(getattr(template, name)[:5] for name in ("x", "y", "angle", "kind", "quality")),
    )
    assert quality(image, few) <= 5


def test_importing_the_room_loads_no_engine() -> None:
    code = "import sys, testigo.fingerprint; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"onnxruntime", "numba", "nbis", "wsq"} & set(loaded)
