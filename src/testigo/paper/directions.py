"""Which way a text runs on a page, and how texts of both ways stand in one line.

A paragraph runs as its language does. A name in it may run the other way (a Latin abbreviation inside Hebrew), and then
digits, brackets and what follows would be put in order with the words around it. So a text with anything of the other
way in it is *isolated* (Unicode Bidirectional Algorithm, UAX 9: LRI or RLI before it, PDI after it). A text without is
left as it is.
"""

import re
import unicodedata
from typing import Any

import msgspec

from testigo.words import direction

_LEFT_TO_RIGHT = frozenset({"L"})
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_DIGITS = frozenset({"EN", "AN"})
_NUMBERED = re.compile(r"((?:– )?[0-9]+ · )(.+)", re.DOTALL)
_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"


class PageLanguage(msgspec.Struct, frozen=True):
    """What a template sets a text by. `lang`: two or three letters, as typst has them; `rtl`: from right to left;
    `region`: the country whose forms of letters are meant, where the code names one (`zh-Hant` is Taiwan's).
    """

    lang: str
    rtl: bool
    region: str | None = None

    @classmethod
    def of(cls, language: str) -> "PageLanguage":
        """Of a language's code, such as `es`, `pt-BR`, `az-Arab`."""
        lang, *others = language.lower().split("-")
        region = next((part for part in others if len(part) == 2 and part.isalpha()), None)
        return cls(lang, direction(language) == "rtl", region or ("tw" if "hant" in others else None))


def isolated(text: str, language: str) -> str:
    """The text as it may stand beside others in a paragraph of that language.

    It runs as its letters do; with letters of both ways in it, as its language does. A numbered name (`3 · Ana Ríos`,
    with or without a dash) begins with its number where lines of that language begin.
    """
    if numbered := _NUMBERED.fullmatch(text):
        name = isolated(numbered[2], language)
        left_to_right = name == numbered[2] and direction(language) == "ltr"
        start = _RLI if direction(language) == "rtl" else _LRI
        return text if left_to_right else f"{start}{numbered[1]}{name}{_PDI}"
    found = {unicodedata.bidirectional(character) for character in text}
    backward, forward = bool(found & _RIGHT_TO_LEFT), bool(found & _LEFT_TO_RIGHT)
    right_to_left = direction(language) == "rtl"
    if right_to_left:
        if not forward and not found & _DIGITS:
            return text
        return f"{_RLI if backward else _LRI}{text}{_PDI}"
    if not backward and "AN" not in found:
        return text
    return f"{_LRI if forward else _RLI}{text}{_PDI}"


def all_isolated(value: Any, language: str) -> Any:
    """Plain data for a template with every text in it isolated; keys stay."""
    if isinstance(value, str):
        return isolated(value, language)
    if isinstance(value, dict):
        return {key: all_isolated(one, language) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [all_isolated(one, language) for one in value]
    return value
