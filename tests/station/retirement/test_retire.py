"""Retiring a machine: nothing of its keys and voters is left, what the law keeps is, and a power cut ends nothing."""

import datetime
import io
import json
import os
import shutil
import tarfile
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polling_place import CHAIR_PIN
from raising import raises_code
from testigo import storage
from testigo.cli.root import main
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey
from testigo.station.booth.booth import Booth
from testigo.station.install import load_keys
from testigo.station.machine.folder import MachineFolder, read_settings
from testigo.station.machine.retired import ARCHIVE, LEFT, REPORT, RETIRED
from testigo.station.retirement.archive import open_archive, pack_archive, unpack_archive
from testigo.station.retirement.retire import check_plan, finish, plan_retirement, retire

ROLES = ("chair", "check-in", "booth")
TERM, AFTER = datetime.date(2036, 5, 29), datetime.date(2036, 5, 30)
NAMES = ("Luisa Mora", "María José Peña", "Tito Ñandú")


@pytest.fixture
def folder(finished, tmp_path):
    return Path(shutil.copytree(finished[0], tmp_path / "s1"))


def plan_of(machine, heads, *, term=TERM, today=AFTER):
    return plan_retirement(machine, term, heads, today=today)


def retired(path, heads, reason=""):
    machine = MachineFolder(path, read_settings(path).role)
    try:
        return retire(machine, plan_of(machine, heads), reason)
    finally:
        machine.close()


