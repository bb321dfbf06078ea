"""A whole station (tests/support/whole_station.py)."""

from whole_station import finished, installed, make_place, place, register, root, tested

__all__ = ["finished", "installed", "make_place", "place", "register", "root", "tested"]
