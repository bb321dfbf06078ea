"""Elections drawn at random and written by the editor's forms: what a person would type into each, and who types it.

drawn = draw_small(7)        every kind of contest and rule, few of each, so that a browser writes it in a minute
write_by_forms(drawn, hand)  through a `Hand`: Chromium's, or one that fills the fields without pages
"""

import random
from collections.abc import Iterator
from typing import Any, Protocol

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Append
from testigo.election.editing.fields import NEW, fields_of, lists_of
from testigo.election.editing.inputs import edits_of, inputs
from testigo.election.editing.plain import Plain, as_text, at, items

LANGUAGES = (("es",), ("es", "en"), ("pt", "ar"), ("he", "fr", "es"), ("ar",))
_LETTERS = {"ar": "ابتثجحخدرزسشصطعغفقكلمنهوي", "he": "אבגדהוזחטיכלמנסעפצקרשת"}
_PARTY_KINDS: list[dict[str, Any]] = [{}, {"kind": "coalition", "members": 3}, {"kind": "minority"}]
_PASSES = 4
"""Fields appear once others are filled in: so often are all parts gone through at most."""


class Hand(Protocol):
    """Who writes. `draft`: what is written so far."""

    draft: Draft

    def begin(self, texts: dict[str, str]) -> None:
        """The form of a new election."""

    def add(self, path: DefinitionPath) -> None:
        """The button that adds an item to a list."""

    def write(self, path: DefinitionPath, typed: dict[str, str]) -> None:
        """Inputs of the page of a part, by name, and take it over."""


# ── an election ──


def draw_small(seed: int) -> dict[str, Any]:
    """What the file of that election says."""
    return _Small(random.Random(seed)).election()


