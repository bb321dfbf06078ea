"""One impression: a finger's skin placed on the glass once, and what the reader makes of it.

In the order of the world: where and how the finger lies (place, turn, size of the contact, pull and torsion of the
skin), how skin meets glass (pressure, moisture, wear, roughness, pores, creases), what the reader sees (residue of
earlier fingers, dust, blur, noise). Everything grows with `difficulty`, and `hard`: of ten impressions one is much
worse.

Slow fields are computed at a quarter of the size and enlarged.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.synthetic import _ridges as ridges
from testigo.fingerprint.synthetic._ridges import Field, smooth
from testigo.fingerprint.synthetic._skin import Skin
from testigo.scan import planes

WIDTH, HEIGHT = 288, 384  # of an impression, pixels at 500 dpi: 14.6 × 19.5 mm, a common reader's glass
_COARSE = 4
_SMALL = (HEIGHT // _COARSE, WIDTH // _COARSE)
_Placement = tuple[Field, Field, Field]  # coarse: x and y on the finger's skin, nearness to the contact's rim


@dataclass(frozen=True)
class ContactParameters:
    """Numbers of an impression, at difficulty 1 where not said otherwise. Lengths in pixels, angles in radians."""

    half_wide: float = 127.0  # axes of the contact
    half_high: float = 186.0
    smaller: float = 0.30  # what a light or partial touch takes off them at most
    off_x: float = 17.0  # deviation of the contact's place on the finger
    off_y: float = 31.0
    turn: float = 0.22  # deviation of the turn; a twentieth more at difficulty 0
    traction: float = 10.0  # deviation of the pull on the skin outside the firm contact
    torsion: float = 0.09
    uneven: float = 3.4  # slow displacement by uneven pressure
    moisture: float = 0.8  # deviation of the whole contact's: below 0 dry, over 0 wet; a ridge's height is 1
    patches: float = 1.1  # deviation of places'
    roughness: float = 1.35
    wear: float = 1.2
    ghost: float = 0.3  # darkness of the residue of an earlier finger
    noise: float = 9.0  # grey levels
    steepness: float = 3.6  # of touch against height


PARAMETERS = ContactParameters()


def press(skin: Skin, rng: np.random.Generator, d: float, p: ContactParameters = PARAMETERS) -> NDArray[np.uint8]:
    """One impression at difficulty `d`, dark ridges on light, (HEIGHT, WIDTH)."""
    hard = d * (0.65 + 1.7 * float(rng.uniform()) ** 4)
    placement = _placement(rng, d, p)
    x, y = _enlarged(placement[0]), _enlarged(placement[1])
    layers = planes.sample(skin.layers, x, y, outside=(-1.0, 0.0, 0.0, 0.0))
    touch = _touch(layers, skin, placement, rng, d, hard, p)
    return _seen(touch, rng, d, hard, p)


def _enlarged(small: Field) -> Field:
    return planes.enlarge(small, (HEIGHT, WIDTH))


def _placement(rng: np.random.Generator, d: float, p: ContactParameters) -> _Placement:
    """For each coarse pixel the place on the finger's skin it shows, and how near it is to the rim (1) of the contact.

    The distortion is after Cappelli, Maio and Maltoni, "Modelling plastic distortion in fingerprint images" (2001): the
    middle holds firm, outside it the skin is pulled and turned by what the finger does, with a smooth transition.
    """
    y, x = np.mgrid[0 : _SMALL[0], 0 : _SMALL[1]].astype(np.float32)
    x = (x + 0.5) * _COARSE - 0.5 - WIDTH / 2 - np.float32(5 * rng.standard_normal())
    y = (y + 0.5) * _COARSE - 0.5 - HEIGHT / 2 - np.float32(7 * rng.standard_normal())
    turn = (0.05 + d * p.turn) * float(np.clip(rng.standard_normal(), -2.5, 2.5))
    u, v = math.cos(turn) * x - math.sin(turn) * y, math.sin(turn) * x + math.cos(turn) * y
    placing = min(1.0, 1.8 * d)  # people differ in how they place it; readers do not make it worse
    less = placing * p.smaller * float(rng.uniform()) ** 1.5
    wide, high = p.half_wide * (1 - less * rng.uniform(0.5, 1)), p.half_high * (1 - less * rng.uniform(0.7, 1.2))
    square = (u / wide) ** 2 + (v / high) ** 2
    corners = (u / wide) ** 2 * (v / high) ** 2  # takes the ellipse's sides out: fingertips are squarer
    rim = np.sqrt(np.maximum(square - 0.5 * corners, 0))
    loose = np.clip((rim - 0.35) / 0.9, 0, 1)
    loose = loose * loose * (3 - 2 * loose)
    strained = 0.15 + 0.65 * d * (0.65 + 2.6 * float(rng.uniform()) ** 5)
    torsion = strained * p.torsion * float(rng.standard_normal()) * loose
    pull_x, pull_y = strained * p.traction * rng.standard_normal(2)
    bend_x, bend_y = (strained * p.uneven * _slow(rng, 110.0) for _ in range(2))
    off_x, off_y = placing * p.off_x * rng.standard_normal(), placing * p.off_y * rng.standard_normal()
    on_x = u - torsion * v + loose * pull_x + bend_x + off_x + ridges.WIDTH / 2
    on_y = v + torsion * u + loose * pull_y + bend_y + off_y + ridges.HEIGHT / 2
    tip = ((on_x / ridges.WIDTH - 0.5) / 0.47) ** 2 + ((on_y / ridges.HEIGHT - 0.5) / 0.49) ** 2  # and the finger ends
    rim = np.maximum(rim, np.sqrt(tip))
    return on_x.astype(np.float32), on_y.astype(np.float32), rim.astype(np.float32)


def _slow(rng: np.random.Generator, reach: float) -> Field:
    """Smooth noise over the image, at the coarse size; `reach` in pixels of the image."""
    return smooth(rng, _SMALL, reach / _COARSE)


def _touch(
    layers: Field,
    skin: Skin,
    placement: _Placement,
    rng: np.random.Generator,
    d: float,
    hard: float,
    p: ContactParameters,
) -> Field:
    """How fully the skin touches the glass at each pixel, 0 to 1."""
    x, y, rim = placement
    columns, rows = np.asarray(x / 8 - 0.5, np.float32), np.asarray(y / 8 - 0.5, np.float32)
    worn = planes.sample(skin.wear, columns, rows, outside="edge")
    worn = np.clip(d * p.wear * skin.frailty * (worn + 1.0) / 2, 0, 0.85)
    moisture = float(np.clip(min(1.2, 0.3 * d + hard) * p.moisture * rng.standard_normal(), -1.3, 1.3))
    level = moisture + min(1.2, 0.5 * d + 0.6 * hard) * p.patches * 0.5 * _slow(rng, 50.0)
    level = level - 2.6 * np.maximum(0, rim - 0.82) / 0.18  # the pressure falls towards the rim
    level += 0.25 * _slow(rng, 26.0) * (rim > 0.6)  # and its line is ragged
    dry = np.clip(0.45 - level, 0, 2)
    grain = rng.standard_normal((HEIGHT // 2, WIDTH // 2), dtype=np.float32)
    grain = planes.soften(grain, 0.8) * 2.2
    rough = p.roughness * (0.15 + min(d, 0.3 + 0.4 * d) * (0.5 + 0.35 * dry + 0.35 * worn))
    touch: Field = layers[:, :, 0] * _enlarged(1 - worn)
    touch += _enlarged(level + 0.08)
    touch += _enlarged(grain) * _enlarged(rough)
    touch += layers[:, :, 1]
    touch += layers[:, :, 2] * np.float32(min(1.3, (0.15 + 1.3 * d) * max(0.2, 0.8 - 0.6 * moisture)))
    touch += layers[:, :, 3] * np.float32(max(0.0, 0.5 + 1.2 * d - 0.8 * moisture))
    full: Field = 1 / (1 + np.exp(np.clip(-p.steepness * touch, -30, 30)))
    return full


def _seen(touch: Field, rng: np.random.Generator, d: float, hard: float, p: ContactParameters) -> NDArray[np.uint8]:
    """What the reader makes of the touch: residue of an earlier finger, dust, blur, grey levels, noise."""
    ink = touch * _enlarged(1 - 0.12 * (0.4 + d) * np.clip(_slow(rng, 45.0) + 1, 0, 3))
    if rng.uniform() < 0.6 * d:  # what an earlier finger left
        earlier = np.roll(touch[::-1, ::-1], tuple(int(n) for n in rng.integers(-60, 60, 2)), (0, 1))
        ink = np.maximum(ink, earlier * _enlarged(np.clip(hard * p.ghost * (_slow(rng, 40.0) + 0.2), 0, 0.25)))
    for _ in range(int(rng.poisson(6 * d))):
        place = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        planes.draw_dot(ink, place, int(rng.integers(0, 2)), float(rng.uniform(0.2, 0.9)))
    ink = planes.soften(ink, 0.55 + 0.35 * d * float(rng.uniform()))
    paper, dark = rng.uniform(246, 255), rng.uniform(15, 45 + 60 * d)
    noise = rng.standard_normal(ink.shape, dtype=np.float32) * np.float32(p.noise * (0.1 + 0.4 * d))
    ink = np.maximum(ink - 0.05, 0) / 0.95  # readers take their glass for white
    grey = paper - (paper - dark) * ink + noise * (0.05 + np.sqrt(ink))
    return np.asarray(np.clip(np.round(grey), 0, 255), np.uint8)