def secrets_in(path):
    """Every byte string of a machine's folder that nobody may find afterwards."""
    found = {}
    for name in ("signing.pem", "opening.pem"):
        if (path / name).exists():
            pem = (path / name).read_bytes()
            found[name] = pem.splitlines()[1]
            found[f"{name}, raw"] = load_pem_private_key(pem, None).private_bytes_raw()
            found[f"{name}, hex"] = found[f"{name}, raw"].hex().encode()
    if (path / "secrets.json").exists():
        made = json.loads((path / "secrets.json").read_text())
        for name, text in ((name, text) for name, text in made.items() if name != "format"):
            found[name], found[f"{name}, raw"] = text.encode(), bytes.fromhex(text)
    if (path / "pins.json").exists():
        for who, pin in json.loads((path / "pins.json").read_text())["pins"].items():
            found[f"PIN of {who}"] = pin["hash"].encode()
    for name in ("poll-book.json", "day-state", "ballot-box", "second-disk/ballot-box"):
        if (path / name).exists():
            data = (path / name).read_bytes()
            found |= {
                f"{name}, {start}": data[start : start + 48] for start in range(0, len(data) - 48, len(data) // 7)
            }
    if (path / "cards.json").exists():
        found |= {f"card {card[:6]}": card.encode() for card in json.loads((path / "cards.json").read_text())["styles"]}
    return found | {name: name.encode() for name in NAMES}


def bytes_of(*folders):
    return b"\n".join(file.read_bytes() for one in folders for file in sorted(one.rglob("*")) if file.is_file())


@pytest.mark.parametrize("role", ROLES)
def test_no_key_pin_card_vote_or_voter_is_left(folder, finished, role):
    path = folder / role
    secrets = secrets_in(path)
    assert len(secrets) > {"chair": 4, "check-in": 20, "booth": 30}[role]
    before = bytes_of(path)
    assert [name for name, one in secrets.items() if one in before and name not in NAMES]
    retired(path, finished[1])
    assert {file.name for file in path.iterdir()} == LEFT
    after = bytes_of(path)
    for member in unpack_archive((path / ARCHIVE).read_bytes()).values():
        after += member
    assert [name for name, one in secrets.items() if one in after] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_archive_holds_what_the_law_keeps_and_anybody_can_check_it(folder, finished, role, root):
    path = folder / role
    log = (path / "events.log").read_bytes()
    retirement = retired(path, finished[1])
    data = (path / ARCHIVE).read_bytes()
    assert open_archive(data, root.key.public) == retirement
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        names = archive.getnames()
        kept_log = archive.extractfile("events.log").read()
    assert names[:2] == ["manifest.json", "settings.json"]
    assert ("statements/tally-sheet.json" in names) == (role == "chair")
    assert kept_log.startswith(log) and b'"retiring"' in kept_log[len(log) :]
    with pytest.raises((InvalidSignature, InvalidInput)):
        open_archive(data, SigningKey.generate().public)


def test_what_was_destroyed_was_overwritten_first(folder, finished, monkeypatch):
    path, unlink, seen = folder / "booth", Path.unlink, {}

    def look(file, missing_ok=False):
        if file.is_file() and file.suffix != ".tmp":
            seen[file.name] = file.read_bytes()
        unlink(file, missing_ok=missing_ok)

    originals = {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    monkeypatch.setattr(Path, "unlink", look)
    retired(path, finished[1])
    assert seen.keys() >= {"signing.pem", "secrets.json", "ballot-box", "cards.json", "day-state"}
    for name, data in seen.items():
        assert data != originals[name] and len(data) >= len(originals[name])
        assert data[:16] not in originals[name]


@pytest.mark.parametrize("name", ["opening.pem", "pins.json"])
def test_a_folder_in_the_place_of_a_key_goes_as_well(folder, finished, name):
    path = folder / "check-in"
    (path / name).unlink()
    (path / name).mkdir()
    (path / name / "kept").write_bytes(b"a copy of the key")
    done = retired(path, finished[1])
    assert name in [item.path for item in done.destroyed]
    assert {file.name for file in path.iterdir()} == LEFT


def test_a_second_disk_elsewhere_is_emptied_too(folder, finished, tmp_path):
    path, disk = folder / "booth", tmp_path / "disk"
    shutil.move(path / "second-disk", disk)
    settings = json.loads((path / "settings.json").read_text()) | {"second_disk": str(disk)}
    (path / "settings.json").write_text(json.dumps(settings))
    retirement = retired(path, finished[1])
    assert str(disk / "ballot-box") in [item.path for item in retirement.destroyed]
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("role", ROLES)
def test_every_further_use_is_refused_in_a_sentence(folder, finished, role, root):
    path = folder / role
    retired(path, finished[1])
    before = bytes_of(path)
    with raises_code(IllegalStep, "machine.retired"):
        MachineFolder(path, role)
    with raises_code(IllegalStep, "machine.retired"):
        load_keys(path, [])
    with raises_code(IllegalStep, "machine.retired"):
        load_keys(folder, [])  # one retired machine among three
    finish(path)
    assert bytes_of(path) == before


def test_conditions_are_named_and_a_reason_goes_on_the_page(folder, finished):
    machine = MachineFolder(folder / "chair", "chair")
    assert plan_of(machine, finished[1]).unmet == ()
    early = plan_of(machine, {}, today=TERM)
    assert early.unmet == ("not-published", "too-early")
    with raises_code(IllegalStep, "retirement.not-published"):
        check_plan(early, "  ")
    with raises_code(IllegalStep, "retirement.too-early", keep_until="2036-05-29"):
        check_plan(plan_of(machine, finished[1], today=TERM), "")
    assert plan_of(machine, {"chair": "0" * 64}).unmet == ("not-published",)
    with raises_code(IllegalStep, "retirement.before-election", keep_until="2020-01-01"):
        check_plan(plan_of(machine, finished[1], term=datetime.date(2020, 1, 1)), "")
    retirement = retire(machine, early, "the court released the machines")
    assert (retirement.reason, retirement.unmet) == ("the court released the machines", early.unmet)
    text = page_text(folder / "chair" / REPORT)
    assert "the court released the machines" in text and "el plazo de la ley no ha terminado" in text


def test_a_station_in_its_day_is_never_retired_whatever_the_reason(place):
    codes = place.to_open()
    for role, machine in (("chair", place.chair), ("check-in", place.check_in), ("booth", place.booth)):
        with raises_code(IllegalStep, "retirement.day-not-over"):
            plan_of(machine.folder, {}, today=AFTER)
        assert read_settings(place.folder / role).role == role
    place.release("103")
    place.vote(codes[0])
    place.chair.close_polls()
    with raises_code(IllegalStep, "retirement.not-sent"):
        check_plan(plan_of(place.chair.folder, {}), "")


def test_a_machine_that_was_never_opened_needs_a_reason(place):
    with raises_code(IllegalStep, "retirement.not-opened"):
        check_plan(plan_of(place.booth.folder, {}), "")


def test_a_lost_second_copy_needs_a_reason(folder, finished):
    shutil.rmtree(folder / "booth" / "second-disk")
    machine = MachineFolder(folder / "booth", "booth")
    with raises_code(IllegalStep, "retirement.copy-missing"):
        check_plan(plan_of(machine, finished[1]), "")
    machine.close()


@pytest.mark.parametrize(("language", "said"), [("es", "Baja de una máquina"), ("en", "Retirement of a machine")])
def test_the_page_names_everything_in_the_machines_language(folder, finished, language, said):
    from testigo import canonical
    from testigo.station.retirement import page as retirement_page

    machine = MachineFolder(folder / "booth", "booth")
    definition = msgspec.structs.replace(machine.definition, languages=(language,))
    retirement = retire(machine, plan_of(machine, finished[1]))
    digest = canonical.digest((folder / "booth" / ARCHIVE).read_bytes())
    text = page_text_of(retirement_page.page(definition, retirement, digest))
    assert said in text and digest[:32] in text and "secrets.json" in text and "Escuela Norte" in text
    assert {file.path for file in retirement.archived} <= set(text.split())
    assert retirement.archived[-1].sha256[:32] in text
    assert CHAIR_PIN not in text


def page_text(file):
    return page_text_of(file.read_bytes())


def page_text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


class PowerCut(BaseException):
    """Not an `Exception`: nothing in the program may catch it."""


@pytest.mark.parametrize("role", ["booth", "check-in"])
def test_a_power_cut_at_any_change_of_the_disk_is_repeated_to_the_end(finished, role, tmp_path, root):
    outcomes = set()
    for changes in range(200):
        path = Path(shutil.copytree(finished[0] / role, tmp_path / f"cut-{changes}"))
        with pytest.MonkeyPatch.context() as patch:
            cut = limit(patch, changes)
            try:
                retired(path, finished[1])
            except PowerCut:
                cut.append(True)
        started = (path / RETIRED).exists()
        outcomes.add((bool(cut), started))
        if started:
            if cut and {file.name for file in path.iterdir()} != LEFT:
                with raises_code(IllegalStep, "machine.being-retired"):
                    read_settings(path)
            finish(path)
        else:
            assert secrets_in(path)  # the machine is what it was
            retired(path, finished[1])
        assert {file.name for file in path.iterdir()} == LEFT
        assert open_archive((path / ARCHIVE).read_bytes(), root.key.public).role == role
        shutil.rmtree(path)
        if not cut:
            break
    assert outcomes == {(True, False), (True, True), (False, True)}


def limit(patch, changes):
    """Let so many changes of the disk through, and then none."""
    left, cut = [changes], []

    def limited(change):
        def run(*arguments, **options):
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            return change(*arguments, **options)

        return run

    for owner, name in ((storage, "flush"), (Path, "replace"), (Path, "unlink"), (Path, "rmdir"), (os, "pwrite")):
        patch.setattr(owner, name, limited(getattr(owner, name)))
    return cut


def test_an_archive_that_was_changed_stops_the_destruction(finished, tmp_path):
    path = Path(shutil.copytree(finished[0] / "check-in", tmp_path / "cut"))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(storage, "destroy", lambda path: (_ for _ in ()).throw(PowerCut))
        retired(path, finished[1])
    data = (path / ARCHIVE).read_bytes()
    (path / ARCHIVE).write_bytes(data.replace(b'"station":"s1"', b'"station":"s2"'))
    with pytest.raises(TestigoError):
        finish(path)
    assert (path / "signing.pem").exists()
    (path / ARCHIVE).write_bytes(data)
    finish(path)
    assert not (path / "signing.pem").exists()


@pytest.mark.parametrize("name", ["manifest.json", "events.log", "settings.json"])
def test_attack_an_archive_with_another_file_is_refused(folder, finished, root, name):
    retired(folder / "booth", finished[1])
    files = unpack_archive((folder / "booth" / ARCHIVE).read_bytes())
    for changed in (files | {name: files[name] + b" "}, {one: files[one] for one in files if one != name}):
        with pytest.raises((InvalidInput, InvalidSignature)):
            open_archive(pack_archive(changed), root.key.public)
    with pytest.raises(InvalidInput):
        open_archive(pack_archive(files | {"more": b""}), root.key.public)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=2048), cut=st.integers(0, 4096))
