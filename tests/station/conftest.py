"""A whole station (tests/support/whole_station.py)."""

from whole_station import finished, installed, make_place, place, register, root

__all__ = ["finished", "installed", "make_place", "place", "register", "root"]
