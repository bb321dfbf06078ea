"""Counts in the English of the evaluation's reports and pictures, which are for engineers and not translated."""


def how_many(number: int, noun: str, plural: str = "") -> str:
    """`1 pair`, `2,500 pairs`; `plural`: of nouns that do not end in s then, such as `minutiae`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"
