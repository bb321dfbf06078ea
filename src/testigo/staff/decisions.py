"""Decisions that two different persons have to agree to, with a reason and an expiry.

    open ──second person, with PIN──→ approved ──the act is done──→ used
      └──────── withdrawn by the first person, or expired ───────────┘ (from either state)

A *rule* says for one act which roles may propose it and which may agree. `take` gives an approved decision out once: it
is used on disk before the act is done, so that after a power cut the act may be missing, and is never done twice.

A decision expires by the monotonic clock of the process that knows it. After a restart what is left is told by the wall
clock; if that stands before the moment of the proposal, it was set back, and the decision counts as expired.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec

from testigo import locks
from testigo.errors import IllegalStep, InvalidInput, NotAllowed, TestigoError, is_printable
from testigo.staff.accounts import Account, StaffRole
from testigo.staff.machine import Staff
from testigo.stored import StoredFormat
from testigo.words import Either, message

DEFAULT_SECONDS: Final = 900
MOST_KEPT: Final = 1000
"""Ended decisions beyond these are forgotten, oldest first; a forgotten one cannot be used either."""
LONGEST_TEXT: Final = 500

DecisionState = Literal["open", "approved", "used", "withdrawn", "expired"]
_LIVE: Final[tuple[DecisionState, ...]] = ("open", "approved")


class Rule(msgspec.Struct, frozen=True):
    """For the act `act`: the roles that may propose it, those that may agree, and for how many seconds it is good.

    `kept`: whether a decision is still known when it has ended. An act about one voter is not: its decision has times.
    """

    act: str
    first: tuple[StaffRole, ...]
    second: tuple[StaffRole, ...]
    seconds: int = DEFAULT_SECONDS
    kept: bool = True


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision. `subject`: what the act is about, such as a visit's id. `first`, `second`: accounts; `second` is ""
    until somebody agrees. `opened`, `expires`: Unix seconds of the wall clock.
    """

    id: str
    act: str
    subject: str
    reason: str
    first: str
    opened: float
    expires: float
    state: DecisionState = "open"
    second: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decisions: tuple[Decision, ...]


DECISIONS_FORMAT = StoredFormat("decisions.json", _File)


