"""Testigo: the open election system whose result anyone can check.

One room per idea, each importing only rooms below it (`docs/architecture.md` draws the house):

- `cli`, `rehearsal`, `witness`, `screens`: what people touch;
- `station`, `audit`, `count`: voting day, its checks, its result;
- `register`, `ballot`, `record`: who may vote, one voter's choices, the public record;
- `election`, `fingerprint`: what is voted on, and how a finger is recognised;
- `errors`, `canonical`, `keys`, `storage`: the ground.
"""

__version__ = "0.2.0.dev0"
