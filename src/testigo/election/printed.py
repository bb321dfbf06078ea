"""How a text looks when it is printed, and what a reader takes for the same: the one rule for all that is told apart by
reading.

Three views of a text, each blind to more than the one before:

- `printed`: characters that print nothing are gone, and every run of spaces is one.
- `shapes`: also blind to upper and lower case, to letters of other scripts that print alike (Latin `a`, Cyrillic `а`),
  and to the several characters that Unicode has for one sign (full-width letters, ligatures, hyphens). Two texts that
  share a shape *read the same*.
- `skeletons`: also blind to accents, spaces and punctuation, to letters whose capitals print alike (`т`, `t`), and to
  `1`, `l` and `I`, `0` and `O`, `rn` and `m`. Two texts that share a skeleton *look alike*: a person tells them apart
  who knows that there are two.

`folded` is what a search goes by, which only leaves out what people leave out.

A text has several shapes, because a letter may look like one of another script as it is written (`В`, `B`) and not in
the other case (`в`, `b`); so the texts are compared as written, and in lower case.
"""

import re
import unicodedata
from importlib import resources

from testigo.paper.font import prints_a_format

_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\ufffc\U0001d159\U00016fe4"
    "\U000e0000-\U000e0fff"
)
"""Characters without ink that are not of category Cf: Default_Ignorable_Code_Point of Unicode, and blanks that are
letters, marks or symbols to it."""

_NO_INK = re.compile(f"[{_INVISIBLE}]")
_FINAL_YEH = re.compile("ی(?![\u0620-\u06ff])")
"""Persian yeh at the end of a word is printed as Arabic alef maksura, elsewhere as Arabic yeh."""

_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63]")
_QUOTES = str.maketrans(dict.fromkeys("`´’‘ʼʻʹ′ʾʿ‛", "'") | dict.fromkeys("“”„‟″«»", '"'))
_PLAIN = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th",
        "ß": "ss", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ƀ": "b", "ɨ": "i", "ʉ": "u",
        "ё": "е", "й": "и", "ґ": "г", "ѓ": "г", "ј": "j", "ς": "σ", "ـ": None, "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا",
        "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ہ": "ه", "ە": "ه", "ھ": "ه", "ک": "ك", "ڪ": "ك",
    }
)  # fmt: skip
"""Letters with a stroke or a tail, and letters that are often written as another: `normalize` takes only marks away."""

_LIKE_OTHERS = str.maketrans("Ϲϲϴ", "CcѲ")
"""Letters that do not look as what Unicode has them compatible with (Σ, ς, Θ)."""

_CARELESS = str.maketrans({"I": "l", "1": "l", "|": "l", "0": "o", "O": "o"})


def printed(words: str) -> str:
    """The text as ink: composed, without invisible characters, each run of spaces one. Empty if nothing is printed."""
    composed = unicodedata.normalize("NFC", words)
    return " ".join("".join(one for one in composed if not _prints_nothing(one)).split())


def shapes(words: str) -> frozenset[str]:
    """What two texts share that read the same."""
    text = _compatible(printed(words))
    return frozenset(map(_decimal, (_lower(_alike(text)), _alike(_lower(text)))))


def skeletons(words: str) -> frozenset[str]:
    """What two texts share that look alike."""
    text = _compatible(printed(words))
    careless = _lower(text.translate(_CARELESS)).replace("rn", "m").replace("vv", "w")
    capitals = _lower(_alike(text.upper()))
    return frozenset(map(_skeleton, (_lower(_alike(text)), _lower(text), careless, capitals)))


def folded(words: str) -> str:
    """The text as a search compares it: letters and digits only, without accents, in lower case. Look-alikes stay
    apart: who searches for `l` is not shown `1`."""
    apart = _decimal(unicodedata.normalize("NFKD", words.casefold())).translate(_PLAIN)
    return unicodedata.normalize("NFC", "".join(one for one in apart if unicodedata.category(one)[0] in "LN"))


def most_marks(words: str) -> int:
    """How many marks stand on the letter that has most; all of them where the text begins with a mark."""
    most = run = 0
    for one in unicodedata.normalize("NFD", words):
        run = run + 1 if unicodedata.category(one) in ("Mn", "Me") and not _prints_nothing(one) else 0
        most = max(most, run)
    return most


def begins_with_mark(words: str) -> bool:
    """Whether the first thing printed is a mark without a letter to stand on."""
    return bool(words) and unicodedata.category(printed(words)[:1] or " ") in ("Mn", "Me", "Mc")


def _prints_nothing(one: str) -> bool:
    if one.isascii():
        return False
    return bool(_NO_INK.match(one)) or (unicodedata.category(one) == "Cf" and not prints_a_format(one))


def _compatible(text: str) -> str:
    """One spelling for the characters that Unicode has several of."""
    text = unicodedata.normalize("NFKC", text.translate(_LIKE_OTHERS))
    text = _DASHES.sub("-", text).translate(_QUOTES)
    text = _FINAL_YEH.sub("ى", text).replace("ی", "ي")
    for _ in range(2):  # a vowel of two signs
        text = _SPELLED.sub(lambda found: _LETTER_OF[found[0]], text)
    return " ".join(text.split())


def _alike(text: str) -> str:
    """One letter for those that print alike, also under accents."""
    apart = unicodedata.normalize("NFD", text.translate(_ALIKE))
    return unicodedata.normalize("NFC", apart.translate(_ALIKE))


def _decimal(text: str) -> str:
    """Digits of all scripts as those of ASCII."""
    return "".join(str(unicodedata.decimal(one, one)) for one in text)


def _lower(text: str) -> str:
    return text.lower().replace("ς", "σ")


def _skeleton(text: str) -> str:
    """Without accents, punctuation and spaces; the text itself where nothing else is left."""
    text = _decimal(text)
    bare = text.translate(_PLAIN)
    letters = [one for one in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(one)]
    kept = "".join(one for one in letters if unicodedata.category(one)[0] not in "PZ")
    return kept.casefold().translate(_NEAR) or text


def _pairs(file: str) -> list[tuple[str, str]]:
    """What stands before and after the space in each line of a file beside this one."""
    lines = resources.files(__package__).joinpath(file).read_text("utf-8").splitlines()
    found = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(one, other) for one, _, other in found]


_GROUPS = _pairs("look_alikes.txt")
"""Letters of different scripts that print alike, and further letters of the same scripts that look like them."""
_ALIKE = {ord(one): alike[0] for alike, _ in _GROUPS for one in alike[1:]}
_NEAR = {ord(one): alike[0] for alike, near in _GROUPS for one in alike[1:] + near}

_LETTER_OF = {spelled: letter for letter, spelled in _pairs("spelled_alike.txt")}
_SPELLED = re.compile("|".join(map(re.escape, _LETTER_OF)))
"""Several letters that print like one."""
