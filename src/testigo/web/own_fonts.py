"""An election's own fonts for its pages: a style sheet of `@font-face` rules, and the files that it names.

They come from the machine itself, and are the very files that its paper is set with.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

import msgspec

from testigo.paper.font import BOLD, Font, glyphs

_WEIGHTS = {BOLD: "600 700"}
"""What the style sheet's weights are drawn with, where it is more than the font's own."""


class OwnFonts(msgspec.Struct, frozen=True):
    """`files`: name under `/static/` → media type and content. `sheet`: the style sheet's name, "" where there are no
    fonts. Names change with the content, because a browser may keep the files.
    """

    sheet: str
    files: Mapping[str, tuple[str, bytes]]

    @classmethod
    def of(cls, fonts: Sequence[Font]) -> Self:
        """The files of these fonts; raises `InvalidInput` where one is not a font."""
        if not fonts:
            return cls("", {})
        files = {}
        rules = []
        for font in fonts:
            content = font.file()
            name = f"own-{_short_digest(content)}.otf"
            files[name] = ("font/otf", content)
            rules.append(_rule(font, name, content))
        families = ", ".join(map(_quoted, dict.fromkeys(font.family for font in fonts)))
        style = "\n".join([*rules, f":root {{ --own-fonts: {families}; }}"]).encode()
        sheet = f"own-{_short_digest(style)}.css"
        return cls(sheet, {**files, sheet: ("text/css", style)})


def _rule(font: Font, name: str, content: bytes) -> str:
    """For its own characters only: spaces, and the height of a line, stay those of the shipped font."""
    weight = _WEIGHTS.get(font.weight, str(font.weight))
    return (
        f'@font-face {{ font-family: {_quoted(font.family)}; src: url("/static/{name}"); font-weight: {weight}; '
        f"unicode-range: {', '.join(_ranges(glyphs(content).characters))}; }}"
    )


def _ranges(characters: Iterable[int]) -> Iterator[str]:
    """Code points as CSS lists them: `U+915-939`, each run once."""
    for _, run in itertools.groupby(enumerate(sorted(characters)), lambda pair: pair[1] - pair[0]):
        points = [point for _, point in run]
        yield f"U+{points[0]:X}-{points[-1]:X}"


def _quoted(family: str) -> str:
    """A family's name as a string of CSS, whatever is in it."""
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in family) + '"'


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
