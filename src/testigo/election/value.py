"""The base of everything that a definition holds."""

from testigo import canonical

Text = dict[str, str]


class Value(canonical.SignedValue, frozen=True, rename="kebab"):
    """Base of everything in the definition: immutable, strict, spelled with hyphens in files."""
