"""Searching many templates: who of a million is this finger most like?

`gallery` holds the templates, in memory or in files, and searches them in three stages (`_scan` and `_bit_planes`: the
machine code of the first two); `warm_up` compiles all machine code before it is needed.
"""

from testigo.fingerprint.search.gallery import Candidate, Gallery
from testigo.fingerprint.search.warm_up import warm_up

__all__ = [
    "Candidate",
    "Gallery",
    "warm_up",
]
