"""Whether the visitor at a check-in desk gets a card: the finger, the release by one person or two, the refusal, and
the card itself. What takes two persons: `release_rule`."""

from typing import Any

from msgspec.structs import replace

from testigo.ballot import CheckInCounters, reasons
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.election import is_training
from testigo.errors import IllegalStep
from testigo.fingerprint import FingerImage
from testigo.staff.accounts import PRESIDING, Account
from testigo.station.check_in import release_rule
from testigo.station.check_in.finger_check import FingerCheck
from testigo.station.check_in.under_way import VisitedDesk
from testigo.station.check_in.visit import RefusedVoter, Visit
from testigo.station.machine.allowance import Allowance
from testigo.station.machine.folder import exclusive


class AdmissionDesk(VisitedDesk):
    """A check-in desk as it admits the visitor, or does not."""

    _fingers: FingerCheck
    _allowance: Allowance

    @property
    def release_cap(self) -> int:
        """From how many releases of one kind on it takes two persons (`Definition.release_cap`)."""
        return self._desks.part_of(self.definition.release_cap(self.station_id))

    @property
    def allowed_releases(self) -> int:
        """How many releases beyond it the authority has allowed the chair alone."""
        return self._allowance.more

    @exclusive
    def take_allowance(self, data: bytes) -> ReleaseAllowance:
        """Take in what the authority allows this station's chair, at any time; raises what `Allowance.take` raises."""
        return self._allowance.take(data)

    def releasers(self) -> tuple[Account, ...]:
        """Who may release a voter: the chair and deputies."""
        return self.staff.accounts(PRESIDING)

    @exclusive
    def counters(self) -> CheckInCounters:
        """The check-in's counters."""
        return self._day.now.counters(self.registered, self.release_cap, self.without_finger)

    @exclusive
    def try_finger(self, visit_id: str, image: FingerImage) -> Visit:
        """One try with any enrolled finger. The visit is then `admitted`, at `finger` again, or `unmatched`.

        In a training, whose voters are made up, any finger matches.
        """
        visit = self._at(visit_id, "finger")
        matches = is_training(self.definition) or self._fingers.matches(image, visit.id, self._voter(visit.document))
        return self._admit(visit) if matches else self._fail_try(visit)

    def _admit(self, visit: Visit) -> Visit:
        self._second.withdraw(visit.id)
        self._day.keep(self._day.now.admitting(visit.document))
        self._visit = replace(visit, stage="admitted", outcome="matched")
        return self._visit

    @exclusive
    def practise_finger(self, visit_id: str, *, matches: bool) -> Visit:
        """In a training, one try without a finger, and what comes of it; raises `IllegalStep` in an election."""
        if not is_training(self.definition):
            raise IllegalStep("finger.chosen-in-an-election")
        visit = self._at(visit_id, "finger")
        return self._admit(visit) if matches else self._fail_try(visit)

    @exclusive
    def finger_unread(self, visit_id: str) -> Visit:
        """The reader saw a finger and made nothing out, as it is with worn ridges: a try that failed.

        Otherwise a worn finger would be tried for ever, and the chair could never release its owner.
        """
        return self._fail_try(self._at(visit_id, "finger"))

    def _fail_try(self, visit: Visit) -> Visit:
        self._day.keep(self._day.now.failing(visit.document))
        left = visit.tries_left - 1
        self._visit = replace(visit, stage="finger" if left else "unmatched", tries_left=left, failed=visit.failed + 1)
        return self._visit

    @exclusive
    def grant_tries(self, visit_id: str, chair_pin: str, *, account: str = "", source: str = "") -> Visit:
        """The chair, who has looked at document and person, gives new tries. Raises `IllegalStep` where no finger was
        enrolled, `NotAllowed` for a wrong PIN."""
        visit = self._at(visit_id, "unmatched")
        if not visit.fingers:
            raise IllegalStep("finger.never-enrolled")
        self.staff.check(account, chair_pin, PRESIDING, source=source)
        self._day.keep(self._day.now.granting(visit.document))
        self._visit = replace(visit, stage="finger", tries_left=self.definition.rules.finger_tries, failed=0)
        return self._visit

    def release_reasons(self, visit: Visit) -> tuple[str, ...]:
        """For which reasons this voter may be released now."""
        tried = visit.tries_left == 0 or visit.failed > 0
        return release_rule.offered(enrolled=_is_enrolled(visit), tried=tried)

    def beyond(self, visit: Visit) -> tuple[str, ...]:
        """Those of `release_reasons` for which it takes two persons now."""
        counters, allowed = self.counters(), self.allowed_releases
        return tuple(
            one for one in self.release_reasons(visit) if release_rule.standing(counters, one, allowed) == "two"
        )

    @exclusive
    def release(self, visit_id: str, chair_pin: str, reason: str, *, account: str = "", source: str = "") -> Visit:
        """The chair, who has checked who the visitor is, lets them through for one of `release_reasons`. Beyond the
        alarm the visit is then at `second`, until another person agrees.

        `account`: the chair's or a deputy's, whose PIN it is; may be "" where there is only one.

        Raises `NotAllowed` for a wrong PIN, `IllegalStep` for a reason that needs a try.
        """
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "release", release_rule.offered(enrolled=_is_enrolled(visit), tried=True))
        if reason not in self.release_reasons(visit):
            raise IllegalStep("finger.not-tried")
        by = self.staff.check(account, chair_pin, PRESIDING, source=source)
        stands = release_rule.standing(self.counters(), reason, self.allowed_releases)
        if stands == "two":
            self._second.propose(visit.id, by, reason)
            return self.current() or visit
        return self._release(visit, reason, by.id, allowed=stands == "allowed")

    def second_persons(self) -> tuple[Account, ...]:
        """Who may agree to what the chair proposes for the visit under way."""
        return self._second.persons(self._visit.id) if self._visit else ()

    @exclusive
    def agree(self, visit_id: str, account: str, pin: str, *, source: str = "") -> Visit:
        """A second person agrees, with their own PIN, to what the chair proposed: the voter is let through.

        Raises `NotAllowed` for the same person or a wrong PIN, `IllegalStep` where nothing is proposed any more.
        """
        visit = self._at(visit_id, "finger", "unmatched")
        decision = self._second.agree(visit.id, account, pin, source=source)
        if decision is None:
            raise IllegalStep("release.not-proposed")
        return self._release(visit, decision.reason, decision.first, second=decision.second)

    @exclusive
    def withdraw_release(self, visit_id: str) -> Visit:
        """Nobody else is asked: the visit is again where it was."""
        visit = self._at(visit_id, "finger", "unmatched")
        self._second.withdraw(visit.id)
        return visit

    def _release(self, visit: Visit, reason: str, by: str, **more: Any) -> Visit:
        self._day.keep(self._day.now.admitting(visit.document, reason, by, **more))
        self._visit = replace(visit, stage="admitted", outcome="released")
        return self._visit

    @exclusive
    def refuse(self, visit_id: str, reason: str) -> RefusedVoter:
        """Turn the visitor away, for one of `reasons.CLERK_REFUSAL_REASONS`; this concludes the visit."""
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "refusal", reasons.CLERK_REFUSAL_REASONS)
        self._second.withdraw(visit.id)
        self._end_visit(self._day.now.refusing(reason, visit.document))
        return RefusedVoter(visit.document, reason)

    @exclusive
    def undo(self, visit_id: str, chair_pin: str, reason: str, *, account: str = "", source: str = "") -> None:
        """The chair takes the check-in back, before a card is handed over, for one of `reasons.UNDO_REASONS`: the visit
        is over, and the voter has not voted. Raises `NotAllowed` for a wrong PIN."""
        visit = self._at(visit_id, "admitted")
        reasons.check_reason(reason, "undo", reasons.UNDO_REASONS)
        by = self.staff.check(account, chair_pin, PRESIDING, source=source)
        self.folder.log.append_coarse("check-in-undone", reason=reason, account=by.id)
        self._end_visit(self._day.now.undoing(visit.document, reason))

    @exclusive
    def hand_card(self, visit_id: str) -> None:
        """The voter has drawn a card from the tray of the visit's style: the visit is over. Which card nobody notes."""
        self._at(visit_id, "admitted")
        day = self._day.now
        self._end_visit(replace(day, cards_handed=day.cards_handed + 1, visit=None), card=True)
        self._day.note(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))


def _is_enrolled(visit: Visit) -> bool:
    """Whether somebody saw the voter's hands at enrolment, also where no finger could be taken."""
    return bool(visit.fingers or visit.exceptions)
