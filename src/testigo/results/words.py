"""What the results page says in one language: the sentences of the catalogue `results`, what counters are called, and
in words what a machine wrote into a signed reason.
"""

from testigo.ballot import reasons
from testigo.count.anomalies import Anomaly
from testigo.words import Value, message
from testigo.words import percent as spelled_share


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
    return one.message.text(language)


def reason(language: str, written: str) -> str:
    """The reason of a difference: what a person wrote as it is, what the station added in words."""
    return reasons.in_words(written, language) or say(language, "no_reason")
