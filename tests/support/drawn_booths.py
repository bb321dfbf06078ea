"""Elections drawn at random for the booth's pages, and a voter who looks at all of them.

    for page in walk(browser_page, booth, card, size, language, rng): ...

Names have up to 80 letters, some of them without a space, in the scripts of the shipped font; contests have up to 100
options. One language of three is written from right to left: `RTL` speaks Spanish in Hebrew letters.
"""

import random
from collections.abc import Iterator

from playwright.sync_api import Page

from open_booth import OpenBooth
from testigo import words
from testigo.election import Contest, Definition, District, Option, Party, Preferences, Station

RTL = "yi"
"""A language that Testigo does not have, written from right to left."""

ALPHABETS = {
    "spanish": "abcdefghijklmnopqrstuvwxyzáéíóúñ",
    "polish": "abcdefghijklmnoprstuwyząćęłńóśźż",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщыюяії",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωάέή",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}
_WIDE = "WMwm"
_HEBREW = str.maketrans({letter: ALPHABETS["hebrew"][at % 22] for at, letter in enumerate(ALPHABETS["spanish"])})


def speak_right_to_left() -> None:
    """Let this process speak `RTL`: every sentence of Spanish, letter by letter in Hebrew, gaps as they are."""
    lines = words.catalogue_file("es").splitlines()
    spoken = [_turned(line) if line.startswith("msgstr") and "{" not in line else line for line in lines]
    words.add(RTL, "\n".join(spoken).replace("Language: es", f"Language: {RTL}") + "\n")


def _turned(line: str) -> str:
    key, _, text = line.partition(" ")
    return line if text == '""' else f"{key} {text.casefold().translate(_HEBREW)}"


def draw(rng: random.Random) -> Definition:
    """An election of one station."""
    languages = tuple(rng.sample(["es", "en", "pt", "fr", RTL], rng.choice([1, 2, 2, 3, 4])))
    say = _Names(rng, languages)
    parties = tuple(Party(f"p{n}", say.text(), say.words(12)) for n in range(rng.choice([0, 3, 20])))
    contests = tuple(_contest(rng, say, number, parties) for number in range(rng.choice([1, 2, 3])))
    return Definition(
        id="drawn", title=say.text(), date="2027-05-09", opens="08:00", closes="18:00", languages=languages,
        districts=(District("all", say.text()),), stations=(Station("s1", say.words(), "all", 6),), parties=parties,
        contests=contests,
    )  # fmt: skip


def _contest(rng: random.Random, say: "_Names", number: int, parties: tuple[Party, ...]) -> Contest:
    many = rng.choice([2, 3, 5, 9, 20, 60, 100])
    kind = rng.choice(["choose-one", "choose-up-to", "party-list"])
    options = tuple(
        Option(
            f"o{at}",
            say.text(),
            rng.choice(parties).id if parties and rng.random() < 0.6 else "",
            tuple(say.words() for _ in range(rng.choice([1, 3, 14]))) if kind == "party-list" else (),
        )
        for at in range(many)
    )
    choose = min(rng.choice([2, 3, 12]), many) if kind == "choose-up-to" else 1
    open_ = Preferences(rng.choice([1, 2])) if kind == "party-list" and rng.random() < 0.5 else None
    return Contest(
        f"c{number}",
        "all",
        say.text(),
        kind,
        options,
        choose=choose,
        preferences=open_,  # type: ignore[arg-type]
    )


class _Names:
    def __init__(self, rng: random.Random, languages: tuple[str, ...]) -> None:
        self._rng = rng
        self._languages = languages
        self._scripts = rng.sample(sorted(ALPHABETS), 2)

    def words(self, longest: int = 80) -> str:
        """Words of one script: mostly short; some as long as allowed, one long word, or of the widest letters."""
        kind = self._rng.random()
        letters = _WIDE if kind < 0.04 else ALPHABETS[self._rng.choice(self._scripts)]
        total = longest if kind < 0.15 else self._rng.randint(3, min(longest, 34))
        at_most = total if kind < 0.08 or kind > 0.94 else 11
        made = ""
        while len(made) < total:
            made += "".join(self._rng.choice(letters) for _ in range(self._rng.randint(min(3, at_most), at_most))) + " "
        return " ".join(word[:1].upper() + word[1:] for word in made[:total].split())

    def text(self) -> dict[str, str]:
        """One text for each language."""
        return {language: self.words() for language in self._languages}


def walk(page: Page, booth: OpenBooth, card: str, size: int, language: str, rng: random.Random) -> Iterator[str]:
    """A whole voter; stops at each page, and says its name."""
    page.goto(booth.address)
    _tap(page, f"button.size[value='{size}']")
    yield "welcome"
    page.fill("#code", "ABCDE-FGHJK")
    _tap(page, "footer .primary")
    yield "wrong card"
    page.fill("#code", card)
    _tap(page, "footer .primary")
    yield "language"
    _tap(page, f"main button[lang={language}]")
    searched: set[str] = set()
    while "/contest/" in page.url:
        shown = page.get_attribute("main", "data-page") or ""
        yield shown
        contest = f"{shown} {page.get_attribute('main', 'data-contest')}"
        if page.locator("button.find[value=find]").count() and contest not in searched:
            searched.add(contest)
            yield from _search(page)
        if rng.random() < 0.3:
            page.evaluate("() => document.querySelector('.tile input').click()")
        _tap(page, "footer .primary")
        if page.get_attribute("main", "data-note"):
            yield "note"
            _tap(page, "footer .primary")
    yield "review"
    while page.locator("footer a.primary").count():
        _tap(page, "footer a.primary")
        yield "review"
    _tap(page, "footer .primary")
    yield "printed"
    _tap(page, "footer button[value=no]")
    yield "spoil"
    _tap(page, "main .answers button >> nth=1")
    yield "review after"
    while page.locator("footer a.primary").count():
        _tap(page, "footer a.primary")
    _tap(page, "footer .primary")
    _tap(page, "footer button[value=yes]")
    yield "thanks"


def _search(page: Page) -> Iterator[str]:
    _tap(page, "footer button.find[value=find]")
    yield "find"
    _tap(page, ".letters button >> nth=0")
    yield "find"
    _tap(page, "footer .primary")
    yield "found"
    _tap(page, "button[value=all]")


def _tap(page: Page, what: str) -> None:
    with page.expect_navigation():
        page.evaluate("(what) => document.querySelector(what).click()", what) if " >> " not in what else page.click(
            what
        )
