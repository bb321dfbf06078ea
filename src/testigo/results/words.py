"""The results page's words and figures in one language: the catalogue `results`, and what counters are called."""

from typing import Any

from testigo.count.anomalies import Anomaly
from testigo.errors import InvalidInput
from testigo.words import counter_words, languages, section

NARROW_SPACE = "\u202f"


class Words:
    """One language's catalogue. Raises `InvalidInput` for a language without one."""

    def __init__(self, language: str) -> None:
        if language not in languages():
            known = ", ".join(languages())
            raise InvalidInput(f"the results page has no words in {language!r}", hint=f"use one of {known}")
        self.language = language
        self._catalogue = {**counter_words(language), **section(language, "results")}

    def say(self, key: str, **values: Any) -> str:
        """A text of the catalogue with whole numbers spelled in the language's way."""
        spelled = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return self._catalogue[key].format(**spelled)

    def number(self, value: int) -> str:
        """A whole number with thousands kept apart, from five digits on."""
        if abs(value) < 10_000:
            return str(value)
        return f"{value:,}".replace(",", self._catalogue["thousands"])

    def percent(self, value: str) -> str:
        """A decimal string as a percentage."""
        return value.replace(".", self._catalogue["decimal"]) + NARROW_SPACE + "%"

    def date(self, iso: str) -> str:
        """A day `YYYY-MM-DD` in words."""
        year, month, day = iso.split("-")
        return self.say("date", day=int(day), month=self._catalogue["months"].split()[int(month) - 1], year=int(year))

    def anomaly(self, anomaly: Anomaly) -> str:
        """What is odd, in a sentence."""
        return anomaly.said.text(self.language)
