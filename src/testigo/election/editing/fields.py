"""What the editor shows of each part of a definition: its fields, as lines of a table, and which of them it uses now.

Keys that have no field here are shown as they stand in the file, and stay. What is typed into a field becomes edits in
`inputs`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from testigo.election.contests import GENERAL_ROLL
from testigo.election.contests import Kind as ContestKind
from testigo.election.definition import VotingRules
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.plain import Plain, at, items, mapping, single
from testigo.election.levelling import DIVISOR_METHODS
from testigo.election.methods import METHODS
from testigo.election.parties import PartyKind
from testigo.election.thresholds import Base

FieldKind = Literal[
    "text", "number", "choice", "texts", "names", "words", "lines", "share", "percent", "checks", "rows"
]  # fmt: skip
"""`texts`: by language; `names`: the same, which may be said once for all languages; `words`: a list on one line;
`lines`: a list, each item on a line of its own; `share`: more than or at least so much; `percent`: a percentage or a
fraction; `checks`: a list of ids to tick; `rows`: a list of small mappings, a line of fields for each."""


@dataclass(frozen=True)
class Field:
    """One field of a part. `path`: its keys below the part; of shares and percentages those of the mapping around them.

    `called`: by what name, where not its path. `keys`: the two keys of a share or percentage. `default`: what stands
    for a value that is not there. `refers`: the list of the definition whose ids it takes. `row`: the fields of a row.
    `group`: under which heading it stands, "" for the first. `kinds`: the kinds of contest that it is for, all where
    none is named. `switch`: whether the mapping around it is there only with it. `when`: a path below the part, and the
    values there with which the field is used, any value where none is named. `party`: it is used once a party is of
    that kind.
    """

    path: tuple[str, ...]
    kind: FieldKind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    group: str = ""
    kinds: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    keys: tuple[str, str] = ("more-than", "at-least")
    default: str = ""
    row: tuple["Field", ...] = ()
    switch: bool = False
    when: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    party: str = ""

    @property
    def keys_below(self) -> tuple[str, ...]:
        """By which the words that say what it is are found (`places.field_name`)."""
        return self.called or self.path

    @property
    def name(self) -> str:
        """The name of its input."""
        return "/".join(self.keys_below)


_PERCENT = ("percent", "fraction")
_BASES = get_args(Base)
_LIST = ("party-list",)
_ONE = ("choose-one",)
_REFERENDUM = ("referendum",)
_ID = Field(("id",), required=True)
_RULES = VotingRules()

_COALITIONS = (
    Field(("members",), "number", required=True),
    Field((), "percent", called=("share",), keys=_PERCENT),
)
_CONDITIONS = (
    Field((), "share", called=("share",)),
    Field((), "share", called=("lead",), keys=("lead-more-than", "lead-at-least")),
)


def _threshold(kinds: tuple[str, ...] = ()) -> tuple[Field, ...]:
    own = ("threshold",)
    on = (own, ())
    return (
        Field(own, "percent", called=(*own, "share"), keys=_PERCENT, group="threshold", kinds=kinds, switch=True),
        Field((*own, "of"), "choice", choices=_BASES, default="valid", group="threshold", kinds=kinds, when=on),
        Field((*own, "coalitions"), "rows", row=_COALITIONS, group="threshold", kinds=kinds, when=on,
              party="coalition"),
        Field((*own, "minorities"), "choice", choices=("as-others", "exempt"), default="as-others",
              group="threshold", kinds=kinds, when=on, party="minority"),
        Field((*own, "contests"), "checks", refers="lists", group="threshold", kinds=kinds, when=on),
    )  # fmt: skip


ELECTION = (
    _ID,
    Field(("title",), "texts", required=True),
    Field(("date",), required=True),
    Field(("opens",), required=True),
    Field(("closes",), required=True),
    Field(("utc-offset",)),
    Field(("languages",), "words", required=True),
    Field(("rolls",), "words", default=GENERAL_ROLL, group="more"),
    *(
        Field(("rules", key.replace("_", "-")), "number", default=str(getattr(_RULES, key)), group="more")
        for key in VotingRules.__struct_fields__
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
    Field(("kind",), "choice", choices=get_args(PartyKind), default="party"),
    Field(("members",), "number", when=(("kind",), ("coalition",))),
)
BODY = (
    _ID,
    Field(("title",), "texts", required=True),
    Field(("filled-by",), "checks", refers="contests"),
    *_threshold(),
    Field(("levelling", "seats"), "number", group="levelling", switch=True),
    Field(("levelling", "method"), "choice", choices=DIVISOR_METHODS, group="levelling"),
)
CONTEST = (
    _ID,
    Field(("title",), "texts", required=True),
    Field(("district",), required=True, refers="districts"),
    Field(("kind",), "choice", required=True, choices=get_args(ContestKind)),
    Field(("choose",), "number", default="1", kinds=("choose-up-to",)),
    Field(("seats",), "number", default="1", kinds=("choose-one", "choose-up-to", "party-list")),
    Field(("method",), "choice", choices=tuple(one for one in METHODS if METHODS[one].lists), kinds=_LIST),
    *_threshold(_LIST),
    Field(("majority", "of"), "choice", choices=_BASES, default="valid", group="majority", kinds=_ONE, switch=True,
          when=(("seats",), ("1", ""))),
    Field(("majority", "conditions"), "rows", row=_CONDITIONS, group="majority", kinds=_ONE, when=(("majority",), ())),
    Field(("majority", "withdrawn"), "choice", choices=("next", "other-elected"), default="next", group="majority",
          kinds=_ONE, when=(("majority",), ())),
    Field(("referendum", "against"), refers="options", group="referendum", kinds=_REFERENDUM),
    Field(("referendum", "of"), "choice", choices=_BASES, default="valid", group="referendum", kinds=_REFERENDUM),
    *(Field(("referendum", one), "share", group="referendum", kinds=_REFERENDUM)
      for one in ("majority", "turnout", "approval")),
    Field(("none-of-the-above", "option"), refers="options", group="none-of-the-above", kinds=(*_ONE, *_LIST),
          switch=True),
    Field(("none-of-the-above", "effect"), "choice", choices=("reported", "counts", "reelection"), default="reported",
          group="none-of-the-above", kinds=(*_ONE, *_LIST), when=(("none-of-the-above",), ())),
    Field(("none-of-the-above", "wins"), "choice", choices=("most", "half"), default="most", group="none-of-the-above",
          kinds=(*_ONE, *_LIST), when=(("none-of-the-above", "effect"), ("reelection",))),
    Field(("preferences", "most"), "number", group="preferences", kinds=_LIST, switch=True),
    Field(("preferences", "threshold"), "share", group="preferences", kinds=_LIST, when=(("preferences",), ())),
    Field(("preferences", "equal"), "choice", choices=("listed", "draw"), default="listed", group="preferences",
          kinds=_LIST, when=(("preferences",), ())),
    Field(("after-signing",), "choice", choices=("counts", "votes-void"), default="counts", group="more",
          kinds=("choose-one", "choose-up-to", "party-list")),
    Field(("body",), refers="bodies", group="more", kinds=("choose-one", "choose-up-to", "party-list")),
    Field(("roll",), refers="rolls", default=GENERAL_ROLL, group="more"),
)  # fmt: skip
OPTION = (
    _ID,
    Field(("name",), "names", required=True),
    Field(("party",), refers="parties"),
    Field(("candidates",), "lines", kinds=_LIST),
)
AGREEMENT = (
    _ID,
    Field(("options",), "checks", required=True, refers="options", called=("agreements", "options")),
)
PERSON = (Field(("name",), required=True), Field(("role",), "texts", required=True))

PARTS: dict[str, tuple[Field, ...]] = {
    "districts": DISTRICT,
    "stations": STATION,
    "parties": PARTY,
    "bodies": BODY,
    "contests": CONTEST,
    "options": OPTION,
    "agreements": AGREEMENT,
    "people": PERSON,
}
"""By the list that such parts stand in."""

LISTS: dict[str, tuple[str, ...]] = {
    "": ("districts", "stations", "parties", "contests", "bodies"),
    "districts": ("districts",),
    "contests": ("options", "agreements"),
    "options": ("people",),
}
"""The lists below each part that are edited as lists; "" is the election."""

NEW: dict[str, dict[str, object]] = {
    "districts": {"id": "", "name": {}},
    "stations": {"id": "", "name": "", "district": "", "register-size": 0},
    "parties": {"id": "", "name": {}, "abbreviation": ""},
    "bodies": {"id": "", "title": {}},
    "contests": {"id": "", "district": "", "title": {}, "kind": "choose-one", "options": []},
    "options": {"id": "", "name": {}},
    "agreements": {"id": "", "options": []},
    "people": {"role": {}, "name": ""},
}
"""A new item of each list: every required key is there, so that the draft can be read."""


def list_of(path: DefinitionPath) -> str:
    """The list that a part at a path stands in; "" for the election itself."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def lists_of(values: Plain, path: DefinitionPath) -> tuple[str, ...]:
    """The lists below a part that it uses: agreements belong to contests of lists."""
    listed = LISTS.get(list_of(path), ())
    if list_of(path) != "contests" or single(at(values, (*path, "kind"))) in _LIST:
        return listed
    return tuple(one for one in listed if one != "agreements" or at(values, (*path, one)))


