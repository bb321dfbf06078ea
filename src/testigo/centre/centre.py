"""The counting centre: takes in what stations and auditor sign, keeps the public record, counts, publishes.

The record is the centre's only memory. A package is first checked whole, then kept whole under `received/`, then
appended statement by statement, then published; a power cut anywhere between leaves a centre that `open` brings to the
same end. A package that is refused although a machine of this election signed it is evidence, and is kept under
`refused/` with the reason.

    authority/root, log, centre     keys (`centre.keys`)
    public/                          the record, ready for any web server
    received/, refused/              packages as they came
    kept-checkpoint.json             where the newest checkpoint is kept besides (`centre.newest`)
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from testigo import canonical, locks, storage
from testigo.canonical import SignedValue
from testigo.centre.keys import (
    OWN_ROLES,
    authority_key,
    key_name,
    log_key,
    make_authority,
    make_waiting_key,
    only_auditor,
    own_keys,
    put_in_place,
    waiting_key,
)
from testigo.centre.newest import NewestCheckpoint
from testigo.count.conflict import Conflict
from testigo.count.kinds import kind_of
from testigo.count.reading import read_rules
from testigo.count.record_rules import RecordRules
from testigo.count.result import Result
from testigo.election import (
    STATION_ROLES,
    Definition,
    KeyRing,
    MachineKey,
    MachineKeys,
    Role,
    load,
    pieces,
    speak_own_languages,
)
from testigo.errors import InvalidInput, StorageError, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.record import Log, Package, PackageClaim, Statement, note, open_package
from testigo.record.log import LOG_KEY, decode_key_file
from testigo.stored import StoredFormat
from testigo.words import Message, from_line, to_line

PUBLIC = "public"
RECEIVED = "received"
REFUSED = "refused"
_INCOMING = ".incoming"
"""Checked and kept, but perhaps not yet wholly in the record: `Centre.open` takes it in again."""
_TAKEN_IN = ".package"


class Receipt(msgspec.Struct, frozen=True):
    """What became of a package. `new`: how many of its statements the record did not hold before; 0: it was here
    already.
    """

    station: str
    digest: str
    statements: int
    new: int

    @property
    def already(self) -> bool:
        """Whether the record held every statement of the package before."""
        return self.new == 0


class RefusedPackage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A package of an admitted machine that was not taken in. `file`: where it is kept, below the centre's folder.

    `reason`: the error's code and values (`words.to_line`); of release 0.1, its English sentence.
    """

    station: str
    digest: str
    reason: str
    file: str

    @property
    def why(self) -> Message:
        """The reason in words."""
        return from_line("error", self.reason)


REFUSED_FORMAT = StoredFormat("refused/DIGEST.json", RefusedPackage)


