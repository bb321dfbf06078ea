"""`testigo station`: from the signed definition to the exported package, as a person types it."""

import io
import json
from contextlib import closing

import pypdfium2
import pytest

from polling_place import CHAIR_PIN
from testigo.audit import station_deck
from testigo.ballot import tally_qr
from testigo.cli import serve
from testigo.cli.root import main
from testigo.fingerprint.parameters import IMAGE
from testigo.record import open_statement
from testigo.station.booth import votes
from testigo.station.machine.folder import KEYS_FORMAT
from whole_station import DEFINITION


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["station", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err.replace("\n", " ")

    return call


def test_pins_are_asked_twice_in_the_users_language(root, tmp_path, monkeypatch, capsys):
    """The first time the chair types two different ones."""
    (tmp_path / "definition.json").write_bytes(root.station_file("s1"))
    typed = ["482913", "482931", "482913", "482913", "750126", "750126"]
    monkeypatch.setattr("getpass.getpass", lambda question: typed.pop(0))
    words = ["--language", "es", "station", "install", tmp_path / "s1", "--station", "s1", "--root-key"]
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words), root.key.public.hex, "--definition", str(tmp_path / "definition.json")])
    assert ended.value.code == 0 and not typed
    chair, clerk, again = "PIN de la presidencia de mesa:", "PIN del personal de la mesa:", "El PIN otra vez:"
    differ = "Los dos PIN no son iguales. Escriba el nuevo otra vez."
    said = capsys.readouterr().err.replace("\n", "")
    assert said == "".join([chair, again, differ, chair, again, clerk, again])