def fields_of(values: Plain, path: DefinitionPath) -> tuple[Field, ...]:
    """The fields of the part at a path that it uses as it is now, and those that are filled in."""
    name = list_of(path)
    if not name:
        return ELECTION
    own = PARTS[name]
    if name == "stations":
        rolls = [one for one in items(at(values, ("rolls",))) if isinstance(one, str) and one != GENERAL_ROLL]
        own = (*own, *(Field(("roll-sizes", one), "number", group="rolls") for one in rolls))
    part = at(values, path)
    kind = single(at(part, ("kind",))) if name == "contests" else single(at(values, (*path[:2], "kind")))
    asked = any(one.party for one in own)
    parties = {single(at(one, ("kind",))) for one in items(at(values, ("parties",)))} if asked else set()
    return tuple(one for one in own if is_said(one, part) or _is_used(one, part, kind, parties))


def is_said(field: Field, part: Plain) -> bool:
    """Whether the part says anything for a field."""
    value = at(part, field.path)
    if field.kind in ("share", "percent"):
        return any(at(value, (key,)) is not None for key in field.keys)
    return value is not None


def _is_used(field: Field, part: Plain, kind: str, parties: set[str]) -> bool:
    if (field.kinds and kind not in field.kinds) or (field.party and field.party not in parties):
        return False
    where, wanted = field.when
    value = at(part, where)
    return not where or (single(value) in wanted if wanted else value is not None)


def known_of(values: Plain, path: DefinitionPath, field: Field) -> list[DefinitionPath]:
    """The parts that a field of the part at a path can name."""
    if field.refers == "districts":
        return list(districts_below(values, ("districts",)))
    if field.refers == "options":
        where: DefinitionPath = (*path[:2], "options")
    else:
        where = ("contests" if field.refers == "lists" else field.refers,)
    found = [(*where, number) for number in range(len(items(at(values, where))))]
    return found if field.refers != "lists" else [one for one in found if at(values, (*one, "kind")) in _LIST]


def districts_below(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    """The paths of all districts in the list at a path and below them, parents first."""
    for number, district in enumerate(items(at(values, path))):
        yield (*path, number)
        if mapping(district).get("districts"):
            yield from districts_below(values, (*path, number, "districts"))


def text_parts(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    """Every part that can have texts."""
    yield path
    for name in LISTS.get(list_of(path), ()):
        if name != "stations":
            for number in range(len(items(at(values, (*path, name))))):
                yield from text_parts(values, (*path, name, number))
