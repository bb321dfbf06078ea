"""The command that makes a proof (tests/support)."""

from called_commands import call, run

__all__ = ["call", "run"]
