"""The auditor's hand: signs what the record would take, and keeps it as files for the centre to append.

The auditor's key is made here and stays with the auditor; the centre has none, so it cannot make these statements. Each
statement is checked against the public record by the rules of `count.RecordRules` before it leaves: what the centre
would refuse is not written.
"""

from pathlib import Path

import msgspec

from testigo import canonical, storage
from testigo.audit.draw import Seed, closing_sample
from testigo.canonical import SignedValue
from testigo.count import AuditSeed, ClosingCount, PublicDraw, RecordRules
from testigo.election import MachineKey, MachineKeys
from testigo.errors import IllegalStep, StorageError, TestigoError
from testigo.keys import SigningKey
from testigo.record import Statement, open_statement

KEY = "key.pem"
REQUEST = "request.json"

_LARGEST_STATEMENT = 16 * 1024 * 1024


def create_auditor(folder: Path) -> MachineKeys:
    """Make an auditor's key in a new folder, of mode 0600, and beside it the request that the root admits it by."""
    with storage.new_folder(folder, mode=0o700) as building:
        key = SigningKey.generate()
        key.save(building / KEY)
        request = MachineKeys((MachineKey(key.public.hex, "auditor", station="", sealing=""),))
        storage.write(building / REQUEST, msgspec.json.format(msgspec.json.encode(request), indent=2) + b"\n")
    return request


class AuditDesk:
    """One auditor with their key and the record as it is now. `rules`: what it says, and what was signed here.

    Raises `InvalidSignature` where the root has not admitted this key for the auditor, or has replaced it.
    """

    def __init__(self, rules: RecordRules, key: SigningKey) -> None:
        rules.key_ring.key_for("auditor", key.public.key_id)
        self.rules = rules.fork()
        self._key = key

    def draw(self, dice: Seed) -> dict[str, bytes]:
        """The seed and the sample that it draws, each unless the record holds it; by the names of their files.

        Raises `IllegalStep` where tally sheets are missing or boxes were already drawn. If the sample was lost, the
        same dice make it again.
        """
        refuse_early_dice(self.rules)
        sampled = any(entry.type == "audit-sample" for entry in self.rules.entries)
        if sampled or self.rules.seed not in (None, dice.digits):
            raise IllegalStep("draw.made-already")
        made = {}
        if self.rules.seed is None:
            made["audit-seed.json"] = self._sign("audit-seed", "", AuditSeed(dice.digits))
        drawn = closing_sample(self.rules.definition, self.rules.boxes_of_sample(), dice)
        made["audit-sample.json"] = self._sign("audit-sample", "", drawn)
        return made

    def settle_ties(self, dice: Seed) -> dict[str, bytes]:
        """The public draw; raises `IllegalStep` where tally sheets are missing or no tie is open."""
        refuse_early_dice(self.rules)
        if not self.rules.count().open_ties:
            raise IllegalStep("draw.no-tie")
        return {"public-draw.json": self._sign("public-draw", "", PublicDraw(dice.digits))}

    def again(self, count: ClosingCount, why: str) -> ClosingCount:
        """The count as it is to be signed: one of a box that was counted before names that count and says `why`.

        Raises `IllegalStep` where only one of the two is there, an earlier count or a reason.
        """
        earlier = self.rules.counts.of(count.station, count.booth)
        if bool(earlier) != bool(why):
            code = "closing-count.counted-before" if earlier else "closing-count.not-counted-before"
            raise IllegalStep(code, station=count.station)
        return msgspec.structs.replace(count, replaces=earlier[-1].digest, why=why) if earlier else count

    def closing_count(self, count: ClosingCount) -> dict[str, bytes]:
        """The paper count of one box; raises what the record would refuse it with."""
        number = len(self.rules.counts.of(count.station, count.booth)) + 1
        booth = f"-booth-{count.booth}" if count.booth > 1 else ""
        name = f"closing-count-{count.station}{booth}{f'-{number}' if number > 1 else ''}.json"
        return {name: self._sign("closing-count", count.station, count)}

    def _sign(self, kind: str, subject: str, body: SignedValue) -> bytes:
        statement = Statement.of(kind, body, election=self.rules.election, subject=subject, issued=canonical.utc_now())
        envelope = statement.sign(self._key)
        self.rules.add(envelope, place=f"{kind} {subject}".strip())
        return envelope

    def keep(self, made: dict[str, bytes], folder: Path) -> list[Path]:
        """Write what was made here into a folder; returns its files in the order in which they are to be appended.

        A file that already says the same, signed by this auditor, stays as it is: an earlier try was cut. Any other is
        never overwritten: `StorageError`, and then nothing is written.
        """
        files = {folder / name: envelope for name, envelope in made.items()}
        missing = {file: envelope for file, envelope in files.items() if not self._is_kept(file, envelope)}
        for file, envelope in missing.items():
            storage.write_new(file, envelope, mode=0o644)
        return list(files)

    def _is_kept(self, file: Path, envelope: bytes) -> bool:
        if not file.exists():
            return False
        try:
            there, new = (
                open_statement(data, self._key.public, place=str(file)).statement
                for data in (storage.read(file, limit=_LARGEST_STATEMENT), envelope)
            )
        except TestigoError:
            there, new = None, None
        if there is None or new is None or there != msgspec.structs.replace(new, issued=there.issued):
            raise StorageError("statement.another-there", place=file)
        return True


def refuse_early_dice(rules: RecordRules) -> None:
    """Raise `IllegalStep` while tally sheets are missing: dice that are rolled earlier can be known to whoever writes
    a tally sheet, and they are rolled once.
    """
    missing = rules.count().missing
    if missing:
        named = ", ".join(missing[:3]) + ("…" if len(missing) > 3 else "")
        raise IllegalStep("record.tally-sheets-missing", count=len(missing), stations=named)
