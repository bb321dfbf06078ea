"""Reading an election definition from a YAML or JSON file, each error with its line.

Three steps, and a file that fails one does not reach the next: `source.parse` makes a tree of nodes with lines; this
module reads the tree by the types of `definition`, so that a new field there is read here without a change; `check`
judges what the definition says. A scalar is read as its field wants it: `id: 01` and `opens: 08:00` stay text,
`seats: 3` is a number, and a percentage keeps the digits that stand in the file without ever passing through a float.
A `name` may be written once where it is the same in every language, as people's names are; a `title` is always wanted
in each.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec.inspect as shapes

from testigo import storage
from testigo.election import source
from testigo.election.check import check_definition
from testigo.election.definition import Definition
from testigo.election.diagnostic import DefinitionPath, Diagnostic, diagnose
from testigo.election.digits import read_digits
from testigo.election.own_fonts import not_drawn, with_own_fonts
from testigo.election.own_words import with_own_catalogues
from testigo.election.places import field_name, line_place
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import Either, Message, Value, languages, missing, officers_language, reviewed_by, voter_languages

MOST_LISTED = 200
"""No more errors than this are listed: whoever has more made one big one."""

FROM_FILES = ("catalogues", "fonts")
"""The fields of the definition that are not in its file, but in files beside it."""

_NAMED = 6
"""No more missing sentences than these are named."""

_PLACE = re.compile(r":([0-9]+)$")
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_LITERALS = ("null", "true", "false")
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class LoadedDefinition:
    """A definition without errors, and what in it is allowed but odd (`warnings`, each with its line)."""

    definition: Definition
    warnings: tuple[TestigoError, ...]


def load(file: Path) -> Definition:
    """The election that `file` defines.

    Raises `SeveralErrors`, one line per error; `InvalidInput` where the file is not YAML or JSON; `StorageError`
    where it cannot be read.
    """
    return load_with_warnings(file).definition


def load_with_warnings(file: Path, *, new_fonts: bool = False) -> LoadedDefinition:
    """As `load`, and also what `check` finds odd. `new_fonts`: whatever fonts stand beside the file already."""
    read = read_payload(storage.read(file, limit=source.MAX_BYTES), file)
    _refuse(file, [error for _, error in read.errors])
    definition = Definition.from_payload(read.payload, place=str(file))
    definition, found = examine(definition, file.parent, new_fonts=new_fonts)
    _refuse(file, [read.located(one) for one in found if not one.warning])
    return LoadedDefinition(definition, tuple(read.located(one) for one in found))


@dataclass(frozen=True)
class ReadDefinition:
    """What a definition's file says, before it is judged. `payload`: plain values by key, None where they are not of
    their type; `errors`: these, each with its place. `located`: a diagnostic with its line in the file.
    """

    payload: Any
    errors: list[tuple[DefinitionPath, TestigoError]]
    located: Callable[[Diagnostic], TestigoError]


def read_payload(data: bytes, file: Path) -> ReadDefinition:
    """The values in the bytes of a definition's file; raises `InvalidInput` where it is not YAML or JSON."""
    tree, errors = source.parse(data, file)
    reader = _Reader(file, [((), error) for error in errors], _languages(tree))
    payload = reader.read(tree, shapes.type_info(Definition), ())
    return ReadDefinition(payload, reader.errors, reader.located)


def examine(definition: Definition, folder: Path, *, new_fonts: bool = False) -> tuple[Definition, list[Diagnostic]]:
    """The definition with the catalogues and fonts beside its file, and everything that `check` has to say of it."""
    definition = with_own_catalogues(definition, folder)
    definition = with_own_fonts(definition, folder, new=new_fonts)
    return definition, [*_check_interface(definition), *check_definition(definition), *not_drawn(definition)]


def _check_interface(definition: Definition) -> Iterator[Diagnostic]:
    """Screens and paper speak the languages of the definition: each needs what voters meet, and a review.

    Only a file is refused for this. A definition that was signed stays valid, whatever this release can speak.
    """
    for place, language in enumerate(definition.languages):
        where = ("languages", place)
        if language not in voter_languages():
            lacks = missing(language, for_voters=True)
            yield diagnose(
                "definition.no-catalogue" if lacks == ("*",) else "definition.catalogue-incomplete",
                where,
                language=language[:60],
                count=len(lacks),
                first=lacks[:_NAMED],
            )
            continue
        if language not in languages():
            officers = officers_language(definition.languages)
            yield diagnose("definition.language-of-voters", where, warning=True, language=language, officers=officers)
        if not reviewed_by(language):
            yield diagnose("definition.catalogue-unreviewed", where, warning=True, language=language)


def _refuse(file: Path, errors: list[TestigoError]) -> None:
    if not errors:
        return
    code = "definition.errors" if len(errors) <= MOST_LISTED else "definition.errors-of-which"
    listed = sorted(errors, key=_line)[:MOST_LISTED]
    raise SeveralErrors(code, listed, place=file, count=len(errors), listed=MOST_LISTED)


def _line(error: TestigoError) -> int:
    place = error.place_value
    if isinstance(place, Message):
        return int(str(place.values["line"]))
    found = _PLACE.search(str(place))
    return int(found[1]) if found else 0


