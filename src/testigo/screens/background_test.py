"""The test before opening, run beside the chair's pages: step by step in a thread, so that the pages stay usable.

It goes on by itself after a restart, and as soon as the booth answers again.
"""

import threading
from types import TracebackType

from testigo.audit import station_deck
from testigo.ballot import DeckPart
from testigo.errors import TestigoError
from testigo.station.chair.chair import Chair

_PAUSE = 0.02
"""Seconds between two steps, in which a page may ask the chair."""
_AGAIN = 1.0
"""Seconds until a step that failed is taken again."""


class BackgroundTest:
    """The test of one chair, open while its pages are served. `problem`: why the last step could not be taken; it is
    taken again. Close it before the chair.
    """

    def __init__(self, chair: Chair) -> None:
        self.problem: TestigoError | None = None
        self._chair = chair
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin a run; raises what `DeckRuns.begin` raises."""
        self._chair.runs.begin(self._deck())
        self._go_on()

    def close(self) -> None:
        """Stop after the step under way; the run goes on with the next start."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> "BackgroundTest":
        """Goes on with a run that is under way."""
        if self._chair.runs.under_way is not None:
            self._go_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _deck(self) -> tuple[DeckPart, ...]:
        return station_deck(self._chair.definition, self._chair.station_id)

    def _go_on(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="test-run", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        parts = self._deck()
        while self._chair.runs.under_way is not None and not self._closing.is_set():
            try:
                self._chair.runs.step(parts)
                self.problem = None
            except TestigoError as problem:
                self.problem = problem
            self._closing.wait(_AGAIN if self.problem else _PAUSE)
        self.problem = None
