"""Every reason a person may give, as ids. Screens translate them; logs, counters and tally sheets carry the ids."""

from typing import Final

from testigo.errors import InvalidInput
from testigo.words import Either

RELEASE_REASONS: Final = ("worn-finger", "injured-hand", "missing-hand", "reader-failure", "disability", "other")
"""Why the chair let a voter through whose finger did not match."""

RELEASES_WITHOUT_A_TRY: Final = ("injured-hand", "missing-hand", "reader-failure", "disability")
"""Those that say why no finger could even be tried."""

REFUSAL_REASONS: Final = (
    "not-on-register", "other-station", "barred", "already-voted", "impostor", "no-match", "left",
)  # fmt: skip
"""Why a visitor did not get a card. The first four are found by the machine, the last three are said by a person."""

CLERK_REFUSAL_REASONS: Final = ("impostor", "no-match", "left")

SPOIL_REASONS: Final = ("misprint", "mistake", "changed-mind", "power-cut", "voided")
"""Why a printed vote was not deposited. The last two are given by the booth itself and never use up the voter's
limit."""

VOTER_SPOIL_REASONS: Final = ("misprint", "mistake", "changed-mind")

VOID_REASONS: Final = ("voter-left", "voter-ill", "booth-failure", "other")
"""Why the chair ended a session without a vote."""

PAUSE_REASONS: Final = ("printer", "booth-failure", "check-in-failure", "power", "disturbance", "other")
"""Why voting was interrupted."""

CHECK_IN_LOST: Final = "check-in lost: "
"""How the reason begins where a check-in lost its disk and signed nothing; the chair's own words follow."""


LONGEST_WRITTEN: Final = 200
"""Characters of a reason in somebody's own words."""

LONGEST_REASON: Final = 500
"""Characters of a difference's reason on a tally sheet: what a person wrote, and what the station adds of its
machines."""


def check_reason(reason: str, allowed: tuple[str, ...]) -> str:
    """The reason itself; raises `InvalidInput` if it is not in the list."""
    if reason not in allowed:
        raise InvalidInput("reason.not-on-list", reason=reason[:LONGEST_WRITTEN], allowed=Either(allowed))
    return reason
