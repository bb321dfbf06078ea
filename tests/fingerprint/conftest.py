"""Impressions and templates that several tests of this room use, made once a run."""

import pytest

from testigo.fingerprint import Extractor, Template, synthetic

FINGERS, IMPRESSIONS = 6, 3


@pytest.fixture(scope="session")
def synthetic_templates() -> dict[tuple[int, int], Template]:
    """(seed, impression) → template, of 6 synthetic fingers with 3 impressions each."""
    keys = [(seed, n) for seed in range(FINGERS) for n in range(IMPRESSIONS)]
    templates = Extractor().extract_many([synthetic.generate(seed, n) for seed, n in keys])
    return dict(zip(keys, templates, strict=True))
