"""Lawful elections drawn at random, many of them at the limits: ids, names in several scripts, up to 100 options in up
to 12 contests, languages, rolls, parties, independents, all kinds of contests and all methods.

    drawn = draw(7)              the same seed is the same election, on every machine
    write(drawn, folder)         election.json, as an officer would keep it
    drawn.definition()           not checked: `election.load` of the file checks

Nothing is drawn that a council could not mean. So what `check` refuses of it names a limit of docs/election.md, and
what it accepts every later step has to carry out (`carried_out`).
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testigo.election import METHODS, Definition
from testigo.election.limits import ID, LAST_DAY, PREFERRED, RESERVED_NAMES, STATION_ID, STYLE
from testigo.election.printed import shapes

ALPHABETS = {
    "spanish": "abcdefghijklmnopqrstuvwxyzáéíóúüñ",
    "polish": "abcdefghijklmnoprstuwyząćęłńóśźż",
    "turkish": "abcçdefgğhıijklmnoöprsştuüvyz",
    "vietnamese": "abcdeghiklmnopqrstuvxyăâđêôơưáàảãạếềểễệốồổỗộớờởỡợứừửữự",
    "icelandic": "aábdðeéfghiíjklmnoóprstuúvxyýþæö",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}
"""Letters that names are made of."""

OWN_ALPHABETS: dict[str, Sequence[str]] = {
    "armenian": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցփքօֆ",
    "georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "devanagari": "क ख ग घ च छ ज ट ड त थ द ध न प ब भ म य र ल व श ष स ह कि की कु के को स्त्र क्ष ज्ञ ड़ नं र्म हाँ द्ध".split(),
    "thai": "ก ข ค ง จ ช ซ ด ต ท น บ ป พ ฟ ม ย ร ล ว ส ห อ กี่ ปู่ น้ำ ผู้ ที่ จั ฎุ ฐิ ญู".split(),
    "chinese": "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻",
    "ethiopic": "አበገደሀወዘሐጠየከለመነሰዐፈጸቀረሠተኢቢጊዲኃይሌገብሥላ",
}
"""Further scripts, in letters with their marks. DejaVu draws the first two; for the others an election has fonts of its
own."""

SCRIPTS = tuple(ALPHABETS)
LEFT_TO_RIGHT = tuple(name for name in SCRIPTS if name not in ("hebrew", "arabic"))

KINDS: dict[str, dict[str, Sequence[str]]] = {
    "left": {},
    "right": {"languages": ("ar", "he", "fr"), "scripts": SCRIPTS},
    "fonts": {"languages": ("es", "en", "ar"), "scripts": (*OWN_ALPHABETS, "vietnamese", "arabic")},
}
"""What `draw` takes beside the seed: languages that read from the left; from the right; more scripts."""

_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

LONGEST_NAME = 80
"""Letters of a name."""


@dataclass(frozen=True)
class Drawn:
    """An election as its file says it. `seed`: what it was drawn by."""

    seed: int
    payload: dict[str, Any]

    def definition(self) -> Definition:
        return Definition.from_payload(self.payload)


def draw(
    seed: int, *, languages: Sequence[str] = ("es", "en", "pt", "fr"), scripts: Sequence[str] = LEFT_TO_RIGHT
) -> Drawn:
    """The election of that seed. `languages`: those that it may be in. `scripts`: keys of `ALPHABETS`
    and `OWN_ALPHABETS`."""
    return Drawn(seed, _Drawing(random.Random(seed), languages, scripts).election())


def write(drawn: Drawn, folder: Path) -> Path:
    """The election as `election.json` in a folder; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "election.json"
    file.write_text(json.dumps(drawn.payload, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


_LETTERS: dict[str, Sequence[str]] = {**ALPHABETS, **OWN_ALPHABETS}


class _Drawing:
    def __init__(self, rng: random.Random, languages: Sequence[str], scripts: Sequence[str]) -> None:
        self._rng = rng
        self._languages = rng.sample(list(languages), rng.choice([1, 1, 2, 2, 3, len(languages)]))[:4]
        self._scripts = rng.sample(list(scripts), min(rng.choice([1, 2, 3]), len(scripts)))
        self._ids: set[str] = set()
        self._read: set[str] = set()

    def election(self) -> dict[str, Any]:
        rng = self._rng
        rolls = ["general", *(self._id(6) for _ in range(rng.choice([0, 0, 0, 1, 2])))]
        districts = self._districts(rolls)
        parties = [self._party() for _ in range(rng.choice([0, 2, 5, 12, 40]))]
        lowest = [path[-1] for path in districts if not any(path == other[:-1] for other in districts)]
        stations = [self._station(rng.choice(lowest), rolls) for _ in range(rng.randint(1, 4))]
        voted = {one for station in stations for path in districts if path[-1] == station["district"] for one in path}
        return {
            "id": self._id(ID),
            "title": self._text(),
            "date": rng.choice(["2027-05-09", "2000-01-01", "2028-02-29", LAST_DAY.isoformat()]),
            "opens": rng.choice(["00:00", "07:00"]),
            "closes": rng.choice(["17:00", "23:59"]),
            "languages": self._languages,
            "rolls": rolls,
            "districts": self._tree(districts),
            "stations": stations,
            "parties": parties,
            "contests": list(self._contests(districts, sorted(voted), stations, rolls, parties)),
        }

    # ---- ids and words

    def _id(self, longest: int) -> str:
        """An id that nothing else has; a fifth are as long as they may be."""
        length = longest if self._rng.random() < 0.2 else self._rng.randint(1, longest)
        while True:
            inner = "".join(self._rng.choice(_ID_CHARACTERS + "-") for _ in range(length - 2))
            ends = [self._rng.choice(_ID_CHARACTERS) for _ in range(min(length, 2))]
            made = inner.join(ends) if length > 1 else ends[0]
            if made not in self._ids and made not in RESERVED_NAMES:
                self._ids.add(made)
                return made
            length = min(length + 1, longest)

    def _words(self, longest: int = LONGEST_NAME) -> str:
        """Words of one script that read like nothing drawn before; some are one long word, some as long as allowed."""
        letters = _LETTERS[self._rng.choice(self._scripts)]
        kind = self._rng.random()
        total = longest if kind < 0.1 else self._rng.randint(3, min(longest, 30))
        at_most = total if kind > 0.93 or (kind < 0.03) else 12
        while True:
            words = ""
            while len(words) < total:
                length = min(self._rng.randint(min(3, at_most), at_most), total - len(words))
                words += "".join(self._rng.choice(letters) for _ in range(length)) + " "
            made = " ".join(word[:1].upper() + word[1:] for word in words[:total].split())
            keys = shapes(made)
            if made and not keys & self._read:
                self._read |= keys
                return made

    def _text(self, longest: int = LONGEST_NAME) -> dict[str, str]:
        """One text in each language: the same, or one of its own."""
        if self._rng.random() < 0.5:
            return dict.fromkeys(self._languages, self._words(longest))
        return {language: self._words(longest) for language in self._languages}

    # ---- who votes where

    def _districts(self, rolls: list[str]) -> list[tuple[str, ...]]:
        """Paths of ids, parents first. With the longest roll an id fills the code line at most."""
        room = STYLE - max((len(roll) + 1 for roll in rolls[1:]), default=0)
        paths: list[tuple[str, ...]] = [(self._id(room),)]
        for _ in range(self._rng.choice([0, 0, 1, 2, 5])):
            above = self._rng.choice(paths)
            if len(above) < 3:
                paths.append((*above, self._id(room)))
        return paths

    def _tree(self, paths: list[tuple[str, ...]], above: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        return [
            {"id": path[-1], "name": self._text(), "districts": self._tree(paths, path)}
            for path in paths
            if path[:-1] == above
        ]

    def _station(self, district: str, rolls: list[str]) -> dict[str, Any]:
        size = self._rng.choice([12, 30, 600])
        return {
            "id": self._id(STATION_ID),
            "name": self._words(),
            "address": self._rng.choice(["", self._words()]),
            "district": district,
            "register-size": size,
            "roll-sizes": {roll: self._rng.choice([0, size // 4]) for roll in rolls[1:]},
        }

    def _party(self) -> dict[str, Any]:
        return {"id": self._id(ID), "name": self._text(), "abbreviation": self._words(self._rng.choice([3, 6, 12]))}

    # ---- what is voted on

    def _contests(
        self,
        districts: list[tuple[str, ...]],
        voted: list[str],
        stations: list[dict[str, Any]],
        rolls: list[str],
        parties: list[dict[str, Any]],
    ) -> Iterator[dict[str, Any]]:
        top = districts[0][0]
        for number in range(self._rng.choice([1, 1, 2, 2, 3, 4, 6, 12])):
            district = top if number == 0 or self._rng.random() < 0.5 else self._rng.choice(voted)
            yield self._contest(
                district, self._roll(district, districts, stations, rolls) if number else "general", parties
            )

    def _roll(
        self, district: str, districts: list[tuple[str, ...]], stations: list[dict[str, Any]], rolls: list[str]
    ) -> str:
        """A roll on which some station of the district has voters."""
        below = {path[-1] for path in districts if district in path}
        known = [
            roll for one in stations if one["district"] in below for roll, size in one["roll-sizes"].items() if size
        ]
        return self._rng.choice(["general", "general", *known])

    def _contest(self, district: str, roll: str, parties: list[dict[str, Any]]) -> dict[str, Any]:
        kind = self._rng.choice(["choose-one", "choose-up-to", "party-list"])
        many = self._rng.choice([2, 3, 5, 8, 8, 20, 60, 100])
        options = [self._option(parties) for _ in range(self._rng.randint(2, many) if many < 60 else many)]
        contest = {
            "id": self._id(ID),
            "district": district,
            "roll": roll,
            "title": self._text(),
            "kind": kind,
            "options": options,
            "seats": self._rng.choice([1, 1, 2, 7, 25]),
        }
        if kind == "choose-up-to":
            contest["choose"] = self._rng.choice([2, 2, 3, 5, 12])
        if kind == "party-list":
            contest["method"] = self._rng.choice(sorted(name for name, method in METHODS.items() if method.lists))
            if self._rng.random() < 0.5:
                contest["threshold"] = {"percent": self._rng.choice(["0", "2.5", "4", "33.3333"]), "of": "valid"}
            for option in options:
                option["candidates"] = [self._words() for _ in range(self._rng.choice([1, 2, 7, 25]))]
            _open_lists(contest)
        if kind == "choose-one":
            _decide(contest)
        return contest

    def _option(self, parties: list[dict[str, Any]]) -> dict[str, Any]:
        option: dict[str, Any] = {"id": self._id(ID), "name": self._text()}
        if parties and self._rng.random() < 0.7:
            option["party"] = self._rng.choice(parties)["id"]
        return option


def _open_lists(contest: dict[str, Any]) -> None:
    """Preference votes for some contests with few enough candidates, by a chance of its own."""
    rng = random.Random(contest["id"])
    lengths = [len(option["candidates"]) for option in contest["options"]]
    if rng.random() < 0.4 and sum(lengths) <= PREFERRED:
        rule: dict[str, Any] = {"most": rng.choice([1, 2, max(lengths)]), "equal": rng.choice(["listed", "draw"])}
        if rule["most"] > max(lengths):
            rule["most"] = 1
        if rng.random() < 0.5:
            rule["threshold"] = rng.choice([{"at-least": "5"}, {"more-than": "1/4"}])
        contest["preferences"] = rule


def _decide(contest: dict[str, Any]) -> None:
    """A referendum, a majority, none of the above for some contests, by a chance of its own."""
    rng = random.Random(contest["id"])
    *_, last = contest["options"]
    rules = rng.choice(["", "", "majority", "referendum"])
    if rules:
        contest["seats"] = 1
    if rules == "referendum":
        contest["kind"] = rules
        contest[rules] = {"against": last["id"], "turnout": {"more-than": rng.choice(["50", "1/4"])}}
        return
    if rules == "majority":
        contest[rules] = {
            "of": rng.choice(["valid", "cast"]),
            "conditions": [{"at-least": "40", "lead-more-than": "10"}],
        }
    if "party" not in last and rng.random() < 0.5:
        contest["none-of-the-above"] = {
            "option": last["id"],
            "effect": rng.choice(["reported", "counts", "reelection"]),
        }
