"""`testigo fingerprint convert`, and the call behind it."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from testigo.cli.root import app
from testigo.errors import InvalidInput, StorageError, TestigoError
from testigo.fingerprint import (
    FingerImage,
    Position,
    Template,
    convert,
    decode_template,
    encode_template,
    extract,
    match,
    synthetic,
)
from testigo.fingerprint.images.image import WRITTEN_FORMATS
from testigo.fingerprint.templates.formats import FORMATS, decode_all

runner = CliRunner()


@pytest.fixture(scope="module")
def image() -> FingerImage:
    return synthetic.generate(3, 0)


@pytest.fixture(scope="module")
def template(image: FingerImage) -> Template:
    return extract(image)


def _convert(*words: object) -> dict[str, object]:
    result = runner.invoke(app, ["fingerprint", "convert", *map(str, words), "--json"])
    if result.exception:
        raise result.exception
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("to", FORMATS)
def test_every_template_format_becomes_every_other(template: Template, source: str, to: str) -> None:
    made = convert(encode_template(template, source, position=Position.LEFT_RING), to)
    (view,) = decode_all(made.data)
    assert (made.source, made.to, made.position, view.position) == (source, to, Position.LEFT_RING, Position.LEFT_RING)
    assert view.template.x.tolist() == template.x.tolist()
    assert match(view.template, template).matched


@pytest.mark.parametrize("source", WRITTEN_FORMATS)
@pytest.mark.parametrize("to", WRITTEN_FORMATS)
def test_every_image_format_becomes_every_other(image: FingerImage, source: str, to: str) -> None:
    made = convert(image.to_bytes(source, position=Position.LEFT_RING), to)
    assert made.source == source
    assert made.position == (Position.LEFT_RING if source.startswith("fir") else None)
    again = FingerImage.read(made.data)
    assert np.array_equal(again.pixels, image.pixels) and again.dpi == image.dpi


def test_an_image_becomes_the_template_that_extract_gives(image: FingerImage, template: Template) -> None:
    made = convert(image.to_bytes("fir-2011", position=Position.LEFT_RING), "iso-2005")
    assert decode_template(made.data, position=Position.LEFT_RING) == template


def test_reference_records_become_templates(shared_data: Path) -> None:
    folder = shared_data / "fingerprints" / "formats"
    for name in ("FingerPrintRight_Index.iso", "info_left_thumb_auth_wsq.iso", "info_left_thumb_auth.wsq"):
        made = convert(folder / name, "ansi-2009")
        assert len(decode_template(made.data)) > 20


def test_the_command_writes_what_the_name_says(template: Template, image: FingerImage, tmp_path: Path) -> None:
    source = tmp_path / "finger.fmr"
    source.write_bytes(encode_template(template, "iso-2011"))
    out = tmp_path / "card.fmr"
    answer = _convert(source, out, "--to", "ansi-2004", "--finger", "left-index")
    assert answer == {
        "in": {"path": str(source), "format": "iso-2011"},
        "out": {"path": str(out), "format": "ansi-2004", "bytes": out.stat().st_size},
        "finger": "left-index",
        "width": template.width,
        "height": template.height,
        "minutiae": len(template),
    }
    assert decode_all(out.read_bytes())[0].position == Position.LEFT_INDEX
    picture = tmp_path / "finger.png"
    picture.write_bytes(image.to_bytes("png"))
    answer = _convert(picture, tmp_path / "finger.fir", "--dpi", "1000", "--finger", "left-index")
    assert (answer["dpi"], answer["width"]) == (1000, image.width)
    assert FingerImage.read(tmp_path / "finger.fir").dpi == 1000
    assert (tmp_path / "finger.fir").read_bytes().startswith(b"FIR\x00020\x00")
    said = runner.invoke(app, ["fingerprint", "convert", str(picture), str(tmp_path / "finger.bmp")]).stdout
    assert "(png) →" in said and "bytes)" in said


def test_nothing_is_written_over_unasked(template: Template, tmp_path: Path) -> None:
    source, out = tmp_path / "finger.fmr", tmp_path / "card.fmr"
    source.write_bytes(encode_template(template))
    out.write_bytes(b"precious")
    with pytest.raises(StorageError, match="already there; choose another name, or add --replace"):
        _convert(source, out)
    assert out.read_bytes() == b"precious"
    _convert(source, out, "--replace")
    assert decode_template(out.read_bytes()) == template
    with pytest.raises(InvalidInput, match="this file is read by the same command"):
        _convert(out, out, "--to", "ansi-2009", "--replace")
    assert decode_template(out.read_bytes()) == template


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["finger.fmr", "out.png"],
            r"finger\.fmr: a template contains no image to be written as png; use one of iso-2005",
        ),
        (["finger.fmr", "out"], "out: the name of the file does not say in which format to write it; end it in .fmr"),
        (["finger.fmr", "out", "--to", "gif"], "no format 'gif' to write; use one of iso-2005"),
        (["finger.fmr", "out.fmr", "--finger", "tail"], "no finger 'tail'; use one of right-thumb"),
        (["finger.fmr", "out.fmr", "--dpi", "3"], r"finger\.fmr: no reader has a resolution of 3 dpi"),
        (["absent.fmr", "out.fmr"], r"absent\.fmr: no such file"),
        (["text.png", "out.fmr"], r"text\.png: this is not a whole image"),
        (["cut.fmr", "out.fmr"], r"cut\.fmr: .*states [0-9]+ bytes and has 40"),
    ],
)
def test_errors_are_one_sentence_and_leave_nothing(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("finger.fmr").write_bytes(encode_template(template))
    Path("cut.fmr").write_bytes(encode_template(template)[:40])
    Path("text.png").write_text("no picture")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TestigoError, match=sentence):
        _convert(*words)
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there_is_made(template: Template, tmp_path: Path) -> None:
    source = tmp_path / "finger.fmr"
    source.write_bytes(encode_template(template))
    _convert(source, tmp_path / "new" / "card.fmr", "--to", "iso-2011")
    assert decode_template((tmp_path / "new" / "card.fmr").read_bytes()) == template
