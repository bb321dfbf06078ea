"""What tells a training from an election: the end of the definition's id, which no election may have.

A training has machines, keys and a definition like an election's, and must never pass for one. Its definition says so
in the id and in every title (`training.plan`), so it does on whatever it signs. `check` refuses the id: no centre
begins such an election, and a record of one never verifies. By the same id the machines mark all their pages and
papers (`paper.sample`), whoever starts them, and the check-in takes a finger's result from a button.
"""

from typing import Final

from testigo.election.definition import Definition, DefinitionCore

TRAINING_ENDING: Final = "-training"


def is_training(definition: Definition | DefinitionCore) -> bool:
    """Whether this is the definition of a training."""
    return definition.id.endswith(TRAINING_ENDING)
