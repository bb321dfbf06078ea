"""How a language writes numbers, lists, days and times (Unicode CLDR, by Babel). Times people read are local."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from testigo.words.catalogues import FIRST

_FROM_FIVE_DIGITS = frozenset({"es"})
"""Languages that keep thousands apart from five digits on (CLDR, minimumGroupingDigits)."""


_LARGEST = 10**15
"""No figure of an election is larger; Babel has 28 digits."""


def locale_of(language: str) -> Locale:
    """How a language writes; as Spanish does where that is not known."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FIRST)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Whether a language is written from left to right or from right to left; the first where that is not known."""
    try:
        return "rtl" if Locale.parse(language, sep="-").text_direction == "rtl" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


def number(value: int | float, language: str) -> str:
    """`1,234.5`, `1.234,5`: at most three decimals. What is far too large stands as Python writes it."""
    if abs(value) > _LARGEST:
        return str(value)
    apart = language not in _FROM_FIVE_DIGITS or abs(value) >= 10_000
    return format_decimal(value, locale=locale_of(language), group_separator=apart)


def percent(share: float, language: str, decimals: int = 2) -> str:
    """A share of one as a percentage."""
    pattern = f"#,##0.{'0' * decimals}\u202f%" if decimals else "#,##0\u202f%"
    return format_percent(share, pattern, locale=locale_of(language))


def listed(parts: Sequence[str], language: str, *, either: bool = False) -> str:
    """`A, B and C`; `A, B or C` where `either` of them is meant."""
    return format_list(list(parts), style="or" if either else "standard", locale=locale_of(language))


def day(value: date | str, language: str) -> str:
    """A day in words; text is `YYYY-MM-DD`."""
    return format_date(
        date.fromisoformat(value) if isinstance(value, str) else value, "long", locale=locale_of(language)
    )


def written(language: str) -> tuple[str, ...]:
    """A day and an instant of each month, numbers and lists: every character that these functions bring to a text."""
    months = [date(2027, month, 28) for month in range(1, 13)]
    instants = [instant(f"2027-{month:02}-28T12:34:56Z", language) for month in range(1, 13)]
    figures = [number(-1234567.891, language), percent(-0.5, language), percent(0.25, language, 0)]
    lists = [listed(["1", "2", "3", "4"], language, either=either) for either in (True, False)]
    return (*(day(month, language) for month in months), *instants, *figures, *lists, listed(["1", "2"], language))


def zone(value: datetime | str) -> str:
    """The zone of this machine's clock at that instant, as `UTC−04:00`; "" for any other text."""
    at = _local(value)
    if at is None:
        return ""
    offset = at.strftime("%z")
    return f"UTC{offset[:3].replace('-', '−')}:{offset[3:5]}"


def instant(value: datetime | str, language: str) -> str:
    """Day, hours and minutes on this machine's clock, with the zone. Text that is no `YYYY-MM-DDTHH:MM:SSZ` stays."""
    at = _local(value)
    if at is None:
        return str(value)
    return f"{format_datetime(at, 'd MMM y, HH:mm', tzinfo=at.tzinfo, locale=locale_of(language))} ({zone(at)})"


def clock(value: datetime | str) -> str:
    """Hours and minutes on this machine's clock, for a page that names the zone once; other text as it is."""
    at = _local(value)
    return str(value) if at is None else at.strftime("%H:%M")


def _local(value: datetime | str) -> datetime | None:
    try:
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone()
    except (ValueError, OverflowError):  # the latter: a year that this clock does not come to
        return None
