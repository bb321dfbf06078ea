"""A small country with three stations, its centre, and what its machines and its auditor sign."""

from in_chromium import chromium
from small_country import auditor, centre, definition_file, machines, sheet_of

__all__ = ["auditor", "centre", "chromium", "definition_file", "machines", "sheet_of"]
