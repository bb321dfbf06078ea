"""Bodies of what the authority says about stations whose sheets are in, or will never come.

Nothing is taken out of a record. A station is annulled, and a tally sheet corrected, by a further statement that names
the earlier one by its digest; both stay readable, with the reason in words.
"""

from typing import Literal

from testigo.ballot import Tally
from testigo.canonical import SignedValue

AnnulmentCause = Literal["destroyed", "not-opened", "ruling", "lifted"]


class Annulment(SignedValue, frozen=True):
    """Body of an `annulment` statement, signed by the root: nothing of this station is counted, and nothing waits for
    it.

    `names`: digest of the statement that is counted until now (tally sheet, or manual tally of the whole station), ""
    where there is none; where the cause is `lifted`, that of the annulment which is taken back. `reason`: in words,
    such as the decision of a court.
    """

    station: str
    cause: AnnulmentCause
    names: str
    reason: str


class Correction(SignedValue, frozen=True):
    """Body of a `correction` statement, signed by the root: the votes of a station as they are counted from now on.

    `names`: digest of its tally sheet, or of the correction before this one. `tally`: all figures of all its contests,
    such as a recount of the paper gave; the counters of the tally sheet stay as they are.
    """

    station: str
    names: str
    reason: str
    tally: Tally


class ManualTallyAccepted(SignedValue, frozen=True):
    """Body of a `manual-tally-accepted` statement, signed by the centre: what the chair signed of a count on paper is
    counted. `names`: digest of the `manual-tally`.
    """

    station: str
    names: str
