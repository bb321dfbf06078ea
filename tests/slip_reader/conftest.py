"""The village's election, slips of it, and damaged paper (tests/support/village.py)."""

from village import make_slip, municipality, paper_damage, paper_marks, print_of, republic, village

__all__ = ["make_slip", "municipality", "paper_damage", "paper_marks", "print_of", "republic", "village"]
