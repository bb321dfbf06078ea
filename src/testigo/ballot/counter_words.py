"""What counters are called, for screens, paper and results page alike: one catalogue per language in `words/`.

A key is a counter's name (`matched`), a sum's (`checked_in`), or a counter and a reason (`refused.impostor`).
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_FALLBACK = "en"


@cache
def counter_words(language: str) -> Mapping[str, str]:
    """One language's words; English where there is no catalogue."""
    folder = resources.files("testigo.ballot") / "words"
    files = {code: folder / f"{code}.json" for code in (language, _FALLBACK)}
    file = files[language] if files[language].is_file() else files[_FALLBACK]
    return MappingProxyType(json.loads(file.read_text("utf-8")))
