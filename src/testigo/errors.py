"""Errors as sentences to a person: what is wrong, where, and how to correct it.

Every error that a user can cause is a `TestigoError`: a stable code, and values. Its sentences stand in the catalogue
of each language (`words/LANGUAGE/errors-ROOM.po`): what is wrong under `error`, what to do about it under `hint`, both
by the code. So the command line, a web page and a JSON answer can each show them in their own way and language. The
rooms raise the subclasses below; a room adds a subclass of its own only where a caller must tell it apart.

An error goes from machine to machine as JSON (`TestigoError.as_json`, `read_error`), and whoever shows it says it in
its own reader's language.
"""

import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final, Self, TypeVar

import msgspec

from testigo.words import Either, Message, Value, at_place, current_language, from_line, in_clauses, to_line

_NO_BREAK_SPACES = "\u00a0\u202f"
"""Spaces of typography: French has one before a colon and inside numbers. Python does not call them printable."""


_LONGEST_VALUE = 500
"""Characters of one text in a gap; a path is not cut."""

_LONGEST_LIST = 40
"""Of its values."""


def printable(text: str) -> str:
    """The text with everything a terminal or a reader could be fooled by spelled out: `\\x1b`, `\\n`, `\\u202e`.

    What is quoted from outside goes through this before a person sees it: a name in a file must not be able to draw a
    line of its own.
    """
    return "".join(
        one if one in _NO_BREAK_SPACES or _can_be_shown(text, at) else one.encode("unicode_escape").decode()
        for at, one in enumerate(text)
    )


