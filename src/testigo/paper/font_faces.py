"""An election's own fonts as rules of a style sheet: which letters a browser draws with them."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from testigo.paper.font import BOLD, REGULAR, Font, glyphs

_WEIGHTS = {BOLD: "600 700"}
"""What the style sheet's weights are drawn with, where it is more than the font's own."""


def face_rule(font: Font, address: str) -> str:
    """The font at that address, for its own characters only: spaces, and the height of a line, stay those of the page's
    other fonts.
    """
    weight = _WEIGHTS.get(font.weight, str(font.weight))
    return (
        f'@font-face {{ font-family: {_quoted(font.family)}; src: url("{address}"); font-weight: {weight}; '
        f"unicode-range: {', '.join(_ranges(glyphs(font.file()).characters))}; }}"
    )


def families_rule(fonts: Iterable[Font]) -> str:
    """What a style sheet calls these fonts by: `var(--own-fonts)`."""
    families = ", ".join(map(_quoted, dict.fromkeys(font.family for font in fonts)))
    return f":root {{ --own-fonts: {families}; }}"


def inline_rules(fonts: Sequence[Font], most: int) -> str:
    """The rules of these fonts with the fonts in them, in at most about so many characters; "" where there are none.

    The plain weights come first, the smallest before others; then the bold ones. Where a bold one has no room,
    browsers thicken the plain one. A family without room is left out.
    """
    chosen: list[Font] = []
    for font in sorted(fonts, key=lambda one: (one.weight != REGULAR, len(one.data))):
        plain_is_there = font.weight == REGULAR or any(one.family == font.family for one in chosen)
        if plain_is_there and sum(len(one.data) for one in chosen) + len(font.data) <= most:
            chosen.append(font)
    if not chosen:
        return ""
    return "\n".join([*(_inline(font) for font in chosen), families_rule(chosen)])


def _inline(font: Font) -> str:
    return face_rule(font, f"data:font/otf;base64,{font.data}")


def _ranges(characters: Iterable[int]) -> Iterator[str]:
    """Code points as CSS lists them: `U+915-939`, each run once."""
    for _, run in itertools.groupby(enumerate(sorted(characters)), lambda pair: pair[1] - pair[0]):
        points = [point for _, point in run]
        yield f"U+{points[0]:X}-{points[-1]:X}"


def _quoted(family: str) -> str:
    """A family's name as a string of CSS, whatever is in it."""
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in family) + '"'
