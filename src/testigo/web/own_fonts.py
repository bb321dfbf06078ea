"""An election's own fonts for its pages: a style sheet of `@font-face` rules, and the files that it names.

They come from the machine itself, and are the very files that its paper is set with.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Self

import msgspec

from testigo.paper.font import BOLD, Font

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
        """The files of these fonts; raises `InvalidInput` where one is not base64."""
        if not fonts:
            return cls("", {})
        files = {}
        rules = []
        for font in fonts:
            content = font.file()
            name = f"own-{_short_digest(content)}.otf"
            files[name] = ("font/otf", content)
            source, weight = f'url("/static/{name}")', _WEIGHTS.get(font.weight, str(font.weight))
            rules.append(f"@font-face {{ font-family: {_quoted(font.family)}; src: {source}; font-weight: {weight}; }}")
        families = ", ".join(map(_quoted, dict.fromkeys(font.family for font in fonts)))
        style = "\n".join([*rules, f":root {{ --own-fonts: {families}; }}"]).encode()
        sheet = f"own-{_short_digest(style)}.css"
        return cls(sheet, {**files, sheet: ("text/css; charset=utf-8", style)})


def _quoted(family: str) -> str:
    """A family's name as a string of CSS, whatever is in it."""
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in family) + '"'


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
