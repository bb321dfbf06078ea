"""Double entries that are kept in a file, and a form that has other figures when they are read again."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from testigo.web.double_entry import DoubleEntry, EntryGroup, EntryRow
from testigo.web.forms import Form
from testigo.web.kept_entries import KeptEntries


def groups(*names: str, may_be_missing: str = "") -> tuple[EntryGroup, ...]:
    return (EntryGroup("Box", tuple(EntryRow(name, name, name, required=name != may_be_missing) for name in names)),)


def take(entry: DoubleEntry, person: str, figures: Mapping[str, str]) -> None:
    entry.take(Form({"person": [person], **{name: [count] for name, count in figures.items()}}, {}))


def kept(file: Path, form: tuple[EntryGroup, ...], *entered: Mapping[str, str]) -> KeptEntries:
    """A file with what so many persons entered."""
    entry = DoubleEntry(form)
    for number, figures in enumerate(entered):
        take(entry, f"Person {number}", figures)
    KeptEntries(file).put("n1", entry)
    return KeptEntries(file)


ONE, OTHER = {"ana": "3", "luis": "4"}, {"ana": "3", "luis": "5"}


@pytest.mark.parametrize(("entered", "step"), [((ONE,), "second"), ((ONE, OTHER), "third"), ((ONE, ONE), "done")])
def test_whoever_starts_again_goes_on(tmp_path: Path, entered: tuple[Mapping[str, str], ...], step: str) -> None:
    form = groups("ana", "luis")
    assert kept(tmp_path / "entries.json", form, *entered).get("n1", form).step == step


@pytest.mark.parametrize("names", [("ana", "luis", "eva"), ("ana",), ("ana", "eva")])
@pytest.mark.parametrize("entered", [(ONE,), (ONE, ONE), (ONE, OTHER), (ONE, OTHER, {"luis": "5"})])
def test_entries_of_a_form_with_other_figures_are_not_taken_up(
    tmp_path: Path, names: tuple[str, ...], entered: tuple[Mapping[str, str], ...]
) -> None:
    entry = kept(tmp_path / "entries.json", groups("ana", "luis"), *entered).get("n1", groups(*names))
    assert (entry.step, entry.third) == ("first", None)


def test_a_figure_that_is_not_required_may_be_missing(tmp_path: Path) -> None:
    form = groups("ana", "spoiled", may_be_missing="spoiled")
    assert kept(tmp_path / "entries.json", form, {"ana": "3"}, {"ana": "3"}).get("n1", form).figures == {"ana": 3}


def test_a_third_decides_all_that_differs_and_nothing_else(tmp_path: Path) -> None:
    form = groups("ana", "luis")
    entries = kept(tmp_path / "entries.json", form, ONE, OTHER, {"luis": "5"})
    assert entries.get("n1", form).figures == {"ana": 3, "luis": 5}
    file = tmp_path / "entries.json"
    file.write_text(file.read_text().replace('"luis":5},"person":"Person 1"', '"luis":4},"person":"Person 1"'))
    assert '"person":"Person 2"' in file.read_text()
    again = KeptEntries(file).get("n1", form)
    assert (again.step, again.third) == ("done", None)
