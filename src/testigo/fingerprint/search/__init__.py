"""Searching many templates: a gallery in memory or in files, and its three stages."""
