"""Enrolling: a voter's fingers are kept once they were searched against everybody's, and set aside again."""

import threading
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, update

from testigo.canonical import utc_now
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import FingerImage
from testigo.register import changes, duplicates, enrolment, erasure
from testigo.register import exceptions as finger_exceptions
from testigo.register.enrolment import ExtractedPrint
from testigo.register.gallery import PersonGallery
from testigo.register.tables import changing, enrolments, reading
from testigo.register.values import Enrolment, FingerException
from testigo.register.vault import RegisterKey
from testigo.register.voter_rows import named, present, voter_row


class Enroller:
    """Enrols into one register. `gallery`: all fingers that were enrolled when it was last asked."""

    def __init__(self, engine: Engine, key: RegisterKey) -> None:
        self._engine = engine
        self._key = key
        self.gallery = PersonGallery()
        self._erased = 0  # the last erasure that the gallery knows of
        self._searching = threading.Lock()

    def enrol(
        self,
        document: str,
        given: Sequence[tuple[str, FingerImage]],
        officer: str,
        accept_because: str,
        exceptions: Sequence[FingerException],
    ) -> Enrolment:
        """Search the fingers and keep them. See `Register.enrol`."""
        officer = named(officer)
        with reading(self._engine) as connection:
            _not_enrolled(connection, present(connection, document))
        finger_exceptions.check(exceptions, [finger for finger, _ in given])
        taken = enrolment.take(given) if given or not exceptions else []
        qualities = enrolment.judge(taken)
        reason = accept_because.strip()
        if not reason and not all(quality.good_enough for quality in qualities):
            raise enrolment.PoorFingers(qualities)
        with self._searching:
            kept_for, opened = self._search_and_keep(document, taken, officer, reason, exceptions)
        return Enrolment(kept_for, qualities, len(taken), opened)

    def _search_and_keep(
        self,
        document: str,
        taken: Sequence[ExtractedPrint],
        officer: str,
        reason: str,
        exceptions: Sequence[FingerException],
    ) -> tuple[str, tuple[int, ...]]:
        """The voter's document number and the cases opened.

        The long search runs before the register's turn is taken; under it, only who came meanwhile is searched.
        """
        probes = [one.impression for one in taken]  # none where all fingers are exceptions: nobody is found then
        with reading(self._engine) as connection:
            self._refresh(connection)
        gallery, searched = self.gallery, len(self.gallery)
        found = gallery.search(probes)
        with changing(self._engine) as connection:
            row = present(connection, document)
            _not_enrolled(connection, row)
            self._refresh(connection)
            if self.gallery is gallery:
                found += gallery.search(probes, after=searched)
            else:  # somebody's fingers were erased meanwhile, and the numbers are others
                found = self.gallery.search(probes)
            kept = enrolment.keep(connection, row.id, row.document, taken, officer, reason, self._key)
            finger_exceptions.keep(connection, kept, exceptions)
            return row.document, duplicates.open_cases(connection, kept, found)

    def withdraw(self, document: str, officer: str, reason: str) -> None:
        """Set an enrolment aside. See `Register.withdraw`."""
        officer = named(officer)
        if not reason.strip():
            raise InvalidInput("enrolment.no-reason")
        with changing(self._engine) as connection:
            row = voter_row(connection, document)
            current = enrolment.holding_enrolment(connection, row.id)
            if current is None:
                raise InvalidInput("document.not-enrolled", document=row.document)
            case_id = duplicates.blocking_case(connection, current)
            if case_id is not None:
                raise IllegalStep("enrolment.part-of-case", document=row.document, case=str(case_id))
            values = {"withdrawn_at": utc_now(), "withdrawn_by": officer, "withdrawn_because": reason.strip()}
            connection.execute(update(enrolments).where(enrolments.c.id == current).values(values))

    def _refresh(self, connection: Connection) -> None:
        erased = erasure.newest(connection)
        if erased != self._erased:
            self.gallery, self._erased = PersonGallery(), erased
        for enrolled, taken in enrolment.enrolled_after(connection, self.gallery.newest, self._key):
            self.gallery.add(enrolled, taken)


def _not_enrolled(connection: Connection, row: changes.VoterRow) -> None:
    if enrolment.holding_enrolment(connection, row.id) is not None:
        raise IllegalStep("document.enrolled-already", document=row.document)
