"""`testigo …` as a person calls it, in the process of the test."""

import io
import sys
from collections.abc import Callable

import pytest

from testigo.cli import main

Told = tuple[int, str, str]
"""Exit code, standard output, standard error."""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """`run("centre", "annul", folder, answer="")`: runs it; `answer`: what a person types when asked."""

    def command(*arguments: object, answer: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with pytest.raises(SystemExit) as stopped:
            main([*map(str, arguments)])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return command


@pytest.fixture
def call(run: Callable[..., Told]) -> Callable[..., Told]:
    """`call("check", file)`: runs `testigo election check FILE`."""
    return lambda *arguments: run("election", *arguments)
