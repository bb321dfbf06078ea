"""`machine.toml`: what a serving command is started with, in a file instead of options.

    machine = "booth"
    folder = "/var/lib/testigo-booth/machine"
    printer = "usb:04b8:0202"
    host = "192.168.7.3"

A key is an option or argument of the command by its own name, so whatever is added to the command can stand in the
file, too; `language`, `log-format` and `log-level` are those of `testigo` itself. What is on the command line wins. A
path means what it means there: one that is not absolute begins where the command is started. Nothing secret belongs in
the file; PINs and keys have files of their own, and a password in an address is refused.

`serving` gives a command the options `--config`, `--print-config` and `--example-config`.
"""

import difflib
import functools
import inspect
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from testigo import logs, storage
from testigo.cli.output import choose_language, console
from testigo.cli.toml_file import TomlFile, read_toml
from testigo.errors import InvalidInput
from testigo.words import Either

MACHINES = {
    "chair": "station serve chair",
    "check-in": "station serve check-in",
    "booth": "station serve booth",
    "enrolment": "register serve",
    "centre": "centre serve",
    "results": "centre serve-results",
}
"""Name in a file, as `machine` → the command that serves it."""

_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]+(?=@)")
_HIDDEN = r"\1:…"
_CODES = {str: "machine-file.not-text", int: "machine-file.not-whole-number", bool: "machine-file.not-true-or-false"}


@dataclass(frozen=True)
class Setting:
    """A key that a file may have. `kind`: `str`, `int` or `bool`; `choices`: all there are, where they are few."""

    key: str
    kind: type
    help: str
    default: Any = None
    required: bool = False
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the command's function calls it."""
        return self.key.replace("-", "_")

    def check(self, value: Any, place: str) -> None:
        """Raise `InvalidInput` where a file's value is not one of this setting."""
        if type(value) is not self.kind:
            raise InvalidInput(_CODES[self.kind], place=place, key=self.key)
        if isinstance(value, str):
            self._check_text(value, place)
        elif isinstance(value, int) and not self.least <= value <= self.most:
            least, most = f"{self.least:g}", f"{self.most:g}"
            raise InvalidInput("machine-file.out-of-range", place=place, key=self.key, least=least, most=most)

    def _check_text(self, value: str, place: str) -> None:
        if not value.isprintable():
            raise InvalidInput("machine-file.not-printable", place=place, key=self.key)
        if _PASSWORD.search(value):
            raise InvalidInput("machine-file.password", place=place, key=self.key)
        if self.choices and value not in self.choices:
            raise InvalidInput("machine-file.no-such-value", place=place, key=self.key, known=Either(self.choices))


_LOGGING = (
    Setting(
        "log-format", str, "Log lines on standard error, as text or as JSON.", "text", choices=get_args(logs.Format)
    ),
    Setting("log-level", str, "The least of them that are written.", "warning", choices=get_args(logs.Level)),
)
_LANGUAGE = Setting("language", str, "Of what the machine itself says: log lines, errors at its start.", "")
_OF_TESTIGO = (*_LOGGING, _LANGUAGE)
"""Options of `testigo` itself, which stand before the command."""


def settings_of(command: Callable[..., Any]) -> tuple[Setting, ...]:
    """The keys of a command, by its signature, and those of the log."""
    return (*map(_setting, inspect.signature(command).parameters.values()), *_OF_TESTIGO)


def _setting(parameter: inspect.Parameter) -> Setting:
    kind, info = get_args(parameter.annotation)  # Annotated[kind, typer.Option(…)]
    plain = next(one for one in (get_args(kind) or (kind,)) if one is not type(None))
    return Setting(
        parameter.name.replace("_", "-"),
        str if issubclass(plain, Path) else plain,
        info.help or "",
        None if parameter.default is inspect.Parameter.empty else parameter.default,
        parameter.default is inspect.Parameter.empty,
        -math.inf if info.min is None else info.min,
        math.inf if info.max is None else info.max,
    )


@dataclass(frozen=True)
class MachineFile:
    """A file that was read and checked against a command. `values`: by key."""

    toml: TomlFile
    values: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path, machine: str, settings: tuple[Setting, ...]) -> "MachineFile":
        """Raises `InvalidInput` with file and line, and `StorageError` where the file cannot be read."""
        toml = read_toml(file)
        named = machine_of(toml)
        if named != machine:
            place, command = toml.place("machine"), MACHINES[named]
            raise InvalidInput("machine-file.for-another", place=place, named=named, machine=machine, command=command)
        known = {setting.key: setting for setting in settings}
        values = {key: value for key, value in toml.values.items() if key != "machine"}
        for key, value in values.items():
            if key not in known:
                raise _unknown(key, toml.place(key), known)
            known[key].check(value, toml.place(key))
        return cls(toml, values)


def machine_of(toml: TomlFile) -> str:
    """Which machine a file is for; raises `InvalidInput` where it names none that there is."""
    named = toml.values.get("machine")
    if not isinstance(named, str) or named not in MACHINES:
        raise InvalidInput("machine-file.no-machine", place=toml.place("machine"), known=Either(MACHINES))
    return named


def _unknown(key: str, place: str, known: Mapping[str, Setting]) -> InvalidInput:
    near = difflib.get_close_matches(key, known, 1)
    if near:
        return InvalidInput("machine-file.unknown-key", place=place, key=key, near=near[0])
    keys = ("machine", *known)
    return InvalidInput("machine-file.unknown-key", place=place, hint="machine-file.all-keys", key=key, keys=keys)


