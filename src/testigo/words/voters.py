"""Which sentences a voter meets: at the booth, on the voting card, on the paper vote and on the station's tally sheet.

A language that has all of these is a *language of voters*: an election may name it, and the booth, the paper vote, the
voting cards, the zero report and the tally sheet speak it. A language that has every sentence is a *language of
officers* too: pages of officers, the results page, and errors and findings on the command line speak only these. No
page mixes: what cannot be said in the voter's language is said, the whole page, in a language of officers.
"""

from collections.abc import Mapping
from typing import Final

_ROLES_ON_SHEETS = ("booth.role", "chair.role", "check-in.role")

_ERRORS = (
    "booth.in-use", "booth.not-open", "card.", "disk.", "field.not-once", "form.of-another-visit",
    "machine.internal-error", "page.other-method", "page.unknown", "paper-votes.spoiled-to-limit", "printer.",
    "request.", "screen.", "vote.at-another-step", "vote.none-under-way",
)  # fmt: skip
"""What the booth's pages may say went wrong; anything else needs an officer, and is said in a language of officers."""

_HEADINGS = (
    "error.go-on", "error.any", "error.NotAllowed", "error.IllegalStep", "error.InvalidInput", "error.InvalidSignature",
    "error.StorageError", "error.PrinterError", "error.http-", "error.defect", "error.booth.",
)  # fmt: skip
"""What stands above such an error, and what it advises."""

_BEGINNINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "slip": ("",),
    "cards": ("",),
    "counters": ("",),
    "tally_sheet": ("",),
    "screens": ("booth.", *_HEADINGS, "language.name", "look.", "spoil.", *_ROLES_ON_SHEETS),
    "error": _ERRORS,
    "hint": (*_ERRORS, "call-the-", "go-on-from-the-screen", "go-to-that-booth"),
    "term": ("figure-of", "joined.", "machine-numbered", "machine-state.", "printer-reason.", "substitute"),
    "results": ("booth_lost", "check_in_lost", "voided_sessions"),
}
"""How the keys of these sentences begin, by section."""

WHOLE: Final = frozenset(section for section, beginnings in _BEGINNINGS.items() if beginnings == ("",))
"""The sections that voters meet as a whole."""


def is_for_voters(section: str, key: str) -> bool:
    """Whether a language of voters must have this sentence."""
    return key.startswith(_BEGINNINGS.get(section, ()))
