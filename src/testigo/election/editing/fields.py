"""What the editor shows of each part of a definition: its fields, and how what is typed into them becomes edits.

Keys that have no field here are shown as they stand in the file, and stay.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from testigo.election.contests import Kind as ContestKind
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.edits import Edit, Put, Remove
from testigo.election.editing.plain import Plain, at, is_number, items, mapping, single
from testigo.election.methods import METHODS
from testigo.election.parties import PartyKind
from testigo.election.thresholds import Base

FieldKind = Literal["text", "number", "choice", "texts", "names", "words", "lines"]
"""`texts`: by language; `names`: the same, which may be said once for all languages; `words`: a list on one line;
`lines`: a list, each item on a line of its own."""

Typed = Callable[[str], str | None]
"""What was typed into the input of that name; None where the form does not have it."""

_LINE_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Field:
    """One field of a part. `path`: its keys below the part. `refers`: the list of the definition whose ids it takes.

    `group`: under which heading it stands, "" for the first. `kinds`: the kinds of contest that it is for, all where
    none is named.
    """

    path: tuple[str, ...]
    kind: FieldKind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    group: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its input, and of the words that say what it is."""
        return "/".join(self.path)


def _share(key: str) -> tuple[Field, ...]:
    return tuple(Field((*key.split("/"), one), group="referendum", kinds=("referendum",)) for one in _SHARE)


_SHARE = ("more-than", "at-least")
_BASES = get_args(Base)
_LIST = ("party-list",)
_ONE = ("choose-one",)
_ID = Field(("id",), required=True)

ELECTION = (
    _ID,
    Field(("title",), "texts", required=True),
    Field(("date",), required=True),
    Field(("opens",), required=True),
    Field(("closes",), required=True),
    Field(("utc-offset",)),
    Field(("languages",), "words", required=True),
    Field(("rolls",), "words", group="more"),
    *(
        Field(("rules", key), "number", group="more")
        for key in ("finger-tries", "release-cap-percent", "spoil-limit", "closing-count-percent")
    ),
)
DISTRICT = (_ID, Field(("name",), "names", required=True))
STATION = (
    _ID,
    Field(("name",), required=True),
    Field(("district",), required=True, refers="districts"),
    Field(("register-size",), "number", required=True),
    Field(("address",)),
    Field(("utc-offset",)),
)
PARTY = (
    _ID,
    Field(("name",), "names", required=True),
    Field(("abbreviation",), required=True),
    Field(("kind",), "choice", choices=get_args(PartyKind)),
    Field(("members",), "number"),
)
CONTEST = (
    _ID,
    Field(("title",), "texts", required=True),
    Field(("district",), required=True, refers="districts"),
    Field(("kind",), "choice", required=True, choices=get_args(ContestKind)),
    Field(("choose",), "number", kinds=("choose-up-to",)),
    Field(("seats",), "number", kinds=("choose-one", "choose-up-to", "party-list")),
    Field(("method",), "choice", choices=tuple(METHODS), kinds=_LIST),
    Field(("threshold", "percent"), group="threshold", kinds=_LIST),
    Field(("threshold", "fraction"), group="threshold", kinds=_LIST),
    Field(("threshold", "of"), "choice", choices=_BASES, group="threshold", kinds=_LIST),
    Field(("threshold", "minorities"), "choice", choices=("as-others", "exempt"), group="threshold", kinds=_LIST),
    Field(("majority", "of"), "choice", choices=_BASES, group="majority", kinds=_ONE),
    Field(("referendum", "against"), refers="options", group="referendum", kinds=("referendum",)),
    Field(("referendum", "of"), "choice", choices=_BASES, group="referendum", kinds=("referendum",)),
    *_share("referendum/majority"),
    *_share("referendum/turnout"),
    *_share("referendum/approval"),
    Field(("none-of-the-above", "option"), refers="options", group="nobody", kinds=(*_ONE, *_LIST)),
    Field(
        ("none-of-the-above", "effect"), "choice", choices=("reported", "counts", "reelection"),
        group="nobody", kinds=(*_ONE, *_LIST),
    ),
    Field(("none-of-the-above", "wins"), "choice", choices=("most", "half"), group="nobody", kinds=(*_ONE, *_LIST)),
    Field(("preferences", "most"), "number", group="preferences", kinds=_LIST),
    *(Field(("preferences", "threshold", one), group="preferences", kinds=_LIST) for one in _SHARE),
    Field(("preferences", "equal"), "choice", choices=("listed", "draw"), group="preferences", kinds=_LIST),
    Field(("after-signing",), "choice", choices=("counts", "votes-void"), group="more"),
    Field(("body",), refers="bodies", group="more"),
    Field(("roll",), refers="rolls", group="more"),
)  # fmt: skip
OPTION = (
    _ID,
    Field(("name",), "names", required=True),
    Field(("party",), refers="parties"),
    Field(("candidates",), "lines", kinds=_LIST),
)
PERSON = (Field(("name",), required=True), Field(("role",), "texts", required=True))

