"""The mark of a sample on whatever a station prints in a training (`election.training`). Paper votes have their own."""

from testigo.election import Definition, is_training
from testigo.paper.stamped import stamped


def marked(pdf: bytes, definition: Definition) -> bytes:
    """The document, each of its pages marked where the election is a training."""
    return stamped(pdf, definition.languages, definition.fonts) if is_training(definition) else pdf