class _Small:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._languages = rng.choice(LANGUAGES)
        self._count = 0

    def election(self) -> dict[str, Any]:
        rng = self._rng
        parties = [self._party(kind) for kind in rng.sample(_PARTY_KINDS, 3)]
        below = [{"id": self._id(), "name": self._text(same=True)} for _ in range(rng.choice([0, 2]))]
        top = {"id": self._id(), "name": self._text(), **({"districts": below} if below else {})}
        rolls = ["general", "indigenous"] if rng.random() < 0.5 else ["general"]
        lowest = [one["id"] for one in below] or [top["id"]]
        stations = [self._station(lowest[number % len(lowest)], rolls) for number in range(2)]
        body = {"id": self._id(), "title": self._text(), **self._body_rules()}
        kinds = [self._president, self._council, self._lists, self._lists, self._referendum]
        contests = [kind(top["id"], parties, body["id"]) for kind in rng.sample(kinds[:4], 2)]
        contests.append(rng.choice([self._lists, self._referendum])(top["id"], parties, body["id"]))
        if len(rolls) > 1:
            contests.append({**self._president(top["id"], parties, ""), "roll": "indigenous"})
        lists = [one["id"] for one in contests if one["kind"] == "party-list"]
        if not lists:
            body.pop("threshold", None), body.pop("levelling", None)
        elif "threshold" in body and rng.random() < 0.5:
            body["threshold"]["contests"] = lists
        filled = any(one.get("body") for one in contests)
        return {
            "id": self._id(), "title": self._text(), "date": "2027-05-09", "opens": "07:00", "closes": "17:30",
            "utc-offset": "-04:00", "languages": list(self._languages), "districts": [top],
            **({"rolls": rolls} if len(rolls) > 1 else {}),
            "rules": {"finger-tries": rng.choice([3, 4]), "spoil-limit": rng.choice([1, 2, 5])},
            "stations": stations, "parties": parties, "contests": contests, **({"bodies": [body]} if filled else {}),
        }  # fmt: skip

    def _id(self) -> str:
        self._count += 1
        return f"{self._rng.choice('abcdefgh')}-{self._count}"

    def _words(self, language: str) -> str:
        letters = _LETTERS.get(language, "abcdefghijklmnoprstuvz")
        self._count += 1
        words = ("".join(self._rng.choice(letters) for _ in range(self._rng.randint(4, 9))) for _ in range(2))
        return " ".join(word.capitalize() for word in words) + f" {self._count}"

    def _text(self, *, same: bool = False) -> Any:
        if same and self._rng.random() < 0.5:
            return self._words(self._languages[0])
        return {language: self._words(language) for language in self._languages}

    def _station(self, district: str, rolls: list[str]) -> dict[str, Any]:
        more = {"roll-sizes": {"indigenous": 40}} if len(rolls) > 1 else {}
        name = self._words(self._languages[0])
        return {"id": self._id(), "name": name, "district": district, "register-size": 250, **more}

    def _party(self, kind: dict[str, Any]) -> dict[str, Any]:
        return {"id": self._id(), "name": self._text(same=True), "abbreviation": f"P{self._count}", **kind}

    def _options(self, parties: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
        made = []
        for party in [*parties, None]:
            one = {"id": self._id(), "name": self._text(same=True), **more}
            made.append({**one, "party": party["id"]} if party else one)
        return made

    def _share(self) -> dict[str, str]:
        return self._rng.choice([{"more-than": "50"}, {"at-least": "2.5"}, {"at-least": "1/3"}])

    def _threshold(self) -> dict[str, Any]:
        rng = self._rng
        made: dict[str, Any] = rng.choice([{"percent": "3"}, {"fraction": "1/12"}])
        made = {**made, "of": rng.choice(["valid", "valid-and-blank", "cast"])}
        if rng.random() < 0.5:
            made["coalitions"] = [{"members": 2, "percent": "5"}, {"members": 4, "fraction": "1/10"}]
        if rng.random() < 0.5:
            made["minorities"] = "exempt"
        return made

    def _body_rules(self) -> dict[str, Any]:
        made: dict[str, Any] = {"threshold": self._threshold()} if self._rng.random() < 0.5 else {}
        if self._rng.random() < 0.5:
            made["levelling"] = {"seats": 5, "method": self._rng.choice(["dhondt", "sainte-lague-1.4"])}
        return made

    def _president(self, district: str, parties: list[dict[str, Any]], body: str) -> dict[str, Any]:
        rng, options = self._rng, self._options(parties)
        if rng.random() < 0.5:
            options[0]["people"] = [{"name": self._words(self._languages[0]), "role": self._text()}]
        made = {"id": self._id(), "district": district, "title": self._text(), "kind": "choose-one", "options": options}
        if rng.random() < 0.7:
            conditions = [
                {"more-than": "45"},
                {"at-least": "40", rng.choice(["lead-more-than", "lead-at-least"]): "10"},
            ]
            made["majority"] = {"of": rng.choice(["valid", "cast"]), "withdrawn": rng.choice(["next", "other-elected"])}
            made["majority"] |= {"conditions": conditions} if rng.random() < 0.6 else {}
        return self._nobody(made)

    def _nobody(self, contest: dict[str, Any]) -> dict[str, Any]:
        if self._rng.random() < 0.5:
            rule = self._rng.choice([{"effect": "counts"}, {"effect": "reelection", "wins": "half"}, {}])
            contest["none-of-the-above"] = {"option": contest["options"][-1]["id"], **rule}
            contest["options"][-1].pop("candidates", None)
        return contest

    def _council(self, district: str, parties: list[dict[str, Any]], body: str) -> dict[str, Any]:
        return {
            "id": self._id(), "district": district, "title": self._text(), "kind": "choose-up-to", "seats": 2,
            "choose": 2, "body": body, "after-signing": "votes-void", "options": self._options(parties),
        }  # fmt: skip

    def _lists(self, district: str, parties: list[dict[str, Any]], body: str) -> dict[str, Any]:
        rng, options = self._rng, self._options(parties)
        for option in options:
            option["candidates"] = [self._words(self._languages[0]) for _ in range(4)]
        made = {
            "id": self._id(), "district": district, "title": self._text(), "kind": "party-list", "seats": 4,
            "body": body, "options": options,
            "method": rng.choice(["dhondt", "droop", "hagenbach-bischoff", "brazil", "sainte-lague-1.2"]),
        }  # fmt: skip
        if rng.random() < 0.6:
            made["threshold"] = self._threshold()
        if rng.random() < 0.5:
            made["preferences"] = {"most": 2, "equal": "listed"} | rng.choice([{}, {"threshold": self._share()}])
        if rng.random() < 0.5:
            made["agreements"] = [{"id": self._id(), "options": [one["id"] for one in options[:2]]}]
        return self._nobody(made)

    def _referendum(self, district: str, parties: list[dict[str, Any]], body: str) -> dict[str, Any]:
        options = self._options([])[:1] + self._options([])[:1]
        rules = {key: self._share() for key in ("majority", "turnout", "approval") if self._rng.random() < 0.6}
        return {
            "id": self._id(), "district": district, "title": self._text(), "kind": "referendum", "options": options,
            "referendum": {"against": options[-1]["id"], "of": self._rng.choice(["valid", "cast"]), **rules},
        }  # fmt: skip


# ── writing it ──


def write_by_forms(payload: dict[str, Any], hand: Hand) -> None:
    """From nothing to what the payload says, by the forms alone."""
    wanted = as_text(payload)
    top = wanted["districts"][0]
    first = wanted["languages"][0]
    hand.begin(
        {
            "languages": " ".join(wanted["languages"]),
            "title": wanted["title"][first],
            "district": top["name"] if isinstance(top["name"], str) else top["name"][first],
            **{key: wanted[key] for key in ("date", "opens", "closes")},
        }
    )
    _add_parts(wanted, hand, ())
    for _ in range(_PASSES):
        if not sum(_write_part(wanted, hand, path) for path in _parts(wanted, ())):
            return


def _order(path: DefinitionPath, values: Plain) -> Iterator[str]:
    """The lists below a part, what others name first."""
    names = lists_of(values, path) if path else ("districts", "parties", "bodies", "stations", "contests")
    yield from (name for name in names if at(values, (*path, name)))


def _parts(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    yield path
    for name in _order(path, values):
        for number in range(len(items(at(values, (*path, name))))):
            yield from _parts(values, (*path, name, number))


def _add_parts(wanted: Plain, hand: Hand, path: DefinitionPath) -> None:
    """An empty item for each part; what kind of contest it is decides which lists it has."""
    if path and path[-2] == "contests":
        hand.write(path, {"kind": wanted["contests"][path[-1]]["kind"]})
    for name in _order(path, wanted):
        for number in range(len(items(at(wanted, (*path, name))))):
            if at(hand.draft.values, (*path, name, number)) is None:
                hand.add((*path, name))
            _add_parts(wanted, hand, (*path, name, number))


def _write_part(wanted: Plain, hand: Hand, path: DefinitionPath) -> bool:
    """Type what the page of a part does not say yet; whether there was anything."""
    texts = {one.name: one.text for field in fields_of(wanted, path)
             for one in inputs(field, wanted, path, wanted["languages"])}  # fmt: skip
    now = {one.name: one.text for field in fields_of(hand.draft.values, path)
           for one in inputs(field, hand.draft.values, path, hand.draft.languages)}  # fmt: skip
    typed = {name: texts[name] for name, text in now.items() if name in texts and texts[name] != text}
    if typed:
        hand.write(path, typed)
    return bool(typed)


class Typist:
    """Fills the fields without pages."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def begin(self, texts: dict[str, str]) -> None:
        first = texts["languages"].split()[0]
        self.draft.begin(
            {
                **{key: texts[key] for key in ("date", "opens", "closes")}, "id": "new",
                "title": {first: texts["title"]}, "languages": texts["languages"].split(),
                "districts": [{"id": "top", "name": texts["district"]}], "stations": [], "parties": [], "contests": [],
            }
        )  # fmt: skip

    def add(self, path: DefinitionPath) -> None:
        self.draft.edit([Append(path, dict(NEW[str(path[-1])]))], self.draft.version)

    def write(self, path: DefinitionPath, typed: dict[str, str]) -> None:
        edits = [
            edit
            for field in fields_of(self.draft.values, path)
            for edit in edits_of(field, self.draft.values, path, self.draft.languages, typed.get)
        ]
        self.draft.edit(edits, self.draft.version)
