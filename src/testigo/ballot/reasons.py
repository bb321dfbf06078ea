"""Every reason a person may give, as ids. Screens translate them; logs, counters and tally sheets carry the ids."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from testigo.errors import InvalidInput
from testigo.words import Either, Message, in_clauses, message, value_text

NOT_ENROLLED: Final = "not-enrolled"

RELEASE_REASONS: Final = (
    NOT_ENROLLED, "worn-finger", "injured-hand", "missing-hand", "reader-failure", "disability", "other",
)  # fmt: skip
"""Why the chair let a voter through whose finger did not match. The first is what the poll book says of the voter: it
is the only reason for those of whom no finger was ever taken, and none for all others."""

ReleaseKind = Literal["not-enrolled", "finger", "reader"]

RELEASE_KINDS: Final[tuple[ReleaseKind, ...]] = ("not-enrolled", "finger", "reader")

_KIND_OF_RELEASE: Final[dict[str, ReleaseKind]] = {NOT_ENROLLED: "not-enrolled", "reader-failure": "reader"}


def release_kind(reason: str) -> ReleaseKind:
    """What a release is counted with, each kind apart: never enrolled; the reader failed; anything about the finger."""
    return _KIND_OF_RELEASE.get(reason, "finger")


RELEASES_WITHOUT_A_TRY: Final = ("injured-hand", "missing-hand", "reader-failure", "disability")
"""Those that say why no finger could even be tried."""

REFUSAL_REASONS: Final = (
    "not-on-register", "other-station", "barred", "already-voted", "impostor", "no-match", "left",
)  # fmt: skip
"""Why a visitor did not get a card. The first four are found by the machine, the last three are said by a person."""

CLERK_REFUSAL_REASONS: Final = ("impostor", "no-match", "left")

UNDO_REASONS: Final = ("wrong-person", "voter-left", "other")
"""Why a check-in was taken back before a card was handed over."""

SPOIL_REASONS: Final = ("misprint", "mistake", "changed-mind", "power-cut", "voided")
"""Why a printed vote was not deposited. The last two are given by the booth itself."""

VOTER_SPOIL_REASONS: Final = ("misprint", "mistake", "changed-mind")

MISPRINT: Final = "misprint"
"""The machine's doing, not the voter's: like what the booth says itself, it never uses up the voter's limit."""

EXTRA_PRINT_REASONS: Final = ("printer", "help", "other")
"""Why the chair and one more person let a voter print once more than the limit."""

VOID_REASONS: Final = ("voter-left", "voter-ill", "booth-failure", "other")
"""Why the chair ended a session without a vote."""

PAUSE_REASONS: Final = ("printer", "booth-failure", "check-in-failure", "power", "disturbance", "other")
"""Why voting was interrupted."""

REHEARSAL: Final = "rehearsal"

OPENING_REASONS: Final = (
    REHEARSAL, "order", "machines-late", "people-late", "disturbance", "clock", "other",
)  # fmt: skip
"""Why a station was opened on another day, before the hours of voting or after them."""

CLOSING_REASONS: Final = (REHEARSAL, "order", "all-voted", "failure", "disturbance", "clock", "other")
"""Why a station was closed before the hours of voting ended."""

HoursAct = Literal["opened_outside", "closed_early"]
"""What needs a reason, by the tally sheet's field that holds it."""

HOURS_REASONS: Final[dict[HoursAct, tuple[str, ...]]] = {
    "opened_outside": OPENING_REASONS,
    "closed_early": CLOSING_REASONS,
}

CHECK_IN_LOST: Final = "check-in lost: "
"""How the reason begins where a check-in lost its disk and signed nothing; the chair's own words follow."""

BOOTH_LOST: Final = "booth lost: "
"""How the reason begins where a booth of several never answered again, and its box could not be opened."""

_VOIDED = re.compile(r"void-session: ([0-9]{1,6} [a-z-]+(?:, [0-9]{1,6} [a-z-]+)*)")
"""How a station gives the reason of a difference that ended sessions explain: `void-session: 1 voter-ill, 2 other`."""


LONGEST_WRITTEN: Final = 200
"""Characters of a reason in somebody's own words."""

LONGEST_REASON: Final = 500
"""Characters of a difference's reason on a tally sheet: what a person wrote, and what the station adds of its
machines."""


def check_reason(reason: str, act: str, allowed: tuple[str, ...], *, section: str = "screens") -> str:
    """The reason itself; raises `InvalidInput` if it is not in the list. `act`: of what it is the reason, as the words
    of that section begin (`void.voter-left`)."""
    if reason not in allowed:
        known = Either(message(section, f"{act}.{one}") for one in allowed)
        raise InvalidInput("reason.not-on-list", reason=reason[:LONGEST_WRITTEN], allowed=known)
    return reason


def parts(written: str) -> list[Message | str]:
    """The reason of a difference in its parts: what a person wrote as it is, what the station added as a message."""
    return [_part(one) for one in written.split("; ") if one]


def in_words(written: str, language: str) -> str:
    """The whole reason in that language, as a page says it; "" where nobody gave one."""
    return in_clauses((value_text(part, language) for part in parts(written)), language)


def voided_sessions(voided: Mapping[str, int]) -> str:
    """What the station adds where ended sessions explain a difference: how many for which of `VOID_REASONS`."""
    return f"void-session: {', '.join(f'{count} {reason}' for reason, count in voided.items())}"


def of_hours(act: HoursAct, reason: str) -> Message | str:
    """Why a station was opened outside the hours, or closed before their end; as it is where it is not on the list."""
    return message("counters", f"{act}.{reason}") if reason in HOURS_REASONS[act] else reason


def _part(written: str) -> Message | str:
    if written.startswith(CHECK_IN_LOST):
        return message("results", "check_in_lost", why=written.removeprefix(CHECK_IN_LOST))
    if written.startswith(BOOTH_LOST):
        return message("results", "booth_lost", why=written.removeprefix(BOOTH_LOST))
    voided = _VOIDED.fullmatch(written)
    if voided is None:
        return written
    counts = (one.split() for one in voided.group(1).split(", "))
    said = [message("term", "figure-of", figure=int(count), what=_why_voided(why)) for count, why in counts]
    return message("results", "voided_sessions", reasons=said)


def _why_voided(reason: str) -> Message | str:
    return message("counters", f"voided.{reason}") if reason in VOID_REASONS else reason
