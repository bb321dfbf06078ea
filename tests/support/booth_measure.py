"""What does not fit on a page of the booth, measured in the browser: every text, every tile, every bar.

`faults(page)` is empty where every text lies inside the thing that it is the text of and inside the region that
scrolls, nothing is cut or lies over another, and everything can be reached by scrolling down.
"""

from pathlib import Path

from playwright.sync_api import Page

SCREENS = ((1024, 600), (1280, 800), (1920, 1080), (800, 1280))

_MEASURE = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What does not fit now."""
    found: list[str] = page.evaluate(_MEASURE)
    return found
