"""A whole station (tests/support/whole_station.py)."""

from whole_station import installed, make_place, place, register, root

__all__ = ["installed", "make_place", "place", "register", "root"]
