"""What cannot be set is an error in words, whatever the library says of it."""

from pathlib import Path

import pytest

from raising import raises_code
from testigo.errors import InvalidInput
from testigo.paper import typeset


@pytest.mark.parametrize(("payload", "error"), [("A" * 4297, "l"), ("A" * 3392, "m")])
def test_more_than_a_qr_code_holds(payload: str, error: str) -> None:
    with raises_code(InvalidInput, "qr-code.too-much"):
        typeset.qr_svg(payload, error=error)


@pytest.mark.parametrize(("payload", "error"), [("A" * 4296, "l"), ("A" * 3391, "m")])
def test_as_much_as_a_qr_code_holds(payload: str, error: str) -> None:
    assert 'width="177"' in typeset.qr_svg(payload, error=error)


def test_a_template_that_cannot_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_ROOT", tmp_path)
    template = tmp_path / "page.typ"
    template.write_text("#json(bytes(sys.inputs.data)).lacks")
    with raises_code(InvalidInput, "page.cannot-be-set"):
        typeset.compile(template, {})
    template.write_text("#pagebreak()")
    with raises_code(InvalidInput, "page.several"):
        typeset.compile(template, {}, format="png")