class Centre:
    """One election's centre in one folder. Open it with `create` or `open`."""

    def __init__(self, folder: Path, log: Log, rules: RecordRules, newest: NewestCheckpoint | None = None) -> None:
        """`newest`: None only while the folder is made, because nobody can see its record yet."""
        self.folder = folder
        self.rules = rules
        self._log = log
        self._newest = newest

    @classmethod
    def create(
        cls, folder: Path, definition_file: Path, auditor: MachineKeys | None = None, *, kept: Path | None = None
    ) -> "Centre":
        """Make the keys of a new election and start its record with the definition, its stations and those keys,
        signed by the root.

        `auditor`: the auditor's request, where there is one yet; else `admit` takes it later. `kept`: file outside the
        folder for the newest checkpoint, better on another disk; None for beside the folder. Raises whatever
        `election.load` finds in the file, `StorageError` where the folder already holds an election or `kept` is there,
        `InvalidInput` where the request is for another key than one auditor's.
        """
        definition = load(definition_file)
        storage.require_empty(folder)
        newest = NewestCheckpoint(folder, kept)
        newest.require_free()
        with storage.new_folder(folder, mode=0o700) as building:
            keys = make_authority(building)
            public = storage.make_folder(building / PUBLIC)
            storage.make_folder(building / RECEIVED)
            storage.make_folder(building / REFUSED)
            log = Log.create(public, f"testigo/{definition.id}", keys["log"], root_key=keys["root"].public)
            centre = cls(building, log, RecordRules(keys["root"].public))
            centre.say("election-definition", "", definition.core(), keys["root"], election=definition.digest)
            for piece in pieces(definition.stations):
                centre.say("station-list", "", piece, keys["root"])
            centre.say("machine-keys", "", own_keys(keys, auditor), keys["root"])
        try:
            newest.start(log_of(folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # nobody has seen what its keys signed
            raise
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Centre":
        """The centre in that folder, with everything its record says checked again; finishes what a power cut left
        half done.

        Raises `IllegalStep` for an old copy of the folder, which does not know all that was published.
        """
        log, newest = log_of(folder), NewestCheckpoint(folder)
        for name in (RECEIVED, REFUSED):
            storage.make_folder(folder / name)
        with locks.waiting(folder):
            newest.advance(log)
            log.publish()
        centre = cls(folder, log, read_rules(folder / PUBLIC), newest)
        speak_own_languages(centre.definition)
        with centre._alone():
            centre._take_up_keys()
        for file in sorted((folder / RECEIVED).glob(f"*{_INCOMING}")):
            centre.receive(storage.read(file), place=str(file))
        return centre

    @property
    def definition(self) -> Definition:
        """The election's definition, from the record."""
        return self.rules.definition

    @property
    def key_ring(self) -> KeyRing:
        """The root key and all keys it admitted, from the record."""
        return self.rules.key_ring

    @property
    def verifier_key(self) -> str:
        """The log's key as witnesses of other C2SP logs take it: `NAME+HASH+BASE64` (`record.note`)."""
        return note.encode_verifier_key(self._log.origin, self._log.key)

    @property
    def public(self) -> Path:
        """The folder of the public record."""
        return self.folder / PUBLIC

    def admit(self, keys: MachineKeys) -> bytes:
        """Let the root sign these keys into the record, one station's or the auditor's; they replace those of a station
        that has said nothing.

        Raises `Conflict` where a machine has a key and its station has already said something, or where there is an
        auditor already, `InvalidInput` where the request is for keys of several.
        """
        self._check_request(keys)
        return self.say("machine-keys", _subject_of(keys), keys, authority_key(self.folder, "root"))

    def replace_key(self, role: Role, auditor: MachineKeys | None = None) -> MachineKey:
        """Let the root give `log`, `centre` or `auditor` another key, from the next entry of the record on.

        The centre makes its own; the auditor's new key comes as a request, like the first. What a power cut leaves half
        done, the next `open` finishes.
        """
        root = authority_key(self.folder, "root")
        if role in OWN_ROLES:
            key = MachineKey(make_waiting_key(self.folder, role).public.hex, role, station="", sealing="")
        elif role == "auditor" and auditor is not None:
            key = only_auditor(auditor).keys[0]
        else:
            raise InvalidInput("key.not-replaced-so", key=key_name(role))
        with self._alone():
            self._say("machine-keys", "", MachineKeys((key,)), root)
            self._take_up_keys()
        return key

    def append(self, envelope: bytes, *, place: str = "") -> bool:
        """Append one signed statement (an auditor's, say) and publish; False if the record already held it."""
        with self._alone():
            return self._append(envelope, place)

    def say(self, kind: str, subject: str, body: SignedValue, key: SigningKey, *, election: str = "") -> bytes:
        """Sign a statement of the authority with one of its keys (`authority_key`) and append it; returns its envelope.

        `election`: only before the record holds a definition.
        """
        with self._alone():
            return self._say(kind, subject, body, key, election)

    def receive(self, data: bytes, *, place: str = "package") -> Receipt:
        """Take in a station's package: atomic, in any order, idempotent.

        Raises `InvalidInput` (broken, of another election or station, sums that do not come out), `InvalidSignature`,
        or `Conflict` (a second, different tally sheet). Where a machine of this election signed the package, it is
        kept.
        """
        with self._alone():
            package = open_package(data, lambda claim: self._package_key(claim, place), place=place)
            new = [envelope for envelope in package.envelopes if not self.rules.contains(envelope)]
            try:
                trial = self.rules.fork()
                for envelope in package.envelopes:
                    _check_signer(trial.add(envelope, place=place).statement, place)
            except TestigoError as error:
                self._keep_refused(package, data, error)
                raise
            kept = self.folder / RECEIVED / f"{package.digest}{_INCOMING}"
            storage.write(kept, data)
            self._commit(trial, new)
            with storage.explained(kept):
                kept.replace(kept.with_suffix(_TAKEN_IN))
        return Receipt(package.subject, package.digest, len(package.envelopes), len(new))

    def refused(self) -> list[RefusedPackage]:
        """The packages that were signed by this election's machines and yet not taken in, by digest."""
        return [REFUSED_FORMAT.read(file) for file in sorted((self.folder / REFUSED).glob("*.json"))]

    def result(self) -> Result:
        """The result from the tally sheets in the record so far."""
        return self.rules.count()

    def publish_result(self) -> Result:
        """Sign the result into the record, unless the last one there says the same."""
        # One hold of the lock: a sheet taken in between counting and signing would make the result a false one.
        with self._alone():
            result = self.result()
            if self.rules.result != result:
                self._say("result", "", result, authority_key(self.folder, "centre"))
        return result

    @classmethod
    def replace_lost_log_key(cls, folder: Path) -> MachineKey:
        """As `replace_key` where the log's key is lost, so that nobody can announce the next one under it: the root's
        statement does so alone, and the checkpoint that first covers it is signed with the new key.

        Cut anywhere, it is repeated. Raises `IllegalStep` where the root key is not here, `Conflict` where
        the log's is.
        """
        root = authority_key(folder, "root")
        if not is_log_key_lost(folder):
            raise Conflict("key.there-already", place=folder, key=key_name("log"))
        with locks.waiting(folder):
            key = make_waiting_key(folder, "log")
            log = Log.open_without_key(folder / PUBLIC, key)
            centre = cls(folder, log, RecordRules(root.public), NewestCheckpoint(folder))
            for envelope in log.envelopes():  # the record need not hold as published: an earlier try may have been cut
                centre.rules.add(envelope)
            new = MachineKey(key.public.hex, "log", station="", sealing="")
            if centre.key_ring.of_station("", "log").public != key.public:
                centre._say("machine-keys", "", MachineKeys((new,)), root)
            centre._publish()
            put_in_place(folder, "log")
        return new

    def _check_request(self, keys: MachineKeys) -> None:
        """A file that a station sends must not smuggle in a key of the authority."""
        for role in (key.role for key in keys.keys if key.role not in STATION_ROLES):
            if self.key_ring.contains("", role):
                raise Conflict("key.there-already", key=key_name(role))
        if len({key.station or key.role for key in keys.keys if key.role != "root"}) > 1:
            raise InvalidInput("key-request.of-several")

    def _take_up_keys(self) -> None:
        """Put each key in its place that the root has admitted instead of another, and let the log go on under it."""
        for role in OWN_ROLES:
            waiting = waiting_key(self.folder, role)
            if waiting is not None and self.key_ring.of_station("", role).public == waiting.public:
                if role == "log":
                    self._log.rekey(waiting)
                put_in_place(self.folder, role)

    def _say(self, kind: str, subject: str, body: SignedValue, key: SigningKey, election: str = "") -> bytes:
        about = election or self.rules.election
        statement = Statement.of(kind, body, election=about, subject=subject, issued=canonical.utc_now())
        envelope = statement.sign(key)
        self._append(envelope)
        return envelope

    def _append(self, envelope: bytes, place: str = "") -> bool:
        trial = self.rules.fork()
        known = trial.contains(envelope)
        trial.add(envelope, place=place)
        self._commit(trial, [] if known else [envelope])
        return not known

    def _commit(self, trial: RecordRules, new: list[bytes]) -> None:
        for envelope in new:
            self._log.append(envelope)
        if new:
            self._publish()
        self.rules = trial

    def _publish(self) -> None:
        """Put what was appended under a new checkpoint, which is kept in its second place first."""
        if self._newest is not None:
            self._newest.advance(self._log)
        self._log.publish()

    def _package_key(self, claim: PackageClaim, place: str) -> PublicKey:
        """Whose signature a package must bear: that of the chair of the station it names."""
        if claim.election != self.rules.election:
            raise InvalidInput("package.of-another-election", place=place)
        self.definition.station(claim.subject)
        return self.key_ring.of_station(claim.subject, "chair").public

    def _keep_refused(self, package: Package, data: bytes, error: TestigoError) -> None:
        file = f"{REFUSED}/{package.digest}{_TAKEN_IN}"
        storage.write(self.folder / file, data)
        note = RefusedPackage(package.subject, package.digest, to_line(error.message), file)
        REFUSED_FORMAT.write(self.folder / REFUSED / f"{package.digest}.json", note)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the centre's lock; inside, the rules say what the record says, whoever wrote to it meanwhile."""
        with locks.waiting(self.folder):
            key = _current_log_key(self.folder)
            if key.public != self._log.key:
                self._log = Log.open(self.public, key)
            self._publish()
            if self._log.size != len(self.rules.entries):
                self.rules = read_rules(self.public)
            yield


def log_of(folder: Path) -> Log:
    """The log of a centre's folder; raises `StorageError` where there is none, and what `Log.open` raises."""
    if not (folder / PUBLIC).is_dir():
        raise StorageError("centre.not-here", place=folder)
    return Log.open(folder / PUBLIC, _current_log_key(folder))


def named_log_key(folder: Path) -> PublicKey:
    """The key that `log.pub` of a centre's record names."""
    file = folder / PUBLIC / LOG_KEY
    return decode_key_file(storage.read(file, limit=1024), place=str(file))


def is_log_key_lost(folder: Path) -> bool:
    """Whether the key that `log.pub` names is not under `authority/`, or cannot be read."""
    named = named_log_key(folder)
    try:
        return log_key(folder, named).public != named
    except TestigoError:
        return True


def _current_log_key(folder: Path) -> SigningKey:
    return log_key(folder, named_log_key(folder))


def _check_signer(statement: Statement, place: str) -> None:
    """A station's package brings only what stations say."""
    if kind_of(statement.type, place).signer not in STATION_ROLES:
        raise InvalidInput("package.statement-not-of-station", place=place, kind=statement.type[:60])


def _subject_of(keys: MachineKeys) -> str:
    """The station, where all keys are of one."""
    stations = {key.station for key in keys.keys}
    return stations.pop() if len(stations) == 1 else ""
