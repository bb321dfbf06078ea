"""What the commands work on: small elections, a whole station, a centre, nobody's fingers (tests/support)."""

from collections.abc import Callable

import pytest

from called_commands import call, run
from small_country import auditor, centre, definition_file, machines, sheet_of
from small_definition import base, written
from testigo.fingerprint import FingerImage, synthetic
from village import municipality
from whole_station import installed, make_place, place, register, root, tested

__all__ = [
    "auditor", "base", "call", "centre", "definition_file", "installed", "machines", "make_place", "municipality",
    "place", "register", "root", "run", "sheet_of", "tested", "written",
]  # fmt: skip


@pytest.fixture(scope="session")
def press() -> Callable[..., FingerImage]:
    """`press(seed, impression)`: an image of nobody's finger."""
    return lambda seed, impression=0: synthetic.generate(seed, impression)
