"""Spoiled papers of a folder printer lie apart, say that they are spoiled, and no reader finds a vote in them."""

from pathlib import Path

import pypdfium2
import pytest

from testigo.ballot import Ballot, new_slip_number
from testigo.election import Definition, load
from testigo.slip import FolderPrinter, Slip, open_printer
from testigo.slip.printer import SPOILED
from testigo.slip.spoiled_slip import spoiled_label
from testigo.slip_reader import read_slips


@pytest.fixture(scope="module")
def definition(project_root: Path) -> Definition:
    return load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")


@pytest.fixture
def slip(definition: Definition) -> Slip:
    (style,) = definition.styles_of_station("01-01")
    choices = {contest: (definition.contest(contest).options[0].id,) for contest in style.contests}
    return Slip(definition, "01-01", Ballot.mark(definition, style, choices), new_slip_number(), "es")


def test_a_spoiled_paper_lies_apart_and_says_so(definition: Definition, slip: Slip, tmp_path: Path) -> None:
    printer = FolderPrinter(tmp_path)
    printer.print_slip(slip)
    (reading,) = read_slips(tmp_path / f"{slip.number}.png", definition, "01-01")
    assert reading.choices is not None
    printer.spoil_slip(slip)
    assert [one.name for one in tmp_path.glob("[!.]*")] == [SPOILED]
    files = {one.suffix: one for one in (tmp_path / SPOILED).iterdir()}
    assert {one.stem for one in files.values()} == {slip.number}
    assert {one.stat().st_mtime for one in files.values()} == {946_684_800}
    text = pypdfium2.PdfDocument(files[".pdf"])[0].get_textpage().get_text_range()
    assert "ANULADO" in text and "SPOILED" in text
    assert all(one.choices is None for one in read_slips(files[".png"], definition, "01-01"))


def test_a_paper_that_somebody_took_is_left_alone(slip: Slip, tmp_path: Path) -> None:
    printer = FolderPrinter(tmp_path / "out")
    printer.print_slip(slip)
    (tmp_path / "out" / f"{slip.number}.png").rename(tmp_path / "taken.png")
    printer.spoil_slip(slip)
    assert not (tmp_path / "out" / SPOILED).exists()


def test_a_thermal_printer_names_it_on_a_strip_that_tells_no_choice(
    definition: Definition, slip: Slip, tmp_path: Path
) -> None:
    (style,) = definition.styles_of_station("01-01")
    other = Slip(definition, "01-01", Ballot.mark(definition, style, {}), slip.number, "es")
    assert spoiled_label(slip) == spoiled_label(other)
    device, strip = tmp_path / "device", tmp_path / "strip.png"
    device.touch()
    open_printer(f"file:{device}").spoil_slip(slip)
    printed = device.read_bytes()
    assert b"\x1dv0" in printed and b"\x1dV" in printed
    strip.write_bytes(spoiled_label(slip))
    assert all(one.choices is None for one in read_slips(strip, definition, "01-01"))
