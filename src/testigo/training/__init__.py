"""A practice station: the real pages and the real day, with other keys and voters who are made up.

`plan` makes a training's definition out of an election's; `people` makes its voters and staff; `make_training`
(`set_up`) installs its three machines with keys that nobody keeps; `TrainingMachines` (`machines`) runs them, each a
process of its own; `count_papers` (`papers`) counts what was printed, with the training's own reader. That all of it is
marked, and that nothing of it passes for an election, follows from the definition (`election.training`), not from this
room. `kept` is what lets it go on after an interruption (`open_training`).
"""

from testigo.training.papers import PaperCount, count_papers
from testigo.training.plan import read_election, training_of
from testigo.training.set_up import Training, clear, make_training, open_training

__all__ = [
    "PaperCount", "Training", "clear", "count_papers", "make_training", "open_training", "read_election", "training_of",
]  # fmt: skip