class _Reader:
    """Turns nodes into plain values of the wanted types; notes the line of every place and every error."""

    def __init__(self, file: Path, errors: list[tuple[DefinitionPath, TestigoError]], languages: list[str]) -> None:
        self.file = file
        self.errors = errors
        self._languages = languages
        self._lines: dict[DefinitionPath, int] = {}

    def located(self, found: Diagnostic) -> TestigoError:
        """What was found in the definition, with the line that said it, or else the nearest line around it."""
        place = found.place
        while place and place not in self._lines:
            place = place[:-1]
        where = found.error.place_value
        return found.error.at(line_place(self.file, self._lines.get(place, 1), found.place, where))

    def read(self, node: source.Node, wanted: shapes.Type, place: DefinitionPath) -> Any:
        """Plain JSON values of the wanted type; where they are not, the error is noted and None returned."""
        self._lines.setdefault(place, node.line)
        if isinstance(wanted, shapes.UnionType):
            if isinstance(node, source.Scalar) and not node.quoted and node.text in _NOTHING:
                return None
            wanted = next(one for one in wanted.types if not isinstance(one, shapes.NoneType))
        match wanted:
            case shapes.StructType():
                return self._read_struct(node, wanted, place)
            case shapes.VarTupleType():
                return self._read_list(node, wanted, place)
            case shapes.DictType():
                return self._read_mapping(node, wanted, place)
        if not isinstance(node, source.Scalar):
            return self._note("definition.not-a-single-value", node.line, place)
        match wanted:
            case shapes.IntType():
                return self._read_number(node, place)
            case shapes.LiteralType():
                return self._read_choice(node, wanted, place)
        return self._read_text(node, place)

    def _read_struct(self, node: source.Node, wanted: shapes.StructType, place: DefinitionPath) -> Any:
        if not isinstance(node, source.Mapping):
            known = ", ".join(field.encode_name for field in wanted.fields if field.required)
            return self._note("definition.not-keys", node.line, place, keys=known)
        fields = {field.encode_name: field for field in wanted.fields if field.encode_name not in FROM_FILES}
        values = {}
        meant: set[str] = set()
        unknown = 0
        missing = [key for key in fields if key not in node.entries]
        for key, (line, child) in node.entries.items():
            if key in fields:
                self._lines[(*place, key)] = line
                values[key] = self.read(child, fields[key].type, (*place, key))
            else:
                near = self._near(key, missing)
                meant.update(near)
                code = "definition.unknown-key-near" if near else "definition.unknown-key"
                known = near[0] if near else ", ".join(fields)
                unknown += 1
                if unknown > MOST_LISTED:  # counted, but for no reader to read
                    self.errors.append(self.errors[-1])
                else:
                    self._note(code, line, place, key=_short(key), known=known)
        for key, field in fields.items():
            if field.required and key not in node.entries and key not in meant:
                self._note("definition.key-missing", node.line, place, key=key, name=field_name(key))
        return values

    def _near(self, key: str, known: Iterable[str]) -> list[str]:
        """The key that was probably meant; not looked for once more is wrong than will be listed."""
        return difflib.get_close_matches(key[:60], known, n=1) if len(self.errors) < MOST_LISTED else []

    def _read_list(self, node: source.Node, wanted: shapes.VarTupleType, place: DefinitionPath) -> Any:
        if not isinstance(node, source.Sequence):
            return self._note("definition.not-a-list", node.line, place)
        return [self.read(item, wanted.item_type, (*place, position)) for position, item in enumerate(node.items)]

    def _read_mapping(self, node: source.Node, wanted: shapes.DictType, place: DefinitionPath) -> Any:
        words = isinstance(wanted.value_type, shapes.StrType)
        if words and place[-1] == "name" and isinstance(node, source.Scalar):
            text = self._read_text(node, place)
            return None if text is None else dict.fromkeys(self._languages, text)
        if not isinstance(node, source.Mapping):
            return self._note("definition.not-texts" if words else "definition.not-numbers", node.line, place)
        values = {}
        for key, (line, child) in node.entries.items():
            self._lines[(*place, key)] = line
            values[key] = self.read(child, wanted.value_type, (*place, key))
        return values

    def _read_text(self, node: source.Scalar, place: DefinitionPath) -> Any:
        """In JSON, null, true and false are no words; in YAML they are what somebody may be called."""
        if self.file.suffix.lower() == ".json" and not node.quoted and node.text in _LITERALS:
            return self._note("definition.not-a-text", node.line, place, text=node.text)
        return node.text

    def _read_number(self, node: source.Scalar, place: DefinitionPath) -> Any:
        text = _short(node.text)
        if not text and not node.quoted:
            return self._note("definition.number-missing", node.line, place)
        if not _WHOLE_NUMBER.fullmatch(node.text):
            return self._note("definition.not-a-number", node.line, place, text=text)
        if node.quoted:
            return self._note("definition.number-in-quotes", node.line, place, text=text)
        try:
            return read_digits(node.text)
        except InvalidInput as error:
            self.errors.append((place, error.at(line_place(self.file, node.line, place))))
            return None

    def _read_choice(self, node: source.Scalar, wanted: shapes.LiteralType, place: DefinitionPath) -> Any:
        choices = [str(value) for value in wanted.values]
        if node.text not in choices:
            return self._note(
                "definition.not-a-choice", node.line, place, text=_short(node.text), known=Either(choices)
            )
        return node.text

    def _note(self, code: str, line: int, path: DefinitionPath, **values: Value) -> Any:
        """Keep an error. Returns None, which stands for the value until the errors are told."""
        self.errors.append((path, InvalidInput(code, place=line_place(self.file, line, path), **values)))


def _languages(tree: source.Node) -> list[str]:
    """The election's languages, wherever in the file they stand."""
    _, listed = tree.entries.get("languages", (0, None)) if isinstance(tree, source.Mapping) else (0, None)
    items = listed.items if isinstance(listed, source.Sequence) else []
    return [item.text for item in items if isinstance(item, source.Scalar)]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
