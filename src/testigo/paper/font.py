"""Which characters a font has glyphs for, read from the font itself; and the fonts that an election carries with it.

A `Font` is a whole TrueType or OpenType file in base64. It is part of what the root key signs, so that a station
prints exactly what was proven, with nothing installed. Who only verifies a record never decodes one.

Text is looked at in *clusters*, a letter with the marks and joiners that follow it: typesetter and browser set one
cluster in one font.
"""

import base64
import binascii
import functools
import re
import struct
import unicodedata
from collections.abc import Iterator
from typing import Final

import msgspec

from testigo.canonical import SignedValue
from testigo.errors import InvalidInput
from testigo.paper import FONTS

REGULAR: Final = 400
BOLD: Final = 700
WEIGHTS: Final = (REGULAR, BOLD)

_MOST_CHARACTERS = 0x110000
_MOST_TABLES = 16
_MOST_VARIANTS = 100_000
"""Limits of what is read: the largest Noto font has 5 tables and 25,000 variants."""
_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_FORMATS_WITH_INK = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001345f]")
"""Characters of category Cf that a font must have: signs of Arabic, Syriac and Kaithi above or below numbers, and those
that arrange hieroglyphs. What has no glyph for one prints a box."""

_EMOJI = re.compile(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4"
    "\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0"
    "\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f201"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff\U0001f900-\U0001faff]"
)
"""Emoji_Presentation of Unicode Technical Standard 51, and the rest of the blocks of pictures: browsers draw them in
colour, each with a font of its own, whatever fonts a page names."""


class Font(SignedValue, frozen=True, rename="kebab"):
    """One font file. `family`: its name, on paper and in the booth's style sheet. `weight`: 400 or 700. `data`: the
    file, in base64.
    """

    family: str
    weight: int
    data: str

    def file(self) -> bytes:
        """The font file; raises `InvalidInput` where `data` is not base64."""
        try:
            return base64.b64decode(self.data, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidInput("font.malformed", name=self.family[:60]) from None


class Glyphs(msgspec.Struct, frozen=True):
    """What a font has glyphs for. `variants`: letters with a variation selector after them that it draws."""

    characters: frozenset[int]
    variants: frozenset[str] = frozenset()

    def draw(self, cluster: str) -> bool:
        """Whether every part of a cluster is drawn, as it is written, or with its marks composed or taken apart."""
        plain = _SELECTOR.sub("", cluster)
        if (plain != cluster and cluster not in self.variants) or _EMOJI.match(plain):
            return False
        forms = (plain, unicodedata.normalize("NFC", plain), unicodedata.normalize("NFD", plain))
        return any(all(ord(one) in self.characters or one in _JOINERS for one in form) for form in forms)

    def both(self, other: "Glyphs") -> "Glyphs":
        """What this font and another both draw."""
        return Glyphs(self.characters & other.characters, self.variants & other.variants)


def clusters(text: str) -> list[str]:
    """The letters of a text, each with the marks, joiners and variation selectors after it.

    Characters that control and never show, such as the ends of lines and what turns the direction, are in none.
    """
    if text.isascii():
        return [one for one in text if one.isprintable()]
    found: list[str] = []
    for one in text:
        kind = unicodedata.category(one)
        if found and (kind[0] == "M" or one in _JOINERS):
            found[-1] += one
        elif kind not in _UNSEEN or prints_a_format(one):
            found.append(one)
    return found


def prints_a_format(one: str) -> bool:
    """Whether a character of category Cf (format) is drawn; most of them are not."""
    return bool(_FORMATS_WITH_INK.match(one))


@functools.cache
def shipped() -> Glyphs:
    """What the fonts that ship with Testigo draw, plain and bold."""
    plain, bold = (
        glyphs((FONTS / name).read_bytes()) for name in ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
    )
    return plain.both(bold)


def glyphs(font: bytes) -> Glyphs:
    """What a font file has glyphs for, by its `cmap` table (OpenType 1.9, formats 4, 12 and 14).

    Raises `InvalidInput` for what is not a font, or has none of these formats.
    """
    try:
        return _read(font)
    except (struct.error, IndexError, ValueError, OverflowError):
        raise InvalidInput("font.malformed", name="") from None


def _read(font: bytes) -> Glyphs:
    at = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, at + 2)
    characters: set[int] = set()
    variants: set[str] = set()
    for place in range(min(count, _MOST_TABLES)):
        platform, encoding, offset = struct.unpack_from(">HHL", font, at + 4 + 8 * place)
        (form,) = struct.unpack_from(">H", font, at + offset)
        if form == 14:
            variants |= _variants(font, at + offset)
        elif (platform, encoding) in ((3, 1), (3, 10)) or platform == 0:
            characters |= _characters(font, at + offset, form)
    if not characters:
        raise ValueError("no characters")
    return Glyphs(frozenset(characters), frozenset(variants))


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for place in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * place)
        if name == tag:
            return int(offset)
    raise ValueError("no such table")


def _characters(font: bytes, at: int, form: int) -> set[int]:
    if form == 4:
        return _segments(font, at)
    if form == 12:
        return _groups(font, at)
    return set()


def _groups(font: bytes, at: int) -> set[int]:
    (count,) = struct.unpack_from(">L", font, at + 12)
    found: set[int] = set()
    before = -1
    for place in range(count):
        first, last, glyph = struct.unpack_from(">LLL", font, at + 16 + 12 * place)
        if not before < first <= last < _MOST_CHARACTERS:
            raise ValueError("not in order")
        found.update(range(first if glyph else first + 1, last + 1))
        before = last
    return found


def _segments(font: bytes, at: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    count = double // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{count}H", font, at + 14 + skip)
        for skip in (0, 2 + double, 2 + 2 * double, 2 + 3 * double)
    )
    found: set[int] = set()
    before = -1
    for place, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if not before < first:
            raise ValueError("not in order")
        before = last
        table = at + 16 + 3 * double + 2 * place + offset
        for one in range(first, last + 1):
            glyph = one + delta
            if offset:
                (listed,) = struct.unpack_from(">H", font, table + 2 * (one - first))
                glyph = listed + delta if listed else 0
            if glyph & 0xFFFF:
                found.add(one)
    return found - {0xFFFF}


def _variants(font: bytes, at: int) -> set[str]:
    (count,) = struct.unpack_from(">L", font, at + 6)
    found: set[str] = set()
    for place in range(count):
        record = font[at + 10 + 11 * place : at + 21 + 11 * place]
        selector = chr(int.from_bytes(record[:3], "big"))
        usual, own = struct.unpack(">LL", record[3:])
        if usual:
            found.update(chr(one) + selector for one in _usual(font, at + usual))
        if own:
            (entries,) = struct.unpack_from(">L", font, at + own)
            bases = (at + own + 4 + 5 * entry for entry in range(entries))
            found.update(chr(int.from_bytes(font[base : base + 3], "big")) + selector for base in bases)
        if len(found) > _MOST_VARIANTS:
            raise ValueError("too many variants")
    return found


def _usual(font: bytes, at: int) -> Iterator[int]:
    """Letters that look with the selector as they do without it."""
    (ranges,) = struct.unpack_from(">L", font, at)
    for place in range(ranges):
        entry = font[at + 4 + 4 * place : at + 8 + 4 * place]
        first = int.from_bytes(entry[:3], "big")
        yield from range(first, first + entry[3] + 1)
