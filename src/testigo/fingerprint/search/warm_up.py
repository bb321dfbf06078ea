"""Compile the machine code of matching and searching before it is needed."""

import numpy as np

from testigo.fingerprint.matching.matcher import match
from testigo.fingerprint.search.gallery import Gallery
from testigo.fingerprint.templates.template import Template


def warm_up() -> None:
    """Compile all that compares and searches now, once an installation, rather than before the first voter's finger."""
    number = np.arange(12)
    template = Template(
        width=256,
        height=256,
        x=(40 + 15 * number).astype(np.uint16),
        y=(40 + (77 * number) % 160).astype(np.uint16),
        angle=((37 * number) % 256).astype(np.uint8),
        kind=(1 + number % 2).astype(np.uint8),
        quality=(50 + number).astype(np.uint8),
    )
    match(template, template)
    gallery = Gallery()
    gallery.add(1, template)
    gallery.identify(template)
