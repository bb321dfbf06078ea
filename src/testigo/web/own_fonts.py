"""An election's own fonts for its pages: a style sheet of `@font-face` rules, and the files that it names.

They come from the machine itself, and are the very files that its paper is set with.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Self

import msgspec

from testigo.paper.font import Font
from testigo.paper.font_faces import face_rule, families_rule


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
            rules.append(face_rule(font, f"/static/{name}"))
        style = "\n".join([*rules, families_rule(fonts)]).encode()
        sheet = f"own-{_short_digest(style)}.css"
        return cls(sheet, {**files, sheet: ("text/css", style)})


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
