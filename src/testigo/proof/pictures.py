"""The booth's pages photographed: what is in the proof, in which order, and how much of it there may be."""

import io
from collections.abc import Callable, Sequence

import msgspec
from PIL import Image

from testigo.election import Definition, DistinctBallot
from testigo.errors import InvalidInput
from testigo.proof.booth_pages import LOOKED_AT, BoothPage, BoothPages
from testigo.proof.chromium import Chromium

WIDTH, HEIGHT = 1280, 800
"""Of the screen: what the booth's pages are made for (`screens.paging`)."""

MOST_PAGES = 4000
"""Pages in one proof: photographed in some twenty minutes, and some 150 MB."""

_COLOURS = 32
"""Of a photograph: enough for a page of few colours, and a third of the file."""

OnStep = Callable[[int, int], object]
"""Is told how many of how many pages are done."""


class Picture(msgspec.Struct, frozen=True):
    """One page with its photographs (PNG), from its top to its end."""

    page: BoothPage
    photographs: tuple[bytes, ...]


class Booth(msgspec.Struct, frozen=True):
    """All pictures. `pictures`: each once, in order of language and size. `common`: those of every ballot; `of_ballot`:
    the further ones of each ballot: places in `pictures`."""

    pictures: tuple[Picture, ...] = ()
    common: tuple[int, ...] = ()
    of_ballots: tuple[tuple[int, ...], ...] = ()


def photograph_booth(
    definition: Definition,
    ballots: Sequence[DistinctBallot],
    languages: Sequence[str],
    program: str,
    on_step: OnStep = lambda done, total: None,
) -> Booth:
    """Every page that voters with these ballots meet. `program`: Chromium's path.

    Raises `InvalidInput` where there are more than `MOST_PAGES`, `StorageError` where Chromium fails.
    """
    booth = BoothPages(definition, ballots)
    try:
        found = _Found()
        for language in languages:
            for size in LOOKED_AT:
                found.take(-1, booth.common(language, size))
                for place, ballot in enumerate(ballots):
                    found.take(place, booth.of_ballot(ballot, language, size))
        with Chromium(program, booth.file, width=WIDTH, height=HEIGHT) as chromium:
            pictures: list[Picture] = []
            for page in found.pages:
                on_step(len(pictures), len(found.pages))
                pictures.append(Picture(page, tuple(map(_smaller, chromium.photographs(page.html)))))
        on_step(len(pictures), len(pictures))
    finally:
        booth.close()
    return Booth(tuple(pictures), found.places(-1), tuple(found.places(place) for place in range(len(ballots))))


class _Found:
    """Pages that were found, each once, and by ballot which."""

    def __init__(self) -> None:
        self.pages: list[BoothPage] = []
        self._places: dict[str, int] = {}
        self._of: dict[int, list[int]] = {}

    def take(self, ballot: int, pages: Sequence[BoothPage]) -> None:
        """Note the pages of a ballot, or with -1 of all; raises `InvalidInput` where they become too many."""
        for page in pages:
            if page.key not in self._places:
                self._places[page.key] = len(self.pages)
                self.pages.append(page)
            self._of.setdefault(ballot, []).append(self._places[page.key])
        if len(self.pages) > MOST_PAGES:
            raise InvalidInput("proof.too-many-pages", most=MOST_PAGES)

    def places(self, ballot: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._of.get(ballot, ())))


def _smaller(png: bytes) -> bytes:
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    made = io.BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()
