"""The fonts of an election's own, cut from the Noto fonts to what the election says: for whoever writes a definition.

Noto (SIL Open Font License 1.1) comes with the extra `fonts`, as variable fonts: `manimgx-fonts` with one file a
script, `manimgx-fonts-cjk` with Chinese, Japanese and Korean in one. Of each script that is needed, the plain and the
bold weight are taken, with those letters alone and all that shaping does with them. The same texts give the same bytes.

Only this module loads fontTools, and only who makes a definition loads this module.
"""

import base64
import functools
import importlib.util
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec
from fontTools import subset
from fontTools import unicodedata as scripts
from fontTools.cffLib.CFF2ToCFF import convertCFF2ToCFF
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from testigo.paper.font import BOLD, WEIGHTS, Font, Glyphs, clusters, shipped

_PACKAGE, _PACKAGE_CJK = "manimgx_fonts", "manimgx_fonts_cjk"

_OF_SCRIPT: Final[Mapping[str, str]] = {
    "Arab": "Arabic", "Armn": "Armenian", "Beng": "Bengali", "Deva": "Devanagari", "Ethi": "Ethiopic",
    "Geor": "Georgian", "Gujr": "Gujarati", "Guru": "Gurmukhi", "Hebr": "Hebrew", "Khmr": "Khmer", "Knda": "Kannada",
    "Laoo": "Lao", "Mlym": "Malayalam", "Mymr": "Myanmar", "Orya": "Oriya", "Sinh": "Sinhala", "Taml": "Tamil",
    "Telu": "Telugu", "Thai": "Thai", "Latn": "", "Grek": "", "Cyrl": "",
}  # fmt: skip
"""Script (ISO 15924) → what the name of its font has after "Noto Sans"."""

_CJK = frozenset({"Hani", "Hira", "Kana", "Hang", "Bopo"})

_OF_ALL = frozenset({"Zyyy", "Zinh"})
"""What Unicode says of characters that many scripts use."""

_CJK_PLACES: Final[Mapping[str, int]] = {"ja": 0, "ko": 1, "zh": 2, "zh-hant": 3, "zh-tw": 3, "zh-mo": 4, "zh-hk": 4}
"""Language → its font in the collection. Each has all letters; where countries draw one differently, its own form."""

_KERNING = frozenset({"kern", "vkrn", "vpal", "vhal", "halt", "chws", "vchw"})

_KEPT_NAMES = (0, 13, 14)
"""Copyright and licence, which must stay with the font."""


class Face(msgspec.Struct, frozen=True):
    """One variable font. `place`: in its collection, −1 where it is alone."""

    family: str
    file: Path
    place: int = -1

    def open(self) -> Any:
        """The font, its tables read when they are asked for."""
        return TTFont(self.file, fontNumber=self.place, lazy=True, recalcTimestamp=False)


def is_installed() -> bool:
    """Whether both packages of fonts are there."""
    return all(importlib.util.find_spec(package) for package in (_PACKAGE, _PACKAGE_CJK))


def fonts_for(texts: Iterable[str], languages: Sequence[str]) -> tuple[Font, ...]:
    """The fonts that these texts need beside those that ship; empty where they need none.

    A script of which the shipped fonts lack one letter is taken from Noto with all its letters, so that no word is set
    in two fonts. Letters that no font draws are in none: `font.Glyphs.draw` tells.
    """
    letters = sorted({cluster for text in texts for cluster in clusters(text)})
    lacking = [cluster for cluster in letters if not shipped().draw(cluster)]
    needed = {_script(cluster) for cluster in lacking} - _OF_ALL
    wanted: dict[Face, set[str]] = {}
    for cluster in letters:
        if cluster in lacking or needed & scripts.script_extension(cluster[0]):
            faces = _faces(_script(cluster), needed, languages)
            face = next((one for one in faces if _glyphs(one).draw(cluster)), None)
            if face is not None:
                wanted.setdefault(face, set()).add(cluster)
    return tuple(font for face in sorted(wanted, key=_order) for font in _cut(face, wanted[face]))


