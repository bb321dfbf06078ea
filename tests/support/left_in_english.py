"""What is still English in what a person reads: on a page of another language, on paper, in a list.

A sentence is found by our own English catalogue, where the other language says it in other words; a word by a list of
English words that are none in Spanish, Portuguese or French; and a key or an id that was shown instead of its words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

from testigo.words.catalogues import FALLBACK, catalogue_of

ENGLISH = frozenset(
    "the this that these those is are was were be been being has have had will must should could can cannot does did "
    "not of with by and from your you it its there which who whom already again until while because where when what "
    "an expected got missing required unknown wrong failed invalid empty input output device connection broken pipe "
    "closed open opened paused tested installed ready booth chair finger printer ballot card tray reason step order "
    "reports voided spoiled checked used key keys role digest account accounts statement issued printed recorded "
    "matched released refused same different undecided".split()
)
"""Words of sentences, and those that our ids are made of."""
WORD = re.compile(r"\b[^\W\d_]+\b")
TOKEN = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)+")
_GAP = re.compile(r"\{[^}]*\}")
_TYPED = re.compile(r"`[^`]*`|(?<!\S)--[a-z-]+|https?://\S*|\S*/\S*/\S*|\S+\.(?:json|log|pem|pdf)\b")
"""Commands, options, addresses, paths and names of files: they are typed as they are."""
_MOST_IN_A_GAP = 300
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SAID = ("title", "aria-label", "alt", "placeholder", "data-few", "data-many")
"""Attributes that a browser shows or a screen reader says."""


class Reading(HTMLParser):
    """What a person reads and hears of a page. `language`: the page's; `foreign`: elements in another language, as
    `button name=language lang=en`, whose text is not taken.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.said: list[str] = []
        self.foreign: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        spoken = given.get("lang", self.language)
        self.language = self.language or spoken
        hidden = bool(self._open) and self._open[-1][1]
        if spoken != self.language and not hidden:
            self.foreign.append(f"{tag} name={given.get('name', '')} class={given.get('class', '')} lang={spoken}")
        hidden = hidden or spoken != self.language or tag in ("script", "style")
        if not hidden:
            self.said += [given[name] for name in _SAID if given.get(name)]
        if tag not in _VOID:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.said.append(data)


@dataclass(frozen=True)
class _Sentence:
    """An English one, to be looked for: its longest part between gaps, and the pattern of all of it."""

    key: str
    longest: str
    pattern: re.Pattern[str]


@cache
def _sentences(language: str) -> tuple[_Sentence, ...]:
    own, found = catalogue_of(language), []
    for (section, key), forms in catalogue_of(FALLBACK).forms.items():
        others = {_plain(form) for form in own.forms.get((section, key), ())}
        for form in forms:
            parts = [part for part in _GAP.split(_plain(form)) if WORD.search(part)]
            words = [word for part in parts for word in WORD.findall(part)]
            if len(words) >= 2 and _plain(form) not in others:
                pattern = rf".{{0,{_MOST_IN_A_GAP}}}?".join(re.escape(part.strip()) for part in parts)
                found.append(
                    _Sentence(f"{section} {key}", max(parts, key=len).strip(), re.compile(rf"\b{pattern}(?!\w)"))
                )
    return tuple(found)


@cache
def _ids() -> tuple[frozenset[str], frozenset[str]]:
    """All keys; and all ids of several words that keys end in (`void.voter-left`)."""
    keys = {key for _, key in catalogue_of(FALLBACK).forms}
    tails = {key.partition(".")[2] or key for key in keys}
    return frozenset(key for key in keys if "." in key), frozenset(tail for tail in tails if re.search("[-_]", tail))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def found(text: str, language: str, *, besides: Iterable[str] = ()) -> Iterator[str]:
    """What is English in a text that should be in `language`. `besides`: what may stand there as it is."""
    for one in besides:
        text = text.replace(one, " ")
    text = _TYPED.sub(" ", text)
    plain = _plain(text)
    yield from (
        f"sentence {one.key}" for one in _sentences(language) if one.longest in plain and one.pattern.search(plain)
    )
    yield from (f"word {word!r}" for word in sorted({*WORD.findall(plain)} & ENGLISH))
    keys, ids = _ids()
    for token in sorted({*TOKEN.findall(text)}):
        if token in keys or token in ids:
            yield f"id {token!r}"


def on_page(html: str) -> tuple[Reading, list[str]]:
    """A page as it is read, and what is English on it."""
    page = Reading(html)
    return page, list(found(page.text, page.language))