def test_any_bytes_are_an_archive_or_a_sentence(data, cut):
    honest = pack_archive({"manifest.json": b"{}", "a/b": data})
    assert unpack_archive(honest) == {"manifest.json": b"{}", "a/b": data}
    for other in (data, honest[:cut] + data + honest[cut:], honest[:cut]):
        try:
            files = unpack_archive(other)
        except InvalidInput:
            continue
        assert pack_archive(files) == other


def test_on_the_command_line(folder, capsys, monkeypatch):
    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(["station", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err.replace("\n", " ")

    term = ("--keep-until", "2020-01-01")
    before = bytes_of(folder)
    code, _, error = run("retire", folder, *term)
    assert code == 1 and "public record" in error
    assert run("retire", folder, "--keep-until", "soon")[0] == 1
    reason = ("--reason", "a test")
    code, said, _ = run("retire", folder, *term, *reason, typed="no\n")
    assert code == 1 and "Nothing was changed" in said and "signing.pem" in said and "events.log" in said
    code, said, _ = run("retire", folder, *term, *reason, "--json")
    assert code == 1 and not json.loads(said)["done"]
    assert bytes_of(folder) == before
    code, said, _ = run("retire", folder / "booth", *term, *reason, typed="s1\n")
    assert code == 0 and "SHA-256" in said
    code, said, _ = run("retire", folder, *term, *reason, "--yes", "--json")
    told = json.loads(said)
    assert code == 0 and sorted(one["retirement"]["role"] for one in told["machines"]) == sorted(ROLES)
    root_key = unpack_archive((folder / "chair" / ARCHIVE).read_bytes())["settings.json"]
    code, said, _ = run(
        "check-archive", folder / "chair" / ARCHIVE, "--root-key", json.loads(root_key)["root"], "--json"
    )
    assert code == 0 and json.loads(said)["archive_sha256"] in {one["archive_sha256"] for one in told["machines"]}
    for command in (("status", folder), ("log", folder / "chair"), ("export", folder, folder / "out")):
        code, _, error = run(*command)
        assert code == 1 and "was retired on" in error
    with raises_code(IllegalStep, "machine.retired"):
        Booth(folder / "booth", None)
