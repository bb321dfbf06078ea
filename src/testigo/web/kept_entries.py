"""Double entries under way, kept in a file: whoever starts the program again goes on where the two persons were.

The file holds what each person entered, so it is for its owner alone; nothing of it is shown before both are done.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from testigo import storage
from testigo.stored import StoredFormat
from testigo.web.double_entry import DoubleEntry, Entered, EntryGroup, EntryRow


class KeptEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one person entered."""

    person: str
    figures: dict[str, int]


class KeptForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One form's entries, in order. `third`: who decided where they differ."""

    entries: tuple[KeptEntry, ...] = ()
    third: KeptEntry | None = None


class KeptForms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All forms under way, by name."""

    forms: dict[str, KeptForm] = {}


ENTRIES_FORMAT = StoredFormat("entries.json", KeptForms)


class KeptEntries:
    """The double entries in one file; None: of this process alone."""

    def __init__(self, file: Path | None = None) -> None:
        """Raises `InvalidInput` where the file is none of these, `StorageError`."""
        self._file = file
        self._forms = ENTRIES_FORMAT.read(file).forms if file is not None and file.exists() else {}

    def get(self, name: str, groups: Sequence[EntryGroup]) -> DoubleEntry:
        """The entries of the form of that name. Those of a form with other figures are not taken up, nor a third
        person's decision of what does not differ."""
        entry = DoubleEntry(tuple(groups))
        kept = self._forms.get(name, KeptForm())
        if len(kept.entries) <= 2 and all(_fits(one, entry.rows) for one in kept.entries):
            entry.entries = [Entered(one.person, one.figures) for one in kept.entries]
            if kept.third is not None and entry.step == "third" and _fits(kept.third, entry.differing):
                entry.third = Entered(kept.third.person, kept.third.figures)
        return entry

    def has_begun(self, name: str) -> bool:
        """Whether anything was entered into that form."""
        return name in self._forms

    def put(self, name: str, entry: DoubleEntry) -> None:
        """Keep a form's entries; raises `StorageError`, and then nothing is changed."""
        made = KeptForm(tuple(map(_kept, entry.entries)), _kept(entry.third) if entry.third else None)
        self._keep({**self._forms, name: made})

    def drop(self, name: str) -> None:
        """Forget a form: it is signed, or begins again."""
        self._keep({one: form for one, form in self._forms.items() if one != name})

    def _keep(self, forms: dict[str, KeptForm]) -> None:
        if self._file is not None:
            storage.make_folder(self._file.parent)
            ENTRIES_FORMAT.write(self._file, KeptForms(forms), mode=0o600)
        self._forms = forms


def _kept(entered: Entered) -> KeptEntry:
    return KeptEntry(entered.person, dict(entered.figures))


def _fits(one: KeptEntry, rows: Sequence[EntryRow]) -> bool:
    """Whether all figures that are required are there, and no other than these rows have."""
    return {row.field for row in rows if row.required} <= set(one.figures) <= {row.field for row in rows}
