"""`testigo station`: from the signed definition to the exported package, as a person types it."""

import json

import pytest

from testigo.cli.root import main


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["station", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err.replace("\n", " ")

    return call


def test_setting_up_a_station(run, root, tmp_path, monkeypatch):
    monkeypatch.setenv("TESTIGO_CHAIR_PIN", "482913")
    monkeypatch.setenv("TESTIGO_CLERK_PIN", "750126")
    (tmp_path / "definition.json").write_bytes(root.definition_envelope())
    install = (
        "install",
        tmp_path / "s1",
        "--station",
        "s1",
        "--definition",
        tmp_path / "definition.json",
        "--root-key",
    )
    code, _, error = run(*install, "abc")
    assert code == 1 and "64 lower-case hexadecimal digits" in error
    assert run(*install, root.key.public.hex)[0] == 0
    import msgspec

    from testigo.election import MachineKeys

    request = msgspec.json.decode((tmp_path / "s1" / "machine-keys-request.json").read_bytes(), type=MachineKeys)
    (tmp_path / "keys.json").write_bytes(root.admit(request))
    for machine in ("chair", "check-in", "booth"):  # each machine by itself, as after carrying them apart
        assert run("load-keys", tmp_path / "s1" / machine, tmp_path / "keys.json")[0] == 0
    code, said, _ = run("cards", tmp_path / "s1", "--out", tmp_path / "cards.pdf", "--spare", "3")
    assert code == 0 and (tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    code, said, _ = run("status", tmp_path / "s1", "--json")
    assert [(one["machine"], one["state"]) for one in json.loads(said)] == [
        ("chair", "installed"), ("booth", "installed"), ("check-in", "installed"),
    ]  # fmt: skip
    code, said, _ = run("log", tmp_path / "s1" / "booth", "--json")
    assert [event["event"] for event in json.loads(said)] == ["installed", "keys-loaded", "cards-made"]
    code, _, error = run("export", tmp_path / "s1", tmp_path / "out")
    assert code == 1 and "signed nothing" in error
    code, _, error = run("load-poll-book", tmp_path / "s1", tmp_path / "keys.json")
    assert code == 1 and error.startswith("Error:")


def test_export_and_heads_after_the_day(run, place, tmp_path):
    place.to_open()
    place.chair.close()
    package, heads = place.chair.send(), place.chair.tally_sheet().event_logs
    assert run("export", place.folder, tmp_path / "stick")[0] == 0
    assert (tmp_path / "stick" / "s1-courier.json").read_bytes() == package
    assert (tmp_path / "stick" / "s1-tally-sheet.pdf").exists()
    assert run("log", place.folder / "booth", "--head", heads["booth"])[0] == 0
    log = place.folder / "booth" / "events.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    code, _, error = run("log", place.folder / "booth", "--head", heads["booth"])
    assert code == 1 and "cut off" in error


def test_second_disk_is_replaced(run, place):
    codes = place.to_open()
    place.vote(codes[0])
    place.stop()
    (place.folder / "booth" / "second-disk" / "ballot-box").unlink()
    assert run("restore-box", place.folder)[0] == 0
    place.start()
    assert place.booth.counters().recorded == 1