PARTS: dict[str, tuple[Field, ...]] = {
    "districts": DISTRICT,
    "stations": STATION,
    "parties": PARTY,
    "contests": CONTEST,
    "options": OPTION,
    "people": PERSON,
}
"""By the list that such parts stand in."""

LISTS: dict[str, tuple[str, ...]] = {
    "": ("districts", "stations", "parties", "contests"),
    "districts": ("districts",),
    "contests": ("options",),
    "options": ("people",),
}
"""The lists below each part that are edited as lists; "" is the election."""

NEW: dict[str, dict[str, object]] = {
    "districts": {"id": "", "name": {}},
    "stations": {"id": "", "name": "", "district": "", "register-size": 0},
    "parties": {"id": "", "name": {}, "abbreviation": ""},
    "contests": {"id": "", "district": "", "title": {}, "kind": "choose-one", "options": []},
    "options": {"id": "", "name": {}},
    "people": {"role": {}, "name": ""},
}
"""A new item of each list: every required key is there, so that the draft can be read."""


def list_of(path: DefinitionPath) -> str:
    """The list that a part at a path stands in; "" for the election itself."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def fields_of(values: Plain, path: DefinitionPath) -> tuple[Field, ...]:
    """The fields of the part at a path, of a contest those of its kind and those that are filled in."""
    name = list_of(path)
    if not name:
        return ELECTION
    part = at(values, path)
    own = PARTS[name]
    if name == "stations":
        rolls = [one for one in items(at(values, ("rolls",))) if isinstance(one, str) and one != "general"]
        own = (*own, *(Field(("roll-sizes", one), "number", group="rolls") for one in rolls))
    kind = single(at(part, ("kind",))) if name == "contests" else single(at(values, (*path[:2], "kind")))
    return tuple(one for one in own if not one.kinds or kind in one.kinds or at(part, one.path) is not None)


def inputs(field: Field, part: Plain, languages: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The inputs of a field: name, language ("" for none), and what stands in it."""
    value = at(part, field.path)
    if field.kind in ("texts", "names"):
        texts = by_language(field, value, languages)
        for language in dict.fromkeys([*languages, *texts]):
            yield f"{field.name}/{language}", language, texts.get(language, "")
    elif field.kind == "words":
        yield field.name, "", " ".join(map(single, items(value)))
    elif field.kind == "lines":
        yield field.name, "", "\n".join(_line(single(one)) for one in items(value))
    else:
        yield field.name, "", single(value)


def by_language(field: Field, value: Plain, languages: Sequence[str]) -> dict[str, str]:
    """A text by language; what is said once is said in each."""
    if isinstance(value, str):
        return dict.fromkeys(languages, value) if field.kind == "names" else {}
    return {language: single(words) for language, words in mapping(value).items()}


def edits_of(field: Field, part: Plain, path: DefinitionPath, languages: Sequence[str], typed: Typed) -> Iterator[Edit]:
    """The edits that what was typed into a field asks for; none where it is what stands there already."""
    own = (*path, *field.path)
    changed = {
        (name, language): new
        for name, language, old in inputs(field, part, languages)
        if (new := typed(name)) is not None and _entered(field, new) != _entered(field, old)
    }
    if field.kind in ("texts", "names"):
        yield from _texts(
            field, part, own, languages, {language: new.strip() for (_, language), new in changed.items()}
        )
        return
    for new in changed.values():
        entered = _entered(field, new)
        if field.kind in ("words", "lines"):
            listed = entered.split() if field.kind == "words" else entered.splitlines()
            yield Put(own, listed) if listed or field.required else Remove(own)
        elif not entered:
            yield Put(own, "") if field.required else Remove(own)
        else:
            yield Put(own, int(entered) if field.kind == "number" and is_number(entered) else entered)


def _texts(
    field: Field, part: Plain, own: DefinitionPath, languages: Sequence[str], changed: dict[str, str]
) -> Iterator[Edit]:
    if not changed:
        return
    value = at(part, field.path)
    if isinstance(value, dict) and value:
        yield from (Put((*own, one), new) if new else Remove((*own, one)) for one, new in changed.items())
        return
    texts = {one: new for one, new in {**by_language(field, value, languages), **changed}.items() if new}
    once = field.kind == "names" and set(texts) == set(languages) and len(set(texts.values())) == 1
    yield Put(own, next(iter(texts.values())) if once else texts)


def _entered(field: Field, text: str) -> str:
    """A text as a browser's input gives it back."""
    if field.kind == "lines":
        return "\n".join(line.strip() for line in text.splitlines() if line.strip())
    if field.kind == "words":
        return " ".join(text.replace(",", " ").split())
    return _line(text).strip()


def _line(text: str) -> str:
    return _LINE_BREAKS.sub("", text)
