"""The mark of a sample on every page of a machine in a training (`election.training`)."""

from testigo.election import Definition, is_training
from testigo.web.sample import SampleMark


def training_mark(definition: Definition) -> SampleMark | None:
    """What marks the pages of this election: nothing, unless it is a training."""
    return SampleMark.of(definition.languages) if is_training(definition) else None
