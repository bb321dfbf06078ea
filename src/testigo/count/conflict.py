"""What contradicts a record."""

from testigo.errors import TestigoError


class Conflict(TestigoError):
    """Validly signed, but it contradicts what the record already holds; both are evidence."""
