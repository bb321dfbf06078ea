"""What happens to a slip between the printer and the reader, imitated: scanning, photographing, fading paper.

Each kind takes the printed slip (grey image, 8 dots a millimetre) and a random generator, and gives the picture that a
scanner or a telephone would make of it. `slip_reading.py` measures with them, and so do the tests.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Damage = Callable[[Grey, np.random.Generator], Grey]
Lighting = Callable[[int, int], NDArray[np.float32]]
"""How bright each dot is lit, for a picture so high and wide; 1 is full light."""


def clean(slip: Grey, _: np.random.Generator) -> Grey:
    """As printed, with a little paper around."""
    return np.pad(slip, 30, constant_values=255)


def scan(slip: Grey, rng: np.random.Generator) -> Grey:
    """A flatbed scan at 200 to 300 dpi: turned by up to 8 degrees, grey noise, JPEG."""
    image = _on_table(slip, 250, 120)
    angle, scale = rng.uniform(-8, 8), rng.uniform(0.98, 1.5)
    image = _turn(image, angle, scale, 250)
    image = _noise(cv2.GaussianBlur(image, (0, 0), 0.6), rng, 6)
    return _jpeg(image, 70)


def photograph(slip: Grey, rng: np.random.Generator) -> Grey:
    """A telephone held by hand over a slip on a table: any direction, perspective, uneven light, blur, noise, JPEG."""
    image = _thermal(slip, rng, fade=rng.uniform(0.0, 0.35))
    image = _curl(image, rng, rng.uniform(0, 4))
    image = _on_table(image, int(rng.integers(60, 170)), 160)
    image = _perspective(image, rng, rng.uniform(0.02, 0.08), rng.uniform(1.1, 1.9))
    image = _light(image, rng, rng.uniform(0.2, 0.5))
    image = _noise(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 1.8)), rng, rng.uniform(3, 9))
    return np.rot90(_jpeg(image, int(rng.integers(45, 90))), int(rng.integers(4))).copy()


def poor_photograph(slip: Grey, rng: np.random.Generator) -> Grey:
    """The same, hastily and in the dark, of old paper: faded, motion blur, strong shadow and curl, few pixels."""
    image = _thermal(slip, rng, fade=rng.uniform(0.3, 0.7))
    image = _curl(image, rng, rng.uniform(3, 9))
    image = _on_table(image, int(rng.integers(90, 200)), 160)
    image = _perspective(image, rng, rng.uniform(0.05, 0.14), rng.uniform(0.65, 1.1))
    image = _motion(image, rng, int(rng.integers(2, 6)))
    image = _light(image, rng, rng.uniform(0.4, 0.75))
    image = _noise(image, rng, rng.uniform(8, 16))
    return _jpeg(image, int(rng.integers(25, 50)))


def folded(slip: Grey, rng: np.random.Generator) -> Grey:
    """Folded once or twice before it went into the box: a line from edge to edge, print broken along it, and the two
    sides lit a little differently; then scanned or photographed."""
    image = np.pad(slip, ((24, 24), (32, 32)), constant_values=250).astype(np.float32)
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(int(rng.integers(1, 3))):
        angle = rng.normal(0, 0.03) + (np.pi / 2 if rng.random() < 0.3 else 0)
        off = (y - rng.uniform(0.15, 0.85) * height) * np.cos(angle) + (x - rng.uniform(0.3, 0.7) * width) * np.sin(
            angle
        )
        line = np.exp(-((off / rng.uniform(0.8, 2.0)) ** 2))
        image = 250 - (250 - image) * (1 - rng.uniform(0, 0.5) * line)
        image *= 1 - rng.uniform(-0.03, 0.22) * line
        image *= 1 - rng.uniform(-0.1, 0.1) * np.exp(-np.abs(off) / 60) * (off > 0)
    return _taken(_grey(image)[24:-24, 32:-32], rng)


def stained(slip: Grey, rng: np.random.Generator) -> Grey:
    """With drops of coffee or grease, rings of cups, specks of dirt; then scanned or photographed."""
    height, width = slip.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    image = slip.astype(np.float32)
    wobble = cv2.GaussianBlur(rng.normal(0, 1, slip.shape).astype(np.float32), (0, 0), 25) * 90
    for _ in range(int(rng.integers(1, 4))):
        radius = rng.uniform(20, 160)
        off = np.hypot(x - rng.uniform(0, width), y - rng.uniform(0, height)) + wobble * radius / 160 - radius
        dark = rng.uniform(0.03, 0.22) / (1 + np.exp(np.minimum(off / rng.uniform(1.5, 6), 50)))
        ring = rng.uniform(0, 0.18) * np.exp(-((off / rng.uniform(3, 9)) ** 2))
        image *= 1 - np.clip(dark + ring, 0, 0.35)
    for _ in range(int(rng.integers(0, 12))):
        off = np.hypot(x - rng.uniform(0, width), y - rng.uniform(0, height)) - rng.uniform(0.5, 3)
        image *= 1 - rng.uniform(0.2, 0.7) / (1 + np.exp(np.minimum(2 * off, 50)))
    return _taken(_grey(image), rng)


def faded(slip: Grey, rng: np.random.Generator) -> Grey:
    """Months in the sun or a warm box: print grey, in some places greyer; then scanned or photographed."""
    spots = cv2.GaussianBlur(rng.normal(0, 1, slip.shape).astype(np.float32), (0, 0), 60)
    spots = (spots - spots.min()) / max(float(np.ptp(spots)), 1e-6)
    image = _thermal(slip, rng, fade=rng.uniform(0.3, 0.6))
    ink = (1 - image.astype(np.float32) / 250) * (1 - rng.uniform(0, 0.4) * spots)
    return _taken(_grey(250 * (1 - ink)), rng)


def oblique(slip: Grey, rng: np.random.Generator) -> Grey:
    """Photographed from aside, up to 40 degrees from straight above."""
    flat = np.zeros(slip.shape, np.float32)
    return _seen_in_space(slip, flat, rng, rng.uniform(15, 40))


def curled(slip: Grey, rng: np.random.Generator) -> Grey:
    """Paper that rolls up again: a cylinder across the slip, of 6 to 15 cm radius, photographed from nearly above."""
    height = slip.shape[0]
    along = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * (height / 8) - np.float32(rng.uniform(-20, 20))
    radius = rng.uniform(60, 150) * max(1.0, height / 8 / 110)
    lifted = radius - np.sqrt(np.maximum(radius**2 - np.clip(along, -0.95 * radius, 0.95 * radius) ** 2, 1))
    return _seen_in_space(slip, np.broadcast_to(lifted, slip.shape).astype(np.float32), rng, rng.uniform(0, 15))


def rolled(slip: Grey, rng: np.random.Generator) -> Grey:
    """Paper whose long sides stand up: a cylinder along the slip, of 6 to 15 cm radius, photographed from nearly
    above."""
    width = slip.shape[1]
    aside = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * (width / 8) - np.float32(rng.uniform(-12, 12))
    radius = np.float32(rng.uniform(60, 150))
    lifted = radius - np.sqrt(radius**2 - aside**2)
    return _seen_in_space(slip, np.broadcast_to(lifted, slip.shape).astype(np.float32), rng, rng.uniform(0, 15))


def crumpled(slip: Grey, rng: np.random.Generator) -> Grey:
    """Crushed in a hand and smoothed out: facets with sharp edges, up to 2 mm high, each lit in its own way."""
    height, width = slip.shape
    nodes = (max(int(height / rng.uniform(70, 160)), 2), max(int(width / rng.uniform(70, 160)), 2))
    lifted = rng.uniform(0, rng.uniform(0.5, 2.0), nodes).astype(np.float32)
    lifted = cv2.resize(lifted, (width, height), interpolation=cv2.INTER_LINEAR)
    return _seen_in_space(slip, lifted, rng, rng.uniform(0, 15))


def shadow(slip: Grey, rng: np.random.Generator) -> Grey:
    """The shadow of a telephone or an arm, with a sharp edge, over a part of the slip."""
    return _taken(slip, rng, _shadows(rng, 0.8, 5))


def soft_shadow(slip: Grey, rng: np.random.Generator) -> Grey:
    """The shadow of something farther away, its edge 4 to 15 mm wide, over a part of the slip."""
    return _taken(slip, rng, _shadows(rng, 8, 30))


def _shadows(rng: np.random.Generator, sharpest: float, softest: float) -> Lighting:
    """One or two, each on one side of a line, on paper and table alike."""
    edges = [
        (
            rng.uniform(0, 2 * np.pi),
            rng.uniform(0.25, 0.75, 2),
            rng.uniform(0.25, 0.6),
            rng.uniform(sharpest, softest),
        )
        for _ in range(int(rng.integers(1, 3)))
    ]

    def light(height: int, width: int) -> NDArray[np.float32]:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        lit = np.ones((height, width), np.float32)
        for angle, (down, across), dark, soft in edges:
            off = (y - down * height) * np.cos(angle) + (x - across * width) * np.sin(angle)
            lit *= 1 - dark / (1 + np.exp(np.clip(-off / soft, -50, 50)))
        return lit

    return light


def lamp(slip: Grey, rng: np.random.Generator) -> Grey:
    """In the light of one lamp near by: one end of the slip up to four times as bright as the other."""
    place, end, fall = rng.uniform(0, 1), rng.choice([0.0, 1.0]) + rng.normal(0, 0.05), rng.uniform(0.5, 3.0)

    def light(height: int, width: int) -> NDArray[np.float32]:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        off = ((x - place * width) / height) ** 2 + (y / height - end) ** 2
        return (1.1 / (1 + fall * off)).astype(np.float32)

    return _taken(slip, rng, light)


HONEST: dict[str, Damage] = {
    "clean": clean,
    "scan": scan,
    "photograph": photograph,
    "folded": folded,
    "stained": stained,
    "faded": faded,
}
"""What happens to most papers: they are to be read."""

KINDS: dict[str, Damage] = {
    **HONEST,
    "poor photograph": poor_photograph,
    "oblique": oblique,
    "curled": curled,
    "rolled": rolled,
    "crumpled": crumpled,
    "shadow": shadow,
    "soft shadow": soft_shadow,
    "lamp": lamp,
}


def _taken(slip: Grey, rng: np.random.Generator, lighting: Lighting | None = None) -> Grey:
    """A scan, or a good photograph; in some light always a photograph."""
    if rng.random() < 0.5 and lighting is None:
        return scan(slip, rng)
    image = _on_table(slip, int(rng.integers(60, 170)), 160)
    if lighting is not None:
        image = _grey(image * lighting(*image.shape))
    image = _perspective(image, rng, rng.uniform(0.01, 0.05), rng.uniform(1.2, 1.9))
    image = _light(image, rng, rng.uniform(0.1, 0.3))
    image = _noise(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 1.4)), rng, rng.uniform(2, 6))
    return _jpeg(image, int(rng.integers(60, 92)))


def _seen_in_space(slip: Grey, lifted: NDArray[np.float32], rng: np.random.Generator, degrees: float) -> Grey:
    """The slip, lifted from the table by so many millimetres at each dot, seen by a camera 30 to 45 cm away that looks
    at its middle and stands so many degrees from straight above it, in any direction."""
    slip, lifted = np.pad(slip, 60, constant_values=255), np.pad(lifted, 60, mode="edge")
    height, width = slip.shape
    away, direction, tilt = (
        rng.uniform(300, 450) * max(1.0, height / 1200),
        rng.uniform(0, 2 * np.pi),
        np.radians(degrees),
    )
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    # Where the line from the camera through each point of the paper meets the table: straight above it the place is
    # farther out, aside it is pushed away.
    eye = away * np.array([np.sin(tilt) * np.cos(direction), np.sin(tilt) * np.sin(direction), np.cos(tilt)]) * 8
    # Paper keeps its length.
    run_x, run_y = (
        np.cumsum(np.sqrt(np.maximum(1 - np.gradient(lifted * 8, axis=k) ** 2, 0.05)), axis=k) for k in (1, 0)
    )
    arc_x = run_x - run_x[:, width // 2, None] + width / 2
    arc_y = run_y - run_y[height // 2] + height / 2
    part = lifted * 8 / (eye[2] - lifted * 8)
    seen_x = arc_x + (arc_x - width / 2 - eye[0]) * part
    seen_y = arc_y + (arc_y - height / 2 - eye[1]) * part
    back_x, back_y = x.copy(), y.copy()
    for _ in range(12):
        off_x, off_y = (
            cv2.remap(plane.astype(np.float32), back_x, back_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for plane in (seen_x - x, seen_y - y)
        )
        back_x, back_y = x - off_x, y - off_y
    light = 1 - 0.35 * np.clip(np.gradient(lifted * 8, axis=0) + np.gradient(lifted * 8, axis=1), -1, 1)
    lit = _grey(np.maximum(slip, 8) * np.clip(light, 0.5, 1.0))
    image = cv2.remap(lit, back_x, back_y, cv2.INTER_CUBIC, borderValue=250)
    image = _on_table(image, int(rng.integers(60, 170)), 200)
    image = _from_aside(image, eye, rng.uniform(1.3, 1.9))
    image = _light(image, rng, rng.uniform(0.1, 0.3))
    image = _noise(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 1.4)), rng, rng.uniform(2, 6))
    return _jpeg(image, int(rng.integers(60, 92)))


def _from_aside(image: Grey, eye: NDArray[np.float64], scale: float) -> Grey:
    """A flat picture as a camera at `eye` (dots from its middle) sees it that looks at its middle."""
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    ahead = -eye / np.linalg.norm(eye)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    away = np.concatenate([corners - (width / 2, height / 2), np.zeros((4, 1))], axis=1) - eye
    seen = np.stack([away @ right, away @ up], axis=1) / (away @ ahead)[:, None] * np.linalg.norm(eye) * scale
    if np.linalg.det(np.stack([seen[1] - seen[0], seen[3] - seen[0]])) < 0:
        seen[:, 0] *= -1
    seen -= seen.min(axis=0)
    size = np.ceil(seen.max(axis=0)).astype(int)
    through = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
    return cv2.warpPerspective(
        image, through, (int(size[0]), int(size[1])), flags=cv2.INTER_CUBIC, borderValue=int(image[2, 2])
    )


def _on_table(slip: Grey, table: int, border: int) -> Grey:
    """White paper, 4 mm wider on each side than the print, on a table of one grey."""
    paper = np.pad(slip, ((24, 24), (32, 32)), constant_values=250)
    return np.pad(paper, border, constant_values=table)


def _thermal(slip: Grey, rng: np.random.Generator, fade: float) -> Grey:
    """Black becomes grey, more in some stripes (dirty heater), with grain."""
    stripes = cv2.GaussianBlur(rng.normal(0, 1, (1, slip.shape[1])).astype(np.float32), (0, 0), 12) * 0.6
    grain = cv2.GaussianBlur(rng.normal(0, 1, slip.shape).astype(np.float32), (0, 0), 1.2) * 0.25
    ink = (1 - slip.astype(np.float32) / 255) * np.clip(1 - fade + 0.3 * (stripes + grain), 0.12, 1)
    return _grey(250 * (1 - ink))


def _curl(slip: Grey, rng: np.random.Generator, dots: float) -> Grey:
    """Paper that remembers the roll: the print shifts by up to so many dots along smooth waves."""
    height, width = slip.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, 3)
    wave = np.sin(2 * np.pi * y / height * rng.uniform(0.5, 1.5) + phase[0]).astype(np.float32)
    across = np.sin(2 * np.pi * y / height * rng.uniform(0.5, 1.2) + phase[1]).astype(np.float32)
    bow = np.sin(np.pi * x / width).astype(np.float32)
    return cv2.remap(
        slip, x + dots * 0.5 * across, y + dots * wave * (0.6 + 0.4 * bow), cv2.INTER_LINEAR, borderValue=250
    )


def _turn(image: Grey, degrees: float, scale: float, table: int) -> Grey:
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    sine, cosine = abs(turn[0, 1]), abs(turn[0, 0])
    size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return cv2.warpAffine(image, turn, size, flags=cv2.INTER_CUBIC, borderValue=table)


def _perspective(image: Grey, rng: np.random.Generator, strength: float, scale: float) -> Grey:
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-strength, strength, (4, 2)).astype(np.float32) * (width, min(height, 2 * width))
    angle = np.radians(rng.uniform(-20, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    moved = (moved - moved.mean(axis=0)) @ turn.T * np.float32(scale)
    moved -= moved.min(axis=0)
    size = np.ceil(moved.max(axis=0)).astype(int)
    table = int(image[2, 2])
    through = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.warpPerspective(image, through, (int(size[0]), int(size[1])), flags=flags, borderValue=table)


def _light(image: Grey, rng: np.random.Generator, strength: float) -> Grey:
    """A gradient of light, and the soft shadow of a hand."""
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    gradient = 1 - strength * (
        0.5 + 0.5 * (np.cos(angle) * (2 * x / width - 1) + np.sin(angle) * (2 * y / height - 1)) / 1.42
    )
    edge = rng.uniform(0.2, 0.8) * width + (y - height / 2) * rng.uniform(-0.5, 0.5)
    shadow = 1 - 0.5 * strength / (1 + np.exp(-(x - edge) / (0.03 * width)))
    return _grey(image * gradient * shadow)


def _motion(image: Grey, rng: np.random.Generator, length: int) -> Grey:
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    kernel[length, length - length // 2 : length + length // 2 + 1] = 1
    turn = cv2.getRotationMatrix2D((length, length), rng.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, kernel.shape)
    return _grey(cv2.filter2D(image, cv2.CV_32F, kernel / kernel.sum()))


def _noise(image: Grey, rng: np.random.Generator, sigma: float) -> Grey:
    return _grey(image + rng.normal(0, sigma, image.shape))


def _jpeg(image: Grey, quality: int) -> Grey:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _grey(values: NDArray[np.floating]) -> Grey:
    return np.clip(values, 0, 255).astype(np.uint8)