def test_setting_up_a_station(run, root, tmp_path, monkeypatch):
    monkeypatch.setenv("TESTIGO_CHAIR_PIN", "482913")
    monkeypatch.setenv("TESTIGO_CLERK_PIN", "750126")
    (tmp_path / "definition.json").write_bytes(root.station_file("s1"))
    install = (
        "install",
        tmp_path / "s1",
        "--station",
        "s1",
        "--definition",
        tmp_path / "definition.json",
        "--root-key",
    )
    code, _, error = run(*install, "abc" * 21)
    assert code == 1 and "a key has 64 hexadecimal digits, this has 63" in error
    assert run(*install, root.key.public.hex)[0] == 0
    import msgspec

    from testigo.election import MachineKeys

    request = msgspec.json.decode((tmp_path / "s1" / "machine-keys-request.json").read_bytes(), type=MachineKeys)
    (tmp_path / "keys.json").write_bytes(root.admit(request))
    for machine in ("chair", "check-in", "booth"):  # each machine by itself, as after carrying them apart
        assert run("load-keys", tmp_path / "s1" / machine, tmp_path / "keys.json")[0] == 0
    code, said, _ = run("cards", tmp_path / "s1", "--out", tmp_path / "cards.pdf", "--spare", "3")
    assert code == 0 and (tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, _, asked = run("cards", tmp_path / "s1", "--out", tmp_path / "again.pdf")
    assert (
        code == 1
        and "they will be good for nothing. Make them again?" in asked
        and not (tmp_path / "again.pdf").exists()
    )
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
    place.chair.close_polls()
    package, heads = place.chair.send(), place.chair.tally_sheet().event_logs
    assert run("export", place.folder, tmp_path / "stick")[0] == 0
    assert (tmp_path / "stick" / "s1-package.json").read_bytes() == package
    assert (tmp_path / "stick" / "s1-tally-sheet.pdf").exists()
    assert run("log", place.folder / "booth", "--head", heads["booth"])[0] == 0
    code, said, _ = run("log", place.folder / "chair", "--head", heads["chair"])
    assert code == 0 and "3 follow it" in said  # the tally sheet, its print, the package
    log = place.folder / "booth" / "events.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    code, _, error = run("log", place.folder / "booth", "--head", heads["booth"])
    assert code == 1 and "cut off" in error


def test_the_test_before_opening_in_a_terminal(run, place, monkeypatch):
    place.stop()
    code, said, _ = run("test", place.folder, "--pin", CHAIR_PIN)
    assert code == 0 and "Test 1 passed" in said
    monkeypatch.setattr(votes, "count_box", lambda *_: station_deck(DEFINITION, "s1")[0].expected)
    code, _, error = run("test", place.folder, "--pin", CHAIR_PIN)
    assert code == 1 and "in the count" in error and "did NOT pass" in error
    code, _, error = run("test", place.folder, "--pin", "000000")
    assert code == 1 and error.startswith("Error:")
    place.start()
    assert place.chair.state == "installed"


def test_a_run_that_failed_is_exported_before_the_station_ever_opens(run, place, monkeypatch, tmp_path):
    monkeypatch.setattr(votes, "count_box", lambda *_: station_deck(DEFINITION, "s1")[0].expected)
    assert not place.test()
    assert run("export", place.folder, tmp_path / "stick")[0] == 0
    assert (tmp_path / "stick" / "s1-logic-and-accuracy-1.json").exists()


def test_second_disk_is_replaced(run, place):
    codes = place.to_open()
    place.vote(codes[0])
    place.stop()
    (place.folder / "booth" / "second-disk" / "ballot-box").unlink()
    assert run("restore-box", place.folder)[0] == 0
    place.start()
    assert place.booth.counters().recorded == 1


@pytest.fixture
def record(place, root, tmp_path):
    """A public record of the election with this station's machines; the day is over there."""
    import msgspec

    from testigo.election import MachineKey, MachineKeys
    from testigo.keys import SigningKey
    from testigo.record import Log

    place.to_open()
    place.chair.close_polls()
    log_key, public = SigningKey.generate(), tmp_path / "public"
    keys = MachineKeys((MachineKey(log_key.public.hex, "log", "", ""), *place.chair.folder.ring.keys))
    log = Log.create(public, "testigo.example/villa", log_key, root_key=root.key.public)
    for envelope in root.definition_envelopes():
        log.append(envelope)
    log.append(root.sign("machine-keys", msgspec.to_builtins(keys)))
    log.publish()
    return public, log


def test_read_qr_of_a_tally_sheet(run, place, record, tmp_path):
    public, _ = record
    pdf = place.folder / "chair" / "paper" / "tally-sheet.pdf"
    sheet = place.chair.tally_sheet()
    digest = open_statement(place.chair.tally_sheet_json(), place.chair.folder.key.public).digest
    code, said, _ = run("read-qr", pdf, "--record", public, "--root-key", place.root.key.public.hex)
    assert code == 0 and "Ana Ñandú · SOL" in said and "no tally sheet of this station yet" in said
    photograph = tmp_path / "photograph.jpg"
    next(pypdfium2.PdfDocument(pdf).__iter__()).render(scale=3).to_pil().rotate(4, expand=True).save(photograph)
    assert run("read-qr", photograph, "--record", public)[0] == 0
    code, said, _ = run("read-qr", pdf, "--record", public, "--json")
    told = json.loads(said)
    assert code == 0 and told["sheet"] == digest and told["same_as_published"] is None
    (text,) = tally_qr.encode(place.chair.definition, sheet, digest, place.booth.folder.key)
    code, _, error = run("read-qr", text, "--record", public)
    assert code == 1 and "signature" in error
    code, _, error = run("read-qr", pdf, "--record", public, "--root-key", place.root.centre.public.hex)
    assert code == 1 and error.startswith("Error:")
    for wrong in ("T2:x", place.folder / "chair" / "events.log"):
        code, _, error = run("read-qr", wrong, "--record", public)
        assert code == 1 and error.startswith("Error:"), wrong


@pytest.mark.parametrize("exchanged", [False, True])
def test_read_qr_beside_the_published_sheet(run, place, record, exchanged):
    """The paper says one thing, the record another that the chair signed as well: the witness is told."""
    import msgspec

    from testigo.record import open_package, peek

    public, log = record
    chair = place.chair
    for envelope in open_package(chair.send(), lambda claim: chair.folder.key.public).envelopes:
        if exchanged and peek(envelope).type == "tally-sheet":
            sheet = msgspec.structs.replace(chair.tally_sheet(), closed="2026-11-29T23:59:59Z")
            envelope = chair.folder.sign_statement("tally-sheet", sheet)
        log.append(envelope)
    log.publish()
    code, said, error = run("read-qr", place.folder / "chair" / "paper" / "tally-sheet.pdf", "--record", public)
    assert code == int(exchanged)
    assert "another tally sheet of station s1" in error if exchanged else "this very tally sheet" in said


@pytest.mark.parametrize("left", [b"", b'{"entry":'])
def test_a_log_that_is_gone_is_not_shown_as_an_empty_one(run, place, left):
    """Every machine's log begins when the machine is installed: without a whole line it is not it."""
    (place.folder / "booth" / "events.log").write_bytes(left)
    for words in (("log", place.folder / "booth"), ("status", place.folder)):
        code, said, error = run(*words)
        assert (code, said) == (1, "")
        assert "this is not the event log of a machine" in error


def test_what_cannot_be_carried_whole_is_not_carried(run, place, tmp_path):
    (place.folder / "chair" / "statements" / "zz.json").mkdir(parents=True)
    (place.folder / "chair" / "paper").mkdir(exist_ok=True)
    (place.folder / "chair" / "paper" / "zero-report.pdf").write_bytes(b"%PDF")
    code, _, error = run("export", place.folder, tmp_path / "stick")
    assert code == 1 and "zz.json: it is a folder" in error
    assert not (tmp_path / "stick").exists()


def test_keys_are_loaded_into_all_machines_or_none(run, place, tmp_path):
    place.stop()
    (place.folder / "check-in" / "events.log").write_bytes(b"")
    files = [tmp_path / f"{number}.json" for number in range(2)]
    kept = KEYS_FORMAT.read(place.folder / "chair" / "machine-keys.json").statements
    for file, text in zip(files, (*kept, *kept), strict=False):
        file.write_text(text)
    before = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    code, _, error = run("load-keys", place.folder, *files)
    assert code == 1 and "this is not the event log of a machine" in error
    assert {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("inside", [".", "statements", "statements/new"])
def test_nothing_is_carried_into_a_public_record(run, place, tmp_path, inside):
    place.to_open()
    place.chair.close_polls()
    record = tmp_path / "public"
    (record / "statements").mkdir(parents=True)
    (record / "checkpoint").write_text("origin")
    code, said, error = run("export", place.folder, record / inside)
    assert (code, said) == (1, "") and "belongs to a public record" in error
    assert sorted(file.name for file in record.rglob("*")) == ["checkpoint", "statements"]


@pytest.mark.parametrize("dpi", ["0", "-1", "199", "2001"])
def test_no_reader_has_such_a_resolution(run, place, dpi):
    place.stop()
    code, said, error = run("serve", "check-in", place.folder / "check-in", "--port", "0", "--reader-dpi", dpi)
    assert (code, said) == (2, "") and "--reader-dpi" in error
    assert (IMAGE.lowest_dpi, IMAGE.highest_dpi) == (serve.LOWEST_DPI, serve.HIGHEST_DPI)


@pytest.mark.parametrize("pages", ["folder:{file}", "folder:{file}/pages"])
def test_pages_are_not_printed_into_a_file(run, place, tmp_path, pages):
    place.stop()
    (tmp_path / "file").write_bytes(b"")
    address = pages.format(file=tmp_path / "file")
    code, said, error = run("serve", "chair", place.folder / "chair", "--port", "0", "--pages", address)
    assert (code, said) == (1, "") and error.startswith(f"Error: {address.partition(':')[2]}: ")


@pytest.mark.parametrize("centre", ["centre", "http://[", "http://x:65536"])
def test_a_centre_whose_address_is_none_is_refused_at_the_start(run, place, centre):
    place.stop()
    code, said, error = run("serve", "chair", place.folder / "chair", "--port", "0", "--centre", centre)
    assert (code, said) == (1, "")
    assert error.startswith(f"Error: {centre}: not an address of a machine")


def test_lists_on_paper_of_a_station_tick_who_has_a_card(run, place, tmp_path):
    place.to_open()
    place.release("103")
    place.stop()
    (tmp_path / "pin").write_text(CHAIR_PIN + "\n")
    (tmp_path / "wrong").write_text("000000\n")
    out = tmp_path / "s1.pdf"
    asked = ("voter-list", place.folder, "--out", out, "--pin-file")
    code, _, error = run(*asked, tmp_path / "wrong")
    assert code == 1 and "PIN" in error and not out.exists()
    assert run(*asked, tmp_path / "pin")[0] == 0 and out.stat().st_mode & 0o777 == 0o600
    with closing(pypdfium2.PdfDocument(out)) as pages:
        text = [page.get_textpage().get_text_bounded() for page in pages]
    assert [page.count("✓") for page in text] == [1, 1]
    assert all("Luisa Mora" in page and f"Página {number} de 2" in page for number, page in enumerate(text, 1))
    assert run(*asked, tmp_path / "pin")[0] == 1  # a file is never written over
    assert run("voter-list", tmp_path / "nowhere", "--out", tmp_path / "no.pdf", "--pin-file", tmp_path / "pin")[0] == 1
    assert not (tmp_path / "no.pdf").exists()
