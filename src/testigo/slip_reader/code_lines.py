"""The code lines at the top of a slip, read character by character: slip number, election and station, ballot style."""

import contextlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.ballot.check_character import ALPHABET
from testigo.ballot.slip_number import check_slip_number
from testigo.election import BallotStyle, Definition
from testigo.errors import InvalidInput
from testigo.paper.frame import DOTS_PER_MM
from testigo.scan.ink import Ink, correlate
from testigo.scan.sheets import MARGIN
from testigo.slip import Slip
from testigo.slip.first_slip import FirstSlip, first_style_line
from testigo.slip.slip import station_line, style_line
from testigo.slip_reader.doubts import Doubt, sure
from testigo.slip_reader.legal_print import NUMBER_AT, NUMBER_PITCH, glyphs, number_glyphs
from testigo.slip_reader.similarity import compare, tell_apart
from testigo.words import Message, message


class Form(msgspec.Struct, frozen=True):
    """What a second code line says: the ballot style, and which paper it stands on; of a `FirstSlip` its language."""

    style: BallotStyle
    language: str = ""
    form: type[Slip] = Slip


_DIGITS = "0123456789abcdef"


class CodeLines:
    """Reads the three lines of characters in cells at the top of every slip."""

    PITCH = 2.0
    STATION_AT, STYLE_AT = (1.0, 8.25), (1.0, 12.75)
    SIGN_ALIKE, SIGN_APART = 0.5, 0.1
    """Least correlation of a character with the one it is read as, and least projection against each other one."""
    ONE_APART = 0.0
    """The same of the one character of a slip number that is least clear."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        # Every station is a candidate, the wanted one or not: only so is 0102 told from 0101.
        self._stations = {station_line(definition, station.id): station.id for station in definition.stations}
        self._glyphs: dict[str, Ink] = {}
        self._know("".join(self._stations))

    def number(self, flat: Ink) -> str:
        """The slip number; raises `Doubt` unless all characters but one are clear and the check character is right,
        which with one wrong character it never is."""
        characters = number_glyphs(NUMBER_PITCH)
        line = _Line(flat, NUMBER_AT, NUMBER_PITCH, 14)
        patterns = np.stack([characters[character] for character in ALPHABET])
        cells = [cell for cell in range(14) if cell not in (4, 9)]
        alike, seen = line.alike(patterns, cells)
        read = alike.argmax(axis=0)
        if alike.max(axis=0).min() < self.SIGN_ALIKE:
            raise _number_not_legible()
        apart = sorted(tell_apart(cell, patterns, place) for cell, place in zip(seen, read, strict=True))
        if apart[0] < self.ONE_APART or apart[1] < self.SIGN_APART:
            raise _number_not_legible()
        try:
            return check_slip_number("".join(ALPHABET[place] for place in read))
        except InvalidInput:
            raise _number_not_legible() from None

    def is_of_election(self, flat: Ink) -> bool:
        """Whether more than half of the eight digits of the election's digest stand there, each read by itself."""
        digest = next(iter(self._stations)).partition(" ")[0]
        self._know(_DIGITS)
        line = _Line(flat, self.STATION_AT, self.PITCH, len(digest))
        alike, _ = line.alike(np.stack([self._glyphs[digit] for digit in _DIGITS]), list(range(len(digest))))
        read = [_DIGITS[place] for place in alike.argmax(axis=0)]
        return 2 * sum(digit == same for digit, same in zip(read, digest, strict=True)) > len(digest)

    def station(self, flat: Ink) -> str:
        """Which station of the election stands there; raises `Doubt`."""
        part = message("term", "slip-part.station-line")
        return self._stations[self._one_of(flat, self.STATION_AT, list(self._stations), part)]

    def form(self, flat: Ink, station: str) -> Form:
        """Which ballot style of the station, on which paper; raises `Doubt`."""
        lines: dict[str, Form] = {}
        for style in self._definition.styles_of_station(station):
            for language in self._definition.languages:
                with contextlib.suppress(InvalidInput):  # an id that never fitted on the first paper
                    lines[first_style_line(style.id, language)] = Form(style, language, FirstSlip)
            lines[style_line(style.id)] = Form(style)
        self._know("".join(lines))
        return lines[self._one_of(flat, self.STYLE_AT, list(lines), message("term", "slip-part.style-line"))]

    def _know(self, characters: str) -> None:
        missing = "".join(sorted(set(characters) - set(self._glyphs) - {" "}))
        if missing:
            self._glyphs |= glyphs(missing, self.PITCH)

    def _one_of(self, flat: Ink, at: tuple[float, float], lines: list[str], part: Message) -> str:
        """The line that stands there: the likeliest by their characters, then compared whole, blank cells too."""
        cells = 35
        line = _Line(flat, at, self.PITCH, cells)
        characters = list(self._glyphs)
        place_of = {character: place for place, character in enumerate(characters)}
        alike, _ = line.alike(
            np.stack([self._glyphs[character] for character in characters]), list(range(max(map(len, lines))))
        )
        scores = [
            np.mean([alike[place_of[character], cell] for cell, character in enumerate(text) if character != " "])
            for text in lines
        ]
        likely = [lines[int(place)] for place in np.argsort(scores)[::-1][:12]]
        drawn = np.stack([self._drawn(text, cells) for text in likely])
        # Not by letter: nobody makes half a digit into another to change a vote, and all is compared in the end.
        return likely[sure(compare(line.piece, drawn, MARGIN, by_letter=False), part).winner]

    def _drawn(self, text: str, cells: int) -> Ink:
        width = round(self.PITCH * DOTS_PER_MM)
        drawn = np.zeros((2 * width, cells * width), np.float32)
        for cell, character in enumerate(text):
            if character != " ":
                drawn[:, cell * width : (cell + 1) * width] = self._glyphs[character]
        return drawn


class _Line:
    """One code line of a flattened slip: `piece` has `MARGIN` dots around its cells."""

    def __init__(self, flat: Ink, at: tuple[float, float], pitch: float, cells: int) -> None:
        self.width = round(pitch * DOTS_PER_MM)
        left, top = round(at[0] * DOTS_PER_MM), round(at[1] * DOTS_PER_MM)
        self.piece = flat[top : top + 2 * self.width + 2 * MARGIN, left : left + cells * self.width + 2 * MARGIN]

    def alike(self, characters: NDArray[np.float32], cells: list[int]) -> tuple[NDArray[np.float32], list[Ink]]:
        """Correlation of every character with every cell (characters × cells), and the cells, at the small shift that
        suits the line."""
        piece = self.piece[:, : (max(cells) + 1) * self.width + 2 * MARGIN]
        maps = np.stack([correlate(piece, character) for character in characters])
        columns = MARGIN + np.array(cells) * self.width
        shifts = [(dy, dx) for dy in range(-10, 11) for dx in range(-10, 11)]
        fits = {(dy, dx): maps[:, MARGIN + dy, columns + dx] for dy, dx in shifts}
        dy, dx = max(fits, key=lambda shift: float(fits[shift].max(axis=0).sum()))
        top, height = MARGIN + dy, characters.shape[1]
        seen = [self.piece[top : top + height, left + dx : left + dx + self.width] for left in columns]
        return fits[dy, dx], seen


def _number_not_legible() -> Doubt:
    return Doubt("slip-part.not-legible", part=message("term", "slip-part.number"))
