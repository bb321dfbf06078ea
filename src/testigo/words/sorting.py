"""The order of names as people look for them, by the alphabet of a language.

A key has three levels, as in the Unicode Collation Algorithm: first the letters without accents or capitals, then the
accents, then the text itself. A letter that a language counts as one of its own (Spanish ñ, Swedish å) comes after the
letter that it is made of, or after z; which ones, is from CLDR's collation tailorings. A number in a name goes by its
value. It is not the whole of a collation: digraphs are two letters, and scripts stand in the order of Unicode.
"""

import itertools
import unicodedata
from typing import Any, Final

_AFTER: Final = {
    "es": {"n": "ñ"}, "gl": {"n": "ñ"}, "eu": {"n": "ñ"}, "gn": {"a": "ã", "e": "ẽ", "i": "ĩ", "n": "ñ", "o": "õ"},
    "qu": {"n": "ñ"}, "ay": {"n": "ñ"}, "fil": {"n": "ñ"}, "sv": {"z": "åäö"}, "fi": {"z": "åäö"},
    "da": {"z": "æøå"}, "nb": {"z": "æøå"}, "no": {"z": "æøå"}, "nn": {"z": "æøå"}, "is": {"d": "ð", "z": "þæö"},
    "et": {"s": "š", "z": "ž", "w": "õäöü"},
    "pl": {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "źż"},
    "cs": {"c": "č", "r": "ř", "s": "š", "z": "ž"}, "sk": {"a": "ä", "c": "č", "o": "ô", "s": "š", "z": "ž"},
    "sl": {"c": "č", "s": "š", "z": "ž"}, "hr": {"c": "čć", "d": "đ", "s": "š", "z": "ž"},
    "bs": {"c": "čć", "d": "đ", "s": "š", "z": "ž"},
    "lv": {"c": "č", "g": "ģ", "k": "ķ", "l": "ļ", "n": "ņ", "s": "š", "z": "ž"},
    "lt": {"c": "č", "s": "š", "z": "ž"}, "ro": {"a": "ăâ", "i": "î", "s": "ș", "t": "ț"},
    "hu": {"o": "ö", "u": "ü"}, "tr": {"c": "ç", "g": "ğ", "h": "ı", "o": "ö", "s": "ş", "u": "ü"},
    "az": {"c": "ç", "e": "ə", "g": "ğ", "h": "ı", "o": "ö", "s": "ş", "u": "ü"}, "sq": {"c": "ç", "e": "ë"},
    "vi": {"a": "ăâ", "d": "đ", "e": "ê", "o": "ôơ", "u": "ư"}, "ru": {"е": "ё"},
    "uk": {"г": "ґ", "е": "є", "и": "і", "і": "ї"},
}  # fmt: skip
"""Language → a letter, and those that come after it as letters of their own."""

_PLAIN: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "ё": "е"}
"""Letters that no accent is taken from, as the letters that they stand with where the language counts no others."""


def sort_key(text: str, language: str) -> tuple[Any, ...]:
    """What to sort names of that language by."""
    folded = unicodedata.normalize("NFC", text.casefold())
    return _letters(folded, _own(language)), folded, text


def _own(language: str) -> dict[str, tuple[str, int]]:
    after = _AFTER.get(language.partition("-")[0].lower(), {})
    return {own: (base, place) for base, letters in after.items() for place, own in enumerate(letters, 1)}


def _letters(folded: str, own: dict[str, tuple[str, int]]) -> tuple[tuple[int, str, int], ...]:
    """Each letter, space and number as what it is ordered by; other marks are passed over, as in a telephone book."""
    found: list[tuple[int, str, int]] = []
    for digits, part in itertools.groupby(folded, key=str.isdecimal):
        if digits:
            found.append((1, "", int("".join(part))))
            continue
        for one in part:
            if one in own:
                found.append((2, *own[one]))
            elif one.isspace():
                found.append((0, "", 0))
            else:
                plain = _PLAIN.get(one) or unicodedata.normalize("NFKD", one)
                found += [(2, letter, 0) for letter in plain if unicodedata.category(letter)[0] in "LN"]
    return tuple(found)
