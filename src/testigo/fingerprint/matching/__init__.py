"""Comparing templates: the descriptor of a minutia, prepared templates, the matcher and the meaning of its score."""