# ── The options of a serving command ─────────────────────────────────────────────────────────────────────────────────


def serving(machine: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let the command that serves `machine` take its options from a file, too (`--config`)."""

    def made(command: Callable[..., None]) -> Callable[..., None]:
        settings = settings_of(command)
        config, shown, example = (_option(machine, settings, each) for each in (_take_up, None, _write_example))
        own = {
            "config": Annotated[Path | None, config],
            "print_config": Annotated[bool, shown],
            "example_config": Annotated[Path | None, example],
        }

        @functools.wraps(command)
        def run(context: typer.Context, **values: Any) -> None:
            if values["print_config"]:
                _print(machine, settings, context)
            else:
                command(**{name: value for name, value in values.items() if name not in own})

        signature = inspect.signature(command)
        keyword = inspect.Parameter.KEYWORD_ONLY
        more = [
            inspect.Parameter(name, keyword, annotation=kind, default=False if name == "print_config" else None)
            for name, kind in own.items()
        ]
        first = inspect.Parameter("context", inspect.Parameter.POSITIONAL_ONLY, annotation=typer.Context)
        every = [first, *(one.replace(kind=keyword) for one in signature.parameters.values()), *more]
        run.__signature__ = signature.replace(parameters=every)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in every}
        return run

    return made


def _option(machine: str, settings: tuple[Setting, ...], then: Callable[..., None] | None) -> Any:
    """One of the three options; `then`: what it does before the other options are looked at."""
    if then is None:
        return typer.Option("--print-config", help="Print what is in force and where each value is from, and end.")
    take = functools.partial(then, machine, settings)

    def callback(context: typer.Context, value: Path | None) -> Path | None:
        if value is not None and not context.resilient_parsing:
            take(context, value)
        return value

    if then is _take_up:
        help_ = "A machine.toml with any of these options as keys; what is given here as well wins."
        return typer.Option("--config", help=help_, is_eager=True, callback=callback)
    help_ = "Write such a file with every key explained, all of them commented out, and end."
    return typer.Option("--example-config", help=help_, is_eager=True, callback=callback)


def _take_up(machine: str, settings: tuple[Setting, ...], context: typer.Context, file: Path) -> None:
    """Make the file's values the defaults of the command's options."""
    read = MachineFile.read(file, machine, settings)
    context.obj = read
    context.default_map = {setting.name: read.values[setting.key] for setting in settings if setting.key in read.values}
    logs.set_up(*(_in_force(setting, context)[0] for setting in _LOGGING))
    language, source = _in_force(_LANGUAGE, context)
    if language:
        try:
            choose_language(str(language))
        except InvalidInput as error:
            raise error.at("" if source == "command line" else source) from None


def _write_example(machine: str, settings: tuple[Setting, ...], context: typer.Context, file: Path) -> None:
    storage.write_new(file, example(machine, settings).encode(), mode=0o644)
    console.print(str(file), soft_wrap=True)
    raise typer.Exit


def example(machine: str, settings: tuple[Setting, ...]) -> str:
    """A file with every key explained and commented out."""
    lines = [
        f"# What testigo {MACHINES[machine]} is started with: --config FILE. docs/installing.md",
        "# A key is the option of the same name; an option on the command line wins. Nothing secret belongs here.",
        "",
        f"machine = {_toml(machine)}",
    ]
    for setting in settings:
        value = {str: '"TEXT"', int: "NUMBER"}[setting.kind] if setting.default is None else _toml(setting.default)
        lines += ["", f"# {setting.help}{' Required.' if setting.required else ''}", f"#{setting.key} = {value}"]
    return "\n".join([*lines, ""])


def _print(machine: str, settings: tuple[Setting, ...], context: typer.Context) -> None:
    """What is in force, as a file of this kind, with where each value is from."""
    console.print(f"machine = {_toml(machine)}", soft_wrap=True)
    for setting in settings:
        value, source = _in_force(setting, context)
        line = f"#{setting.key}" if value is None else f"{setting.key} = {_PASSWORD.sub(_HIDDEN, _toml(value))}"
        console.print(f"{line:<40}  # {source}", soft_wrap=True)


def _in_force(setting: Setting, context: typer.Context) -> tuple[Any, str]:
    """The value of a setting, and where it is from."""
    owner = context.find_root() if setting in _OF_TESTIGO else context
    source = owner.get_parameter_source(setting.name)
    value = owner.params.get(setting.name, setting.default)
    read = context.obj if isinstance(context.obj, MachineFile) else None
    if source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT"):
        return value, "command line"
    if read is not None and setting.key in read.values:
        return read.values[setting.key], read.toml.place(setting.key)
    return value, "default" if value is not None else "not set"


def _toml(value: Any) -> str:
    """A value as TOML; a JSON string of printable characters is a basic string of TOML."""
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


class ServeGroup(TyperGroup):
    """A group of serving commands: where only a file is given, the command is the one that the file names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name before the options, where it is missing."""
        option, _, value = args[0].partition("=") if args else ("", "", "")
        if option == "--config" and (value or len(args) > 1):
            toml = read_toml(Path(value or args[1]))
            named = machine_of(toml)
            if named not in self.commands:
                place, command = toml.place("machine"), MACHINES[named]
                raise InvalidInput("machine-file.not-of-a-station", place=place, named=named, command=command)
            args = [named, *args]
        return super().parse_args(ctx, args)
