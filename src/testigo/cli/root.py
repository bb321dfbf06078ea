"""The `testigo` command itself: groups, version, and how errors reach a person."""

import contextlib
import importlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from testigo import __version__, logs, storage
from testigo.cli.output import choose_language, errors, labelled
from testigo.cli.usage import wrong_usage
from testigo.cli.written import keep_files
from testigo.errors import InvalidInput, TestigoError
from testigo.words import FALLBACK, message, set_language

GROUPS = {
    "election": "The election definition: check it, look at it",
    "register": "Who may vote: import, enrol, duplicates, poll books",
    "station": "Voting day at one polling place",
    "staff": "Who works at the machines: staff lists, PINs",
    "ballot": "The paper vote: print and read slips",
    "fingerprint": "Fingers: extract, match, measure",
    "centre": "Authority and counting centre: keys, record, count, publish",
    "auditor": "The auditor's key",
    "audit": "Logic and accuracy, draws, closing counts",
    "verify": "Check a whole published record",
    "release": "What a release installs, signed",
    "selfcheck": "Compare this installation with its release",
    "rehearse": "Hold a whole election with simulated people",
}
"""Group or command → its line in `testigo --help`; each is the module of that name in this package."""

EXTRAS = {
    "election": "station",
    "register": "centre",
    "station": "station",
    "ballot": "station",
    "fingerprint": "fingerprint",
    "centre": "centre",
    "audit": "station",
    "staff": "station",
    "rehearse": "all",
}
"""Group or command → the extra in pyproject.toml whose libraries it needs; those that are not here need none."""


LANGUAGE = "TESTIGO_LANGUAGE"
"""The environment variable that stands in place of `--language`."""


class MissingLibrary(TestigoError):
    """A library that a command needs is not installed."""


class InternalError(TestigoError):
    """A defect of Testigo itself. Its lines are logged at level `debug`, which say where and quote nobody's data."""


_Usage: type[Any] = typer.BadParameter.__bases__[0]
"""What typer raises for a command that is not written right; it exports this class of it alone."""


@contextlib.contextmanager
def _in_words(ctx: Any) -> Iterator[None]:
    """Say what is wrong with the arguments in the user's language, as any other error. `ctx`: of `testigo` itself."""
    try:
        yield
    except _Usage as error:
        at = error.ctx or ctx
        if error.message == at.get_help():
            raise  # a group without a command shows its help
        _speak(ctx.params.get("language") or os.environ.get(LANGUAGE, ""))
        raise wrong_usage(error, at.command_path) from None


def _speak(language: str) -> None:
    """Say everything in that language, or in the terminal's where it is empty."""
    if language:
        choose_language(language)
    else:
        set_language(_of_the_terminal(os.environ))


@contextlib.contextmanager
def _libraries_of(command: str) -> Iterator[None]:
    """Turn a missing library inside the block into a sentence that names what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "testigo").split(".")[0] == "testigo":
            raise
        extra = EXTRAS.get(command, "verify")
        raise MissingLibrary("command.library-missing", command=command, library=error.name, extra=extra) from error


class _LazyGroup(TyperGroup):
    """Loads a group's module only when the group is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in GROUPS:
            return None
        with _libraries_of(cmd_name):
            module = importlib.import_module(f"testigo.cli.{cmd_name}")
        command: Any = typer.main.get_command(module.app)
        command.name = cmd_name
        keep_files(command)
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _in_words(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            with _in_words(ctx):
                return super().invoke(ctx)
        except ModuleNotFoundError:  # some libraries are loaded when they are first used
            with _libraries_of(ctx.invoked_subcommand):
                raise

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(GROUPS.items()))


app = typer.Typer(cls=_LazyGroup, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"testigo {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
    log_format: Annotated[logs.Format, typer.Option(help="Log lines on standard error, as text or as JSON.")] = "text",
    log_level: Annotated[logs.Level, typer.Option(help="The least of them that are written.")] = "warning",
    language: Annotated[
        str, typer.Option(help="Of errors and findings: es, en, …  [default: that of the terminal]", envvar=LANGUAGE)
    ] = "",
) -> None:
    """Testigo: the open election system whose result anyone can check.

    Begin with `testigo rehearse`, which holds a whole election, and `testigo verify`, which checks its record.
    """
    logs.set_up(log_format, log_level)
    _speak(language)


def _of_the_terminal(environment: Mapping[str, str]) -> str:
    """The language of the environment (POSIX, `LC_ALL` before `LC_MESSAGES` before `LANG`), without its country."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    code = named.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return FALLBACK if code in ("", "c", "posix") else code


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a `TestigoError` becomes its sentence on standard error and its exit code, and so does an
    error of the operating system about a file that no command expects, such as a folder that others may not enter, and
    any defect.
    """
    command: Any = typer.main.get_command(app)
    # A command that is told to end cleans up first: half a folder may have private keys in it.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        _require_text(sys.argv[1:] if arguments is None else arguments)
        sys.exit(command.main(args=arguments, prog_name="testigo", standalone_mode=True))
    except TestigoError as error:
        _end_with(error)
    except OSError as error:
        _end_with(storage.of_the_disk(error, Path(os.fsdecode(error.filename or ""))))
    except SystemExit as ended:
        if isinstance(getattr(ended.__context__, "__cause__", None), KeyboardInterrupt):  # typer says nothing itself
            errors.print(str(message("cli", "stopped")))
        raise
    except Exception as defect:  # nobody is shown a traceback
        logging.getLogger(__name__).debug("internal error", exc_info=defect)
        _end_with(_internal_error(defect))


def _require_text(arguments: Sequence[str]) -> None:
    """Raise `InvalidInput` for bytes that are no UTF-8: no page, database or signed statement could hold them."""
    for text in arguments:
        if not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text):
            _speak(os.environ.get(LANGUAGE, ""))
            raise InvalidInput("command.not-utf-8", text=text[:60])


def _internal_error(defect: Exception) -> InternalError:
    frames = [(frame.f_globals.get("__name__", "?"), line) for frame, line in traceback.walk_tb(defect.__traceback__)]
    module, line = next((one for one in reversed(frames) if one[0].startswith("testigo")), frames[-1])
    return InternalError("command.internal-error", kind=type(defect).__name__, module=module, line=str(line))


def _end_with(error: TestigoError) -> NoReturn:
    errors.print(labelled("error", error), soft_wrap=True)
    sys.exit(error.exit_code)
