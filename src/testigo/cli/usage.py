"""Commands that are not written right: what typer says of them in English, as errors in the user's language."""

import re
from typing import Any, Final

from testigo.errors import TestigoError
from testigo.words import Either, Value


class WrongUsage(TestigoError):
    """A command is not written as it should be."""

    exit_code = 2


_LONGEST_SAID = 160
"""Characters of what was typed that are quoted."""

_QUOTED = re.compile(r"'([^']*)'")

_SAID: Final = (
    (re.compile(r"^No such command '(?P<what>.*?)'(?:\..*)?$", re.S), "unknown"),
    (re.compile(r"^Missing command"), "none"),
    (re.compile(r"^Got unexpected extra arguments?(?:\(s\))? \((?P<what>.*)\)$", re.S), "too-many"),
    (re.compile(r"^Option '(?P<what>.*?)' does not take a value", re.S), "option-takes-no-value"),
    (re.compile(r"^Option '(?P<what>.*?)' requires ", re.S), "option-without-value"),
)
"""What typer says of a command as a whole, and the end of our code for it."""

_OF_VALUES: Final = (
    (re.compile(r"is not one of (?P<known>'.*')\.?$", re.S), "not-one-of"),
    (re.compile(r"greater than or equal to (?P<bound>[-\d.]+)"), "too-small"),
    (re.compile(r"less than or equal to (?P<bound>[-\d.]+)"), "too-large"),
    (re.compile(r"valid integer"), "not-whole"),
    (re.compile(r"valid number|valid float"), "not-a-number"),
)
"""What it says of the value of an option or argument; whatever else it says is `wrong`."""


def wrong_usage(error: Any, command: str) -> WrongUsage:
    """The error for what typer raised about `command`: no English sentence of typer is in it."""
    how, param = f"{command} --help", getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        return _wrong("command.no-such-option", command, how=how, option=_cut(error.option_name))
    if param is None:
        return _of_command(error.message, command, how)
    what = param.opts[0] if param.param_type_name == "option" else param.name.upper()
    if hasattr(error, "param_type"):
        return _wrong("command.missing", command, how=how, what=what)
    return _of_value(error.message, command, what, how)


def _of_command(said: str, command: str, how: str) -> WrongUsage:
    for pattern, kind in _SAID:
        if found := pattern.search(said):
            return _wrong(f"command.usage-{kind}", command, how=how, what=_cut(found.groupdict().get("what") or ""))
    return _wrong("command.wrong-usage", command, how=how)


def _of_value(said: str, command: str, what: str, how: str) -> WrongUsage:
    for pattern, kind in _OF_VALUES:
        if found := pattern.search(said):
            groups = found.groupdict()
            known = Either(_QUOTED.findall(groups.get("known") or ""))
            bound = (groups.get("bound") or "").rstrip(".")
            return _wrong(f"command.value-{kind}", command, how=how, what=what, known=known, bound=bound)
    return _wrong("command.value-wrong", command, how=how, what=what)


def _wrong(code: str, command: str, **values: Value) -> WrongUsage:
    return WrongUsage(code, place=command, hint="command.see-help", **values)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}…"
