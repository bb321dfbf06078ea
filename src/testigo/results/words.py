"""What the results page says in one language: the sentences of the catalogue `results`, what counters are called, and
in words what a machine wrote into a signed reason.
"""

import re

from testigo.ballot.reasons import CHECK_IN_LOST
from testigo.count.anomalies import Anomaly
from testigo.words import Value, counter_words, listed, message
from testigo.words import percent as spelled_share

_VOIDED = re.compile(r"void-session: ([0-9]{1,6} [a-z-]+(?:, [0-9]{1,6} [a-z-]+)*)")
"""How a station gives the reason of a difference that ended sessions explain: `void-session: 1 voter-ill, 2 other`."""


def say(language: str, key: str, **values: Value) -> str:
    """A sentence of the page, or what a counter is called; numbers and lists are spelled in the language's way.

    Raises `KeyError` for a key that neither has.
    """
    for section in ("results", "counters"):
        sentence = message(section, key, **values)
        if sentence.known:
            return sentence.text(language)
    raise KeyError(key)


def percent(language: str, value: str) -> str:
    """A decimal string of two decimals as a percentage."""
    return spelled_share(float(value) / 100, language)


def anomaly(language: str, one: Anomaly) -> str:
    """What is odd, in a sentence."""
    return say(language, f"anomaly_{one.kind}", found=one.found, allowed=one.allowed, detail=one.detail)


def reason(language: str, written: str) -> str:
    """The reason of a difference: what a person wrote as it is, what the station added in words."""
    return "; ".join(_part(language, part) for part in written.split("; ")) or say(language, "no_reason")


def _part(language: str, part: str) -> str:
    if part.startswith(CHECK_IN_LOST):
        return say(language, "check_in_lost", why=part.removeprefix(CHECK_IN_LOST))
    voided = _VOIDED.fullmatch(part)
    if voided is None:
        return part
    names = counter_words(language)
    counts = (one.split() for one in voided.group(1).split(", "))
    return say(
        language,
        "voided_sessions",
        reasons=listed([f"{count} ({names.get(f'voided.{why}', why)})" for count, why in counts], language),
    )
