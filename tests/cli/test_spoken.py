"""What commands print is in the catalogues: no sentence and no head of a table is written in a command itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from testigo import cli
from testigo.cli.root import main
from testigo.words import set_language

ENGLISH = ("fingerprint.py", "fingerprint_evaluate.py", "fingerprint_model.py", "rehearse.py")
"""Reports for developers, which are English (docs/translating.md)."""

COMMANDS = [file for file in sorted(Path(cli.__file__).parent.glob("*.py")) if file.name not in ENGLISH]
PRINTING = {"print", "table", "prompt", "confirm", "facts", "say", "echo"}
WORD = re.compile(r"\b(?!PIN\b|testigo\b|machine = )[A-Za-z]{3,}")
"""What is no word: PIN, the program's name, and a setting as its file has it."""


def _texts(node: ast.expr) -> Iterator[str]:
    """Literal text in an argument, outside the calls in it, whose arguments are keys."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (str(one.value) for one in node.values if isinstance(one, ast.Constant))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (text for one in node.elts for text in _texts(one))
    elif isinstance(node, ast.IfExp):
        yield from (text for one in (node.body, node.orelse) for text in _texts(one))


def written(file: Path) -> list[str]:
    """The words that a module prints without a catalogue, with their lines."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in PRINTING - {"facts"}:
                texts = [text for argument in node.args for text in _texts(argument)]
                found += [f"{file.name}:{node.lineno}: {text}" for text in texts if WORD.search(text)]
    return found


@pytest.mark.parametrize("file", COMMANDS, ids=lambda file: file.stem)
def test_no_command_prints_a_sentence_of_its_own(file: Path) -> None:
    assert written(file) == []


def test_what_is_written_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('console.print(f"Signed by {who}"); table("", ("name", x), rows)')
    assert len(written(tmp_path / "one.py")) == 2


def test_reports_are_in_the_users_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "centre")
    election = str(Path(cli.__file__).parents[1] / "examples" / "municipality" / "election.yaml")
    for arguments in (["centre", "create", folder, election], ["centre", "status", folder], ["centre", "keys", folder]):
        with pytest.raises(SystemExit) as ended:
            main(["--language", "pt", *arguments])
        assert ended.value.code == 0
    said = capsys.readouterr().out
    set_language("en")
    assert "guarde root/ em um cofre" in said and "chave raiz" in said and "inscritos" in said
    assert not re.search(r"\b(Election|Digest|station|registered|Replaced|Verifier|role)\b", said)
