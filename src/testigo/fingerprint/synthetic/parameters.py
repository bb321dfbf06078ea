"""The numbers of the template generator: what a finger is like, and what an impression is like.

Plain tuples, as numba requires.
"""

from typing import NamedTuple


class Rendering(NamedTuple):
    """What an impression is like at a difficulty. Lengths in pixels, angles in radians, clarity in its deviations."""

    width: int
    height: int
    half_wide: float  # axes of the contact ellipse
    half_high: float
    smaller: float  # how much smaller they may get, as a share
    off_x: float  # deviations of where on the finger the contact lies
    off_y: float
    turn: float
    traction: float  # Cappelli's: how far the skin outside the firm contact is pulled,
    torsion: float  # and turned
    stretch: float  # change of scale over the whole print
    clarity: float  # mean of what clearness a minutia has in an impression
    clarity_sway: float  # its deviation between impressions
    clarity_noise: float  # and between the same minutia's sightings
    patch: float  # depth of the dry or wet patches
    jitter: float  # of the place
    direction_jitter: float
    confusion: float  # share of endings taken for bifurcations and the reverse, of minutiae of middling quality
    spurious: float  # their mean number
    spurious_clarity: float


class Pattern(NamedTuple):
    """A finger's own numbers. Lengths in pixels, angles in radians."""

    half_wide: float = 158.0  # of the skin that may touch the glass
    half_high: float = 215.0
    density: float = 5.9e-4  # minutiae a square pixel: 0.24 a square millimetre, before the extractor loses some
    density_sway: float = 0.21
    least_distance: float = 9.5  # no two nearer
    free_distance: float = 28.0  # from here on they take no notice of each other
    crowding: float = 0.3  # share of near neighbours that repulsion lets through just over the least distance
    paired_distance: float = 27.0  # nearer than this a share of minutiae is a pair of opposite ways
    paired: float = 0.25
    period: float = 9.0
    spread: float = 1.0  # share of the ridges' spreading that new ridges make good (the rest: wider ridges)
    steady: float = 3.0e-4  # density of minutiae that no spreading asks for
    direction_noise: float = 0.10
    endings: float = 0.64
    wobble: float = 0.30


PATTERN = Pattern()
