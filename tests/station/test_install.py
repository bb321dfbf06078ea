"""Installing a station, admitting its keys, and what the two processes may know."""

import stat
import subprocess
import sys

import msgspec
import pytest

from polling_place import ISSUED
from raising import raises_code
from testigo.election import CHAIR, FirstDefinition, MachineKey, MachineKeys, pack_station_file
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.station.booth.booth import Booth
from testigo.station.install import REQUEST, install_station, load_keys
from testigo.station.machine.folder import MachineFolder

PINS = {"chair_pin": "482913", "clerk_pin": "750126"}


def test_folders_keys_and_request(root, tmp_path):
    folder = tmp_path / "s1"
    request = install_station(folder, root.station_file("s1"), root.key.public, "s1", **PINS)
    assert msgspec.json.decode((folder / REQUEST).read_bytes(), type=MachineKeys) == request
    assert [key.role for key in request.keys] == ["chair", "booth", "check-in"]
    assert [bool(key.sealing) for key in request.keys] == [False, False, True]
    for name in ("chair/signing.pem", "booth/secrets.json", "check-in/opening.pem", "check-in/pins.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not (folder / "booth" / "pins.json").exists() and not (folder / "booth" / "opening.pem").exists()
    with pytest.raises(StorageError, match="something is there already"):
        install_station(folder, root.station_file("s1"), root.key.public, "s1", **PINS)


@pytest.mark.parametrize(
    ("station", "pins", "said"),
    [("s9", PINS, "no station"), ("s1", PINS | {"clerk_pin": "123"}, "too simple")],
)
def test_errors_write_nothing(root, tmp_path, station, pins, said):
    with pytest.raises(InvalidInput, match=said):
        install_station(tmp_path / "s", root.station_file("s1"), root.key.public, station, **pins)
    assert not (tmp_path / "s").exists()


def test_definitions_that_are_not_the_roots(root, tmp_path):
    other = SigningKey.generate()
    core, whole = root.definition.core(), FirstDefinition.from_payload(root.definition.payload())

    def sign(body, election, key, version=None):
        statement = Statement.of("election-definition", body, election=election, subject="", issued=ISSUED)
        return msgspec.structs.replace(statement, version=version or statement.version).sign(key)

    keys = root.sign("machine-keys", {"keys": []})
    alone = [
        (sign(whole, whole.digest, other), "signed by key"),
        (sign(whole, "0" * 64, root.key), "names another election"),
        (sign(whole, whole.digest, root.key, version=5), "of version 5"),
        (sign(core, core.digest, root.key), "of version 4 without the proof"),
        (keys, "kind 'machine-keys', not an election definition"),
    ]
    proven = [
        (sign(core, core.digest, other), "signed by key"),
        (sign(core, "0" * 64, root.key), "names another election"),
        (sign(core, core.digest, root.key, version=1), "of version 1 with the proof"),
        (sign(core, core.digest, root.key, version=5), "of version 5"),
        (sign(whole, whole.digest, root.key, version=2), "not an election definition"),
        (keys, "kind 'machine-keys', not an election definition"),
    ]
    files = alone + [(pack_station_file(envelope, root.definition, "s1"), problem) for envelope, problem in proven]
    for file, problem in files:
        with pytest.raises((InvalidInput, InvalidSignature), match=problem):
            install_station(tmp_path / "s", file, root.key.public, "s1", **PINS)
    assert not (tmp_path / "s").exists()


def test_keys_must_be_the_roots_and_this_stations(root, tmp_path):
    folder = tmp_path / "s1"
    request = install_station(folder, root.station_file("s1"), root.key.public, "s1", **PINS)
    theirs = tuple(MachineKey(SigningKey.generate().public.hex, key.role, "s1", "") for key in request.keys)
    plain = msgspec.to_builtins(request)
    wrong = [
        Statement("machine-keys", root.definition.digest, "", "2026-11-21T12:00:00Z", plain).sign(root.centre),
        Statement("machine-keys", "0" * 64, "", "2026-11-21T12:00:00Z", plain).sign(root.key),
        root.sign("machine-keys", msgspec.to_builtins(MachineKeys(theirs))),
        root.sign("machine-keys", msgspec.to_builtins(MachineKeys(request.keys[:1]))),
        root.sign("machine-keys", {"keys": "all"}),
        b"{}",
    ]
    for envelope in wrong:
        with pytest.raises((InvalidInput, InvalidSignature)):
            load_keys(folder, [envelope])
    machine = MachineFolder(folder / "booth", "booth")
    with raises_code(IllegalStep, "machine-keys.not-loaded"):
        machine.key_of(CHAIR)
    machine.close()
    load_keys(folder, [root.admit(request)] * 2)
    with MachineContext(folder) as machine:
        assert machine.key_of(CHAIR).hex == request.keys[0].key


def test_later_machine_keys_take_the_place_of_earlier_ones(root, tmp_path):
    """The centre's key is replaced, and a machine that was installed again has all statements of the record."""
    lost = install_station(tmp_path / "lost", root.station_file("s1"), root.key.public, "s1", **PINS)
    request = install_station(tmp_path / "s1", root.station_file("s1"), root.key.public, "s1", **PINS)
    first, again = root.admit(lost), root.sign("machine-keys", msgspec.to_builtins(request))
    new = MachineKey(SigningKey.generate().public.hex, "centre", "", "")
    replaced = root.sign("machine-keys", msgspec.to_builtins(MachineKeys((new,))))
    with raises_code(InvalidSignature, "machine-keys.not-of-this-machine"):
        load_keys(tmp_path / "s1", [first])
    load_keys(tmp_path / "s1", [first, again, replaced])
    with MachineContext(tmp_path / "s1") as machine:
        assert machine.key_of(CHAIR).hex == request.keys[0].key
        assert machine.ring.of_station("", "centre") == new
    with pytest.raises(InvalidSignature, match="cannot come back"):
        load_keys(tmp_path / "s1", [first, again, replaced, root.admit(MachineKeys(()))])


class MachineContext:
    def __init__(self, folder):
        self.machine = MachineFolder(folder / "booth", "booth")

    def __enter__(self):
        return self.machine

    def __exit__(self, *_):
        self.machine.close()


def test_folder_of_another_role_or_of_nothing(place, tmp_path):
    place.stop()
    with raises_code(InvalidInput, "folder.of-another-role"):
        Booth(place.folder / "check-in", place.printer)
    with pytest.raises(StorageError, match="no such file"):
        Booth(tmp_path / "nowhere", place.printer)
    place.start()


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        (
            "testigo.station.booth.booth",
            ("testigo.register", "testigo.fingerprint", "testigo.station.check_in"),
        ),
        ("testigo.station.booth.box", ("testigo.register", "testigo.fingerprint", "testigo.station.check_in")),
        (
            "testigo.station.check_in.check_in",
            ("testigo.station.booth",),
        ),
    ],
)
def test_a_process_knows_only_its_side(module, forbidden):
    """Not only by the imports written down: nothing of the other side is in the process at all."""
    code = f"import sys, {module}; print([m for m in {forbidden!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
