"""The command that makes a proof (tests/support)."""

from called_commands import call

__all__ = ["call"]
