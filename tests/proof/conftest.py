"""The command that makes a proof (tests/support)."""

from election_command import call

__all__ = ["call"]