def _shortened(value: Value) -> Value:
    """A text or list from outside, cut off where a sentence that quotes it could no longer be read."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    if isinstance(value, Sequence):
        more = ["…"] if len(value) > _LONGEST_LIST else []
        items = [*(_shortened(one) for one in value[:_LONGEST_LIST]), *more]
        return Either(items) if isinstance(value, Either) else tuple(items)
    return value


def is_printable(text: str, longest: int) -> bool:
    """Whether a text can be shown to people as it is: one line of at most `longest` characters, none of which controls
    a terminal."""
    return len(text) <= longest and all(_can_be_shown(text, at) for at in range(len(text)))


_JOINERS = "\u200c\u200d"
"""Zero width non-joiner and joiner."""

_JOINING_SCRIPTS = ((0x0600, 0x109F), (0x1780, 0x18AF))
"""From Arabic to Burmese, Khmer and Mongolian: the scripts whose spelling has joiners (Unicode standard, 23.2)."""


def _can_be_shown(text: str, at: int) -> bool:
    """Whether the character there prints, or is a joiner between letters: Persian, Hindi and Sinhala write names with
    them. Anywhere else a joiner is invisible, and would make two texts of what people read as one."""
    one = text[at]
    if one not in _JOINERS:
        return one.isprintable()
    return 0 < at < len(text) - 1 and _is_joined(text[at - 1]) and _is_joined(text[at + 1])


def _is_joined(one: str) -> bool:
    """Whether it is a letter, or a mark on one, of a script that has joiners."""
    return unicodedata.category(one)[0] in "LM" and any(low <= ord(one) <= high for low, high in _JOINING_SCRIPTS)


Place = Message | PurePath | str
"""Where an error is: in words, or a file, an address, an option as it is written."""

Kind = TypeVar("Kind", bound="TestigoError")


class TestigoError(Exception):
    """One error that a person can understand and act on.

    `code`: of what is wrong, stable from release to release, as `pin.wrong`. `place`: file, line, row or station, where
    there is one. `hint`: the code of what to do about it, where it is not the error's own (a `Value`, so that who hands
    values on need not tell it from them). `values`: for the gaps of both sentences, by name.
    """

    __test__ = False  # the name starts with "Test", and pytest would try to collect it

    exit_code = 1

    def __init__(self, code: str, *, place: Value = "", hint: Value = "", **values: Value) -> None:
        super().__init__(code)
        self.code = code
        self.place_value = place
        values = {name: _shortened(value) for name, value in values.items()}
        self.message = Message("error", code, values)
        self.hint_message = Message("hint", str(hint) or code, values)

    @property
    def place(self) -> str:
        """Where it is, in the language of this process."""
        return str(self.place_value)

    @property
    def problem(self) -> str:
        """What is wrong, without a full stop, in the language of this process."""
        return str(self.message)

    @property
    def hint(self) -> str:
        """What to do about it, without a full stop, in the language of this process; "" where there is nothing."""
        return self._hint(current_language())

    def at(self, place: Value) -> Self:
        """The same error at another place."""
        return _again(type(self), {**self.__dict__, "place_value": place})

    def text(self, language: str) -> str:
        """Place, what is wrong, and what to do about it: one sentence in that language."""
        place = self.place_value.text(language) if isinstance(self.place_value, Message) else str(self.place_value)
        said = at_place(place, self.message.text(language), language)
        return printable(f"{in_clauses((said, self._hint(language)), language)}.")

    def speaks(self, language: str) -> bool:
        """Whether that language has all that the text says."""
        parts = (self.message, self.place_value, *([self.hint_message] if self.hint_message.known else []))
        return all(part.speaks(language) for part in parts if isinstance(part, Message))

    def sentence(self, language: str) -> str:
        """The text with a capital letter, where no place comes first: for a page."""
        text = self.text(language)
        return text if self.place else text[:1].upper() + text[1:]

    def as_json(self) -> dict[str, Any]:
        """The parts by name, for `--json` and web answers.

        `kind`: one of `KINDS`. `problem`, `place`, `hint`: in the language of this process. `messages`: the same three
        as lines (`words.to_line`), for whoever shows them in another; "" for a place that is not a message.
        """
        where = self.place_value
        return {
            "code": self.code,
            "kind": next(base.__name__ for base in type(self).__mro__ if base.__name__ in KINDS),
            "problem": self.problem,
            "place": self.place,
            "hint": self.hint,
            "messages": {
                "problem": to_line(self.message),
                "place": to_line(where) if isinstance(where, Message) else "",
                "hint": to_line(self.hint_message),
            },
        }

    def _hint(self, language: str) -> str:
        return self.hint_message.text(language) if self.hint_message.known or self.hint_message.key != self.code else ""

    def __str__(self) -> str:
        return self.text(current_language())

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.__dict__)


def _again(kind: type[Kind], parts: dict[str, Any]) -> Kind:
    """An error of that kind with these parts, whatever its class takes to make one: for pickles and copies."""
    error = kind.__new__(kind, parts["code"])
    error.__dict__.update(parts)
    return error


class InvalidInput(TestigoError):
    """A file, form or argument from outside is not what it should be. Nothing was changed."""


class InvalidSignature(TestigoError):
    """Something signed does not verify, or is signed by a key that may not sign it."""


class IllegalStep(TestigoError):
    """The step is known, but may not be taken now: wrong state, wrong order, over a limit."""


class NotAllowed(TestigoError):
    """The person or process may not do this: wrong PIN, locked out, missing right."""


class StorageError(TestigoError):
    """Disk or database would not keep what must be kept: full, read-only, unreachable."""


class SeveralErrors(TestigoError):
    """Many errors found in one reading of one input; `errors` holds each as an error of its own."""

    def __init__(
        self,
        code: str,
        errors: list[TestigoError],
        *,
        place: Value = "",
        hint: Value = "",
        **values: Value,
    ) -> None:
        super().__init__(code, place=place, hint=hint, **values)
        self.errors = errors

    def text(self, language: str) -> str:
        """The error of the whole, then each on a line of its own."""
        return "\n".join([super().text(language), *(f"  {error.text(language)}" for error in self.errors)])


KINDS: Final[dict[str, type[TestigoError]]] = {
    kind.__name__: kind
    for kind in (InvalidInput, InvalidSignature, IllegalStep, NotAllowed, StorageError, TestigoError)
}
"""The kinds that JSON names; a room's own subclass goes as the one that it is derived from."""

LONGEST_JSON = 16 * 1024
"""Bytes of an error from another machine; ours have some hundreds."""

_LONGEST_PLACE = 200


class _Messages(msgspec.Struct, frozen=True):
    problem: str
    place: str
    hint: str


class _Json(msgspec.Struct, frozen=True):
    code: str
    kind: str
    place: str
    messages: _Messages


def read_error(data: bytes) -> TestigoError:
    """An error that another machine sent as JSON (`TestigoError.as_json`), to be said in any language.

    The sentence is always one of ours, never one that came along: a code or values that this release does not know
    become an error that says so. Raises `ValueError` for what is not an error.
    """
    if len(data) > LONGEST_JSON:
        raise ValueError("too long")
    try:
        sent = msgspec.json.decode(data, type=_Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    kind = KINDS.get(sent.kind, TestigoError)
    where = from_line("place", sent.messages.place)
    place = where if where.known else sent.place[:_LONGEST_PLACE]
    message = from_line("error", sent.messages.problem)
    if not message.known:
        unknown = TestigoError("error.of-another-release", place=place, unknown=sent.code[:80])
        return _again(kind, unknown.__dict__)
    hint = from_line("hint", sent.messages.hint)
    parts = {
        "code": message.key,
        "place_value": place,
        "message": message,
        "hint_message": hint if hint.known else from_line("hint", ""),
    }
    return _again(kind, parts)
