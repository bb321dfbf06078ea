"""Errors as sentences to a person: what is wrong, where, and how to correct it; and parts of English sentences.

Every error that a user can cause is a `TestigoError`. Its three parts are kept apart so that the command line,
a web page and a JSON answer can each show them in their own way; `str(error)` is the one sentence made of all three.
The rooms raise the subclasses below; a room adds a subclass of its own only where a caller must tell it apart.
"""


def printable(text: str) -> str:
    """The text with everything a terminal or a reader could be fooled by spelled out: `\\x1b`, `\\n`, `\\u202e`.

    What is quoted from outside goes through this before a person sees it: a name in a file must not be able to draw a
    line of its own.
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def is_printable(text: str, longest: int) -> bool:
    """Whether a text can be shown to people as it is: one line of at most `longest` characters, none of which controls
    a terminal."""
    return len(text) <= longest and text.isprintable()


def how_many(number: int, noun: str, plural: str = "") -> str:
    """`1 pair`, `2,500 pairs`; `plural`: for nouns that do not end in s then, such as `minutiae`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


class TestigoError(Exception):
    """One error that a person can understand and act on.

    `problem`: what is wrong, without a full stop. `place`: file, line, row or station, where there is one.
    `hint`: what to do about it, an imperative, without a full stop.
    """

    __test__ = False  # the name starts with "Test", and pytest would try to collect it

    exit_code = 1

    def __init__(self, problem: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        how = f"; {self.hint}" if self.hint else ""
        return printable(f"{where}{self.problem}{how}.")

    def as_json(self) -> dict[str, str]:
        """The parts by name, for `--json` and web answers."""
        return {"problem": self.problem, "place": self.place, "hint": self.hint}


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

    def __init__(self, problem: str, errors: list[TestigoError], *, place: str = "", hint: str = "") -> None:
        super().__init__(problem, place=place, hint=hint)
        self.errors = errors

    def __str__(self) -> str:
        lines = [super().__str__(), *(f"  {error}" for error in self.errors)]
        return "\n".join(lines)
