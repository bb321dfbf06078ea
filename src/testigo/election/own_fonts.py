"""The fonts that an election carries: for letters that the shipped ones lack, cut to what its texts say.

They are part of the definition, so its digest names them and every machine of the election has them. Whoever writes
the definition needs Noto for it (the extra `fonts`); `testigo election fonts` keeps what was cut in `fonts.json` beside
the definition, and whoever reads that needs nothing. An election that the shipped fonts can print carries none.
"""

import importlib
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from testigo import canonical, storage, words
from testigo.canonical import why_refused
from testigo.election.definition import Definition
from testigo.election.diagnostic import DefinitionPath, Diagnostic, diagnose
from testigo.election.known_ids import districts_with_paths
from testigo.election.value import Text
from testigo.errors import InvalidInput
from testigo.paper.font import Font, Glyphs, clusters, glyphs, shipped
from testigo.words import first_of

FILE = "fonts.json"
_MOST_BYTES = 32 << 20
_MOST_NAMED = 3
"""Characters that one error names."""

_MAKER = "testigo.paper.noto"
"""Loaded by name, and only where a definition needs it: its libraries are in the extra `fonts`, not in the base."""


def with_own_fonts(definition: Definition, folder: Path, *, new: bool = False) -> Definition:
    """The definition with the fonts that its texts need: those beside it, else (or if `new`) cut from Noto.

    Without Noto it is returned as it is; `not_drawn` tells. Raises `InvalidInput` for a damaged `fonts.json`.
    """
    if not any(True for _ in _lacking(definition, [shipped()])):
        return definition
    file = folder / FILE
    fonts = _read(file) if file.exists() and not new else _make(definition)
    return msgspec.structs.replace(definition, fonts=fonts)


def write_fonts(definition: Definition, folder: Path) -> Path | None:
    """Write the definition's fonts as `with_own_fonts` reads them; None where it has none."""
    if not definition.fonts:
        return None
    storage.write(folder / FILE, canonical.encode(definition.fonts))
    return folder / FILE


def not_drawn(definition: Definition) -> Iterator[Diagnostic]:
    """The first character of each text that neither the shipped nor the election's own fonts draw.

    Where new fonts would draw some of them, the fonts beside the definition are older than its texts: all of these are
    one error, with the command that makes the fonts again. Where Noto is not installed and there are no own fonts, only
    the first of all, with what to install.
    """
    lacking = list(_lacking(definition, [shipped(), *_families(definition.fonts)]))
    old = _drawn_by_new_fonts(definition, [cluster for _, _, cluster in lacking]) if definition.fonts else frozenset()
    if old:
        named = list(dict.fromkeys(_named(cluster, definition.fonts) for _, _, cluster in lacking if cluster in old))
        yield diagnose("definition.fonts-old", (), file=FILE, characters=first_of(named, _MOST_NAMED))
    for place, text, cluster in (one for one in lacking if one[2] not in old):
        needs_noto = not definition.fonts and unicodedata.category(cluster[0])[0] in "LMN" and not _has_noto()
        code = "definition.fonts-needed" if needs_noto else "definition.no-glyph"
        yield diagnose(code, place, text=text[:60], character=_named(cluster, definition.fonts))
        if needs_noto:
            return


def _drawn_by_new_fonts(definition: Definition, lacking: list[str]) -> frozenset[str]:
    """Which of these clusters fonts cut now would draw; letters, where Noto is not here to tell."""
    if lacking and not _has_noto():
        return frozenset(one for one in lacking if unicodedata.category(one[0])[0] in "LMN")
    families = _families(_make(definition)) if lacking else []
    return frozenset(one for one in lacking if any(family.draw(one) for family in families))


