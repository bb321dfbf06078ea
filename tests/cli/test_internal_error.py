"""A defect of our own: a sentence that says where, never a traceback, and nothing of anybody's data."""

import pytest

from testigo.cli import verify
from testigo.cli.root import main

SECRET = "12345678"


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(verify, "check_record", fail)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "internal error of Testigo"), ("es", "error interno de Testigo")]
)
def test_it_is_one_sentence(
    defect: None, capsys: pytest.CaptureFixture[str], tmp_path, language: str, says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--language", language, "verify", str(tmp_path)])
    said = capsys.readouterr().err
    assert ended.value.code == 1 and said.count("\n") == 1
    assert says in said and "ZeroDivisionError" in said and "testigo.cli.verify" in said and SECRET not in said


def test_the_lines_that_the_makers_need_are_asked_for(
    defect: None, capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    with pytest.raises(SystemExit):
        main(["--log-level", "debug", "verify", str(tmp_path)])
    said = capsys.readouterr().err
    assert "verify.py" in said and "ZeroDivisionError" in said and SECRET not in said
