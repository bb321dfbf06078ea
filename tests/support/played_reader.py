"""A finger reader that gives images and errors in the order of a list."""

from typing import Self

from testigo.fingerprint import FingerImage


class PlayedReader:
    """Gives, or fails with, each of its `acts`."""

    name = "played"

    def __init__(self, *acts: FingerImage | Exception) -> None:
        self.acts = list(acts)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def capture(self, timeout: float = 1.0) -> FingerImage:
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act