def _named(cluster: str, fonts: tuple[Font, ...]) -> str:
    """The character that is at fault: one that no font has, else the last of what is drawn in no one font."""
    known = shipped().characters.union(*(one.characters for one in _families(fonts)))
    bad = next((one for one in cluster if ord(one) not in known), cluster[-1])
    shown = bad if bad.isprintable() and unicodedata.category(bad)[0] not in "MC" else ""
    name = " ".join(filter(None, (f"U+{ord(bad):04X}", unicodedata.name(bad, ""))))
    return f"{shown} ({name})" if shown else name


def _lacking(definition: Definition, faces: list[Glyphs]) -> Iterator[tuple[DefinitionPath, str, str]]:
    """Each text with a cluster that none of these draws, and the first such cluster."""
    drawn: set[str] = set()  # a country has a million letters, and some hundred different ones
    for place, text in printed_texts(definition):
        fresh = [one for one in clusters(text) if one not in drawn]
        cluster = next((one for one in fresh if not any(face.draw(one) for face in faces)), None)
        if cluster is not None:
            yield place, text, cluster
        else:
            drawn.update(fresh)


def printed_texts(definition: Definition) -> Iterator[tuple[DefinitionPath, str]]:
    """Everything that paper and screens show of an election, with its place in the definition."""
    yield from _in_each(definition, ("title",), definition.title)
    for place, language in enumerate(definition.languages):
        said = words.sentences(language) if language in definition.catalogues else ()
        yield from ((("languages", place), text) for text in (*said, *words.written(language)))
    for place, party in enumerate(definition.parties):
        yield from _in_each(definition, ("parties", place, "name"), party.name)
        yield ("parties", place, "abbreviation"), party.abbreviation
    for place, body in enumerate(definition.bodies):
        yield from _in_each(definition, ("bodies", place, "title"), body.title)
    for path, district in districts_with_paths(definition.districts):
        yield from _in_each(definition, (*path, "name"), district.name)
    for place, station in enumerate(definition.stations):
        yield ("stations", place, "name"), station.name
        yield ("stations", place, "address"), station.address
    for place, contest in enumerate(definition.contests):
        yield from _in_each(definition, ("contests", place, "title"), contest.title)
        for number, option in enumerate(contest.options):
            where: DefinitionPath = ("contests", place, "options", number)
            yield from _in_each(definition, (*where, "name"), option.name)
            yield from (((*where, "candidates", at), name) for at, name in enumerate(option.candidates))
            for at, person in enumerate(option.people):
                yield from _in_each(definition, (*where, "people", at, "role"), person.role)
                yield (*where, "people", at, "name"), person.name


def _in_each(definition: Definition, place: DefinitionPath, text: Text) -> Iterator[tuple[DefinitionPath, str]]:
    yield from (((*place, code), text[code]) for code in definition.languages if code in text)


def _families(fonts: Iterable[Font]) -> list[Glyphs]:
    """What each family draws in all its weights."""
    found: dict[str, Glyphs] = {}
    for font in fonts:
        own = glyphs(font.file())
        found[font.family] = found[font.family].both(own) if font.family in found else own
    return list(found.values())


def _read(file: Path) -> tuple[Font, ...]:
    data = storage.read(file, limit=_MOST_BYTES)
    try:
        fonts = msgspec.convert(canonical.decode(data, place=str(file)), tuple[Font, ...], strict=True)
        _families(fonts)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("fonts.malformed", place=file, why=why_refused(error)) from None
    except InvalidInput as error:
        raise error.at(file) from None
    return fonts


def _make(definition: Definition) -> tuple[Font, ...]:
    maker = _noto()
    if maker is None:
        return ()
    fonts: tuple[Font, ...] = maker.fonts_for((text for _, text in printed_texts(definition)), definition.languages)
    return fonts


def _has_noto() -> bool:
    return _noto() is not None


def _noto() -> Any:
    """The module that cuts fonts; None where what it needs is not installed."""
    try:
        maker = importlib.import_module(_MAKER)
    except ModuleNotFoundError:
        return None
    return maker if maker.is_installed() else None
