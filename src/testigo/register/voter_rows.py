"""The row of one voter, found by the document number as people write it, and the name of the officer who asks."""

from sqlalchemy import Connection, select

from testigo.errors import IllegalStep, InvalidInput
from testigo.register import changes
from testigo.register.document import normalise_document, normalise_name
from testigo.register.tables import voters


def voter_row(connection: Connection, document: str) -> changes.VoterRow:
    """The voter's row, of one who was removed, too; raises `InvalidInput`."""
    number = normalise_document(document)
    row = connection.execute(select(voters).where(voters.c.document == number)).one_or_none()
    if row is None:
        now = changes.corrected_to(connection, number)
        if now is not None:
            raise InvalidInput("document.corrected", document=number, now=now)
        raise InvalidInput("document.not-in-register", document=number)
    return row


def present(connection: Connection, document: str) -> changes.VoterRow:
    """The row of a voter who was not removed; raises `IllegalStep`."""
    row = voter_row(connection, document)
    if row.removed:
        raise IllegalStep("document.removed", document=row.document)
    return row


def named(officer: str) -> str:
    """The officer's name, spelt one way; raises `InvalidInput` where there is none."""
    try:
        return normalise_name(officer)
    except InvalidInput:
        raise InvalidInput("officer.not-named") from None
