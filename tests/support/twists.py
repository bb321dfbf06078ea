"""Changes of an election's statements, as whoever cheats makes them (`Twist` of the witness's tests)."""

from collections.abc import Callable
from typing import Any

HERE = "01-02"
"""The station that is cheated with where a test names no other."""


def only(kind: str, change: Callable[[Any], Any], subject: str = HERE) -> Callable[[str, str, Any], Any]:
    """A twist that changes one body and leaves all others alone."""
    return lambda type_, about, body: change(body) if (type_, about) == (kind, subject) else body