class Decisions:
    """The decisions of one machine, kept in `file`. Threads and processes take turns, by a lock beside the file."""

    def __init__(
        self,
        file: Path,
        staff: Staff,
        rules: Sequence[Rule],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.file = file
        self._staff = staff
        self._rules = {rule.act: rule for rule in rules}
        self._clock = clock
        self._monotonic = monotonic
        self._deadlines: dict[str, float] = {}

    def propose(self, act: str, subject: str, first: str, reason: str) -> Decision:
        """Open a decision. `first`: the account that is signed in; `reason`: in that person's own words.

        Raises `NotAllowed` for an account without a role for it, `InvalidInput` for texts that are empty or too long.
        """
        rule = self._rule(act)
        self._with_role(first, rule.first)
        for what, text in (("subject", subject), ("reason", reason)):
            if not text.strip() or not is_printable(text, LONGEST_TEXT):
                raise InvalidInput(f"decision.bad-{what}", most=LONGEST_TEXT)
        with self._turn() as kept:
            now = self._clock()
            made = Decision(secrets.token_hex(8), act, subject, reason, first, now, now + rule.seconds)
            self._deadlines[made.id] = self._monotonic() + rule.seconds
            kept[made.id] = made
        return made

    def approve(self, decision_id: str, second: str, pin: str, *, source: str = "") -> Decision:
        """Another person agrees, with their own PIN on this machine. `source`: as `Staff.check` has it.

        Raises `NotAllowed` for the person who proposed it, an account without a role for it, a wrong PIN or a locked
        account; `IllegalStep` where the decision is not open any more.
        """
        with self._turn() as kept:
            decision = self._at(kept, decision_id, "open")
            account = self._with_role(second, self._rule(decision.act).second)
            if account.same_person(self._staff.account(decision.first)):
                raise NotAllowed("decision.same-person")
            self._staff.check(second, pin, source=source)
            # Checking a PIN takes time, and somebody may have left it lying until now.
            decision = self._at(kept, decision_id, "open")
            return _change(kept, decision, state="approved", second=second)

    def agree_now(
        self, act: str, subject: str, first: str, reason: str, second: str, pin: str, *, source: str = ""
    ) -> Decision:
        """Both persons stand at the machine: proposed, approved and used in one act. `first` is signed in, `second`
        shows their PIN. Raises what `propose` and `approve` raise, and then nothing is left open.
        """
        proposed = self.propose(act, subject, first, reason)
        try:
            self.approve(proposed.id, second, pin, source=source)
        except TestigoError:
            self.withdraw(proposed.id, first)
            raise
        return self.take(proposed.id, act, proposed.subject)

    def withdraw(self, decision_id: str, first: str) -> Decision:
        """The person who proposed it takes it back; also after another has agreed, until it is used."""
        with self._turn() as kept:
            decision = self._at(kept, decision_id, *_LIVE)
            if decision.first != first:
                raise NotAllowed("decision.of-another-person")
            return _change(kept, decision, state="withdrawn")

    def take(self, decision_id: str, act: str, subject: str) -> Decision:
        """The approved decision, for the one act it was made for: it is used from now on.

        Raises `IllegalStep` where it is not approved, was used, has expired, or is about something else.
        """
        with self._turn() as kept:
            decision = self._at(kept, decision_id, "approved")
            if (decision.act, decision.subject) != (act, subject):
                raise IllegalStep("decision.about-something-else")
            return _change(kept, decision, state="used")

    def get(self, decision_id: str) -> Decision:
        """A decision as it stands now; raises `IllegalStep` for one that is not known."""
        with self._turn() as kept:
            return self._find(kept, decision_id)

    def live(self) -> tuple[Decision, ...]:
        """Those that are open or approved, oldest first."""
        with self._turn() as kept:
            return tuple(decision for decision in kept.values() if decision.state in _LIVE)

    # ---- rules

    def _rule(self, act: str) -> Rule:
        rule = self._rules.get(act)
        if rule is None:
            raise InvalidInput("decision.unknown-act", act=act[:40])
        return rule

    def _with_role(self, account_id: str, roles: Sequence[StaffRole]) -> Account:
        account = self._staff.account(account_id)
        if account.role not in roles:
            may = Either(message("screens", f"staff.{role}") for role in roles)
            raise NotAllowed("decision.not-their-role", account=account_id, roles=may)
        return account

    def _find(self, kept: dict[str, Decision], decision_id: str) -> Decision:
        if decision_id not in kept:
            raise IllegalStep("decision.unknown")
        return kept[decision_id]

    def _at(self, kept: dict[str, Decision], decision_id: str, *states: DecisionState) -> Decision:
        decision = self._find(kept, decision_id)
        if decision.state in _LIVE and self._is_over(decision):
            decision = _change(kept, decision, state="expired")
        if decision.state not in states:
            raise IllegalStep(f"decision.is-{decision.state}")
        return decision

    # ---- time

    def _is_over(self, decision: Decision) -> bool:
        """Whether a live decision has expired. One of an earlier process gets its deadline when it is first met."""
        if decision.id not in self._deadlines:
            now = self._clock()
            left = decision.expires - now if now >= decision.opened else 0.0
            self._deadlines[decision.id] = self._monotonic() + left
        return self._monotonic() >= self._deadlines[decision.id]

    # ---- the file

    @contextmanager
    def _turn(self) -> Iterator[dict[str, Decision]]:
        """All decisions by id, those that are over marked so; what the block changes is on disk when it ends.

        Also where the block raises, so that an expired decision stays expired whatever the clocks say later.
        """
        with locks.waiting(self.file.parent, file=f".{self.file.name}.lock"):
            before = self._load()
            kept = dict(before)
            for decision in before.values():
                if decision.state in _LIVE and self._is_over(decision):
                    _change(kept, decision, state="expired")
            try:
                yield kept
            finally:
                if kept != before:
                    self._save(kept)

    def _load(self) -> dict[str, Decision]:
        if not self.file.exists():
            return {}
        return {decision.id: decision for decision in DECISIONS_FORMAT.read(self.file).decisions}

    def _save(self, kept: dict[str, Decision]) -> None:
        ended = [decision.id for decision in kept.values() if decision.state not in _LIVE]
        not_kept = [one for one in ended if (rule := self._rules.get(kept[one].act)) and not rule.kept]
        for forgotten in {*ended[: max(0, len(ended) - MOST_KEPT)], *not_kept}:
            del kept[forgotten]
        DECISIONS_FORMAT.write(self.file, _File(tuple(kept.values())), mode=0o600)


def _change(kept: dict[str, Decision], decision: Decision, **fields: str) -> Decision:
    changed: Decision = msgspec.structs.replace(decision, **fields)
    kept[decision.id] = changed
    return changed
