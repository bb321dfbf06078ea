"""The village's election, slips of it, and damaged paper (tests/support/village.py)."""

import pytest

from testigo.election import Definition
from testigo.slip_reader import SlipReader
from village import make_slip, municipality, paper_damage, paper_marks, paper_strokes, print_of, republic, village

__all__ = [
    "make_slip",
    "municipality",
    "paper_damage",
    "paper_marks",
    "paper_strokes",
    "print_of",
    "republic",
    "village",
]


@pytest.fixture(scope="module")
def reader(village: Definition) -> SlipReader:
    """Of the village's slips."""
    return SlipReader(village)
