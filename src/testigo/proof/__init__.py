"""The proof of an election: everything that voters and stations will see, as one PDF that parties sign before the root
key signs the definition.

| module | what it holds |
|---|---|
| `booth_pages` | a voter who looks at every page of the real booth, with nothing behind it |
| `chromium` | photographs of pages |
| `pictures` | which pages are photographed, each once |
| `papers` | samples of paper votes, zero report and tally sheet |
| `poster` | the poster of a station |
| `document` | all of it in one document (`proof.typ`) |

The preview in a browser is `screens.preview`; the mark of a sample, which training reuses, is `paper.sample`.
"""

from testigo.proof.chromium import find_chromium
from testigo.proof.document import Proof, Selection, make_proof
from testigo.proof.pictures import photograph_booth

__all__ = ["Proof", "Selection", "find_chromium", "make_proof", "photograph_booth"]
