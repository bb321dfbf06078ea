"""A small definition with everything in it, and files made from it (tests/support/small_definition.py)."""

from small_definition import base, written

__all__ = ["base", "written"]
