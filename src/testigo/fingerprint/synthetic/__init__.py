"""Synthetic fingers, for demonstrations, load tests and trials that must not need a living finger.

`images` grows a finger from a seed and makes impressions of it (`_ridges`, `_skin`, `_contact`: its steps).
`template_fingers` makes templates without images, a thousand times as fast: `_flow`, `_minutiae` and `_impression` are
its machine code on `_random`, `_words` says which random word is for what, `parameters` has its numbers. `streams` says
which random stream is for what.
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
from testigo.fingerprint.synthetic.template_fingers import TemplateFinger, templates

__all__ = [
    "DIFFICULTY",
    "HEIGHT",
    "LIKE_FVC2002_DB1",
    "LIKE_FVC2004_DB1",
    "WIDTH",
    "Finger",
    "TemplateFinger",
    "generate",
    "templates",
]
