"""Voting on paper where machines cannot go on: all that is printed for it, made from the definition.

`ballots` sets a paper ballot of each ballot style, in every language of the election; `forms` what a station fills in:
the steps, the tally form of a count by hand, the minutes that chair and witnesses sign. The poll book and the
signature list are the register's (`register.voter_list`). `kit` is all of it for one station.
"""

from testigo.paper_mode.ballots import paper_ballot
from testigo.paper_mode.forms import blank_minutes, filled_minutes, paper_tally_form
from testigo.paper_mode.kit import paper_kit

__all__ = ["blank_minutes", "filled_minutes", "paper_ballot", "paper_kit", "paper_tally_form"]
