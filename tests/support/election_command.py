"""`testigo election …` as a person calls it, in the process of the test."""

from collections.abc import Callable

import pytest

from testigo.cli import main

Told = tuple[int, str, str]
"""Exit code, standard output, standard error."""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """`call("check", file)`: runs it; gives the exit code, standard output and standard error."""

    def run(*arguments: object) -> Told:
        with pytest.raises(SystemExit) as stopped:
            main(["election", *map(str, arguments)])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return run
