"""The reason of a difference as a tally sheet carries it: what a person wrote, and what the station added of itself.

The parts are joined with `; `. Those that the station adds are fixed English, because they are signed (`void-session: 1
voter-ill, 2 other`; `reasons.CHECK_IN_LOST` and the chair's words); whoever shows them says them in its own language.
"""

import re
from collections.abc import Mapping

from testigo.ballot.reasons import CHECK_IN_LOST
from testigo.words import listed, message

_VOIDED = re.compile(r"void-session: ([0-9]{1,6} [a-z-]+(?:, [0-9]{1,6} [a-z-]+)*)")


def voided_sessions(voided: Mapping[str, int]) -> str:
    """The part that says which sessions were voided: how many for which of `reasons.VOID_REASONS`."""
    return f"void-session: {', '.join(f'{count} {reason}' for reason, count in voided.items())}"


def reason_in_words(written: str, language: str) -> str:
    """The whole reason: what a person wrote as it is, what the station added in that language. "" if there is none."""
    return "; ".join(_part(part, language) for part in written.split("; "))


def _part(part: str, language: str) -> str:
    if part.startswith(CHECK_IN_LOST):
        return message("tally_sheet", "check-in-lost", why=part.removeprefix(CHECK_IN_LOST)).text(language)
    voided = _VOIDED.fullmatch(part)
    if voided is None:
        return part
    counts = (one.split() for one in voided.group(1).split(", "))
    named = [f"{count} ({_name(reason, language)})" for count, reason in counts]
    return message("tally_sheet", "voided-sessions", reasons=listed(named, language)).text(language)


def _name(reason: str, language: str) -> str:
    named = message("counters", f"voided.{reason}")
    return named.text(language) if named.known else reason
