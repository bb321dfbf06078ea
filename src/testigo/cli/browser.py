"""The browser of whoever started a command, opened at the address that it serves."""

import threading
import webbrowser
from collections.abc import Callable


def opener(*, no_browser: bool) -> Callable[[str], None]:
    """What to do with the address: open it, or nothing."""
    return _say_nothing if no_browser else _open


def _say_nothing(address: str) -> None:
    """No browser is opened."""


def _open(address: str) -> None:
    """Open the browser beside the server: some browsers return only when they are closed."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