def _order(face: Face) -> tuple[str, int]:
    return face.family, face.place


def _script(cluster: str) -> str:
    return str(scripts.script(cluster[0]))


def _faces(script: str, needed: Iterable[str], languages: Sequence[str]) -> list[Face]:
    """Where to look for a letter: its script's font, then those of the election's other scripts, then the general."""
    found = (_face(one, languages) for one in (script, *sorted(needed), "Latn", "Hani"))
    return list(dict.fromkeys(face for face in found if face is not None))


def _face(script: str, languages: Sequence[str]) -> Face | None:
    if script in _CJK:
        return Face("Noto Sans CJK", _in_package(_PACKAGE_CJK, "NotoSansCJK-VF.otf.ttc"), _cjk_place(languages))
    if script not in _OF_SCRIPT:
        return None
    name = _OF_SCRIPT[script]
    return Face(f"Noto Sans {name}".strip(), _in_package(_PACKAGE, f"NotoSans{name}[wght].ttf"))


def _in_package(package: str, file: str) -> Path:
    return Path(str(resources.files(package))) / file


def _cjk_place(languages: Sequence[str]) -> int:
    """That of the first language that writes so, as simplified Chinese is where none does."""
    for language in languages:
        whole = language.lower()
        for known in (whole, "-".join(whole.split("-")[:2]), whole.partition("-")[0]):
            if known in _CJK_PLACES:
                return _CJK_PLACES[known]
    return _CJK_PLACES["zh"]


@functools.cache
def _glyphs(face: Face) -> Glyphs:
    with face.open() as font:
        variants = {
            chr(base) + chr(selector)
            for table in font["cmap"].tables
            if table.format == 14
            for selector, bases in table.uvsDict.items()
            for base, _ in bases
        }
        return Glyphs(frozenset(font.getBestCmap()), frozenset(variants))


def _cut(face: Face, letters: Iterable[str]) -> Iterator[Font]:
    """The face's letters in each weight. Kerning is left out: half of the bytes, and the most of the time."""
    options = subset.Options(hinting=False, glyph_names=False, notdef_outline=True, name_IDs=list(_KEPT_NAMES))
    options.drop_tables = [*options.drop_tables, "STAT"]
    options.layout_features = [feature for feature in options.layout_features if feature not in _KERNING]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(_code_points(letters)))
    with face.open() as font:
        cutter.subset(font)
        letters_alone = _saved(font)
    for weight in WEIGHTS:
        plain = instantiateVariableFont(_opened(letters_alone), {"wght": weight})
        if "CFF2" in plain:
            plain = _as_cff(_opened(_saved(plain)))
        _name(plain, face.family, weight)
        yield Font(face.family, weight, base64.b64encode(_saved(plain)).decode())


def _code_points(letters: Iterable[str]) -> set[int]:
    """Of the letters as they are written, composed and taken apart: a shaper may ask for any."""
    return {
        ord(one)
        for text in letters
        for form in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
        for one in form
    }


def _as_cff(font: Any) -> Any:
    """The outlines in the table that typst reads: CFF, not CFF2."""
    _ = font["CFF2"].cff.topDictIndex[0].CharStrings  # read before its table is taken apart
    convertCFF2ToCFF(font)
    return font


def _name(font: Any, family: str, weight: int) -> None:
    bold = weight == BOLD
    style = "Bold" if bold else "Regular"
    own = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
    for place, text in own.items():
        font["name"].setName(text, place, 3, 1, 0x409)
    regular, heavy = 1 << 6, 1 << 5
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~(regular | heavy) | (heavy if bold else regular)
    font["head"].macStyle = int(bold)


def _opened(file: bytes) -> Any:
    """A font as whoever opens its file finds it, without what the step before left in memory."""
    return TTFont(io.BytesIO(file), recalcTimestamp=False, recalcBBoxes=False)


def _saved(font: Any) -> bytes:
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()
