"""Synthetic fingers, for demonstrations, load tests and honest trials that must need no living finger.

`images` grows a finger from a seed and takes impressions of it; `template_fingers` makes templates without images, a
thousand times as fast.
"""

from testigo.fingerprint.synthetic.images import (
    DIFFICULTY,
    HEIGHT,
    LIKE_FVC2002_DB1,
    LIKE_FVC2004_DB1,
    WIDTH,
    Finger,
    generate,
)

__all__ = ["DIFFICULTY", "HEIGHT", "LIKE_FVC2002_DB1", "LIKE_FVC2004_DB1", "WIDTH", "Finger", "generate"]
