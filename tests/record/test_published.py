"""Reading a record independently: what is sound, what is not, over a folder and over HTTP."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testigo.errors import InvalidInput, StorageError
from testigo.keys import PublicKey, SigningKey
from testigo.record import Finding, Grade, Log, merkle, note, read_record, source
from testigo.record.checkpoint import Checkpoint
from testigo.record.source import FolderSource, MissingFile, open_source

Make = Callable[[int], bytes]
MakeRecord = Callable[..., Path]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[str]:
    """The address of a web server that carries `tmp_path`."""
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def failures(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(finding.code, finding.place) for finding in findings if not finding.holds}


def grades(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    """Code and grade of each finding that is not plainly good."""
    return {(finding.code, str(finding.grade)) for finding in findings if finding.grade is not Grade.OK}


def test_a_sound_record(make_record: MakeRecord, root: SigningKey, log_key: SigningKey, envelope: Make) -> None:
    told: list[Finding] = []
    progress: list[tuple[int, int]] = []
    folder = make_record(300)
    record = read_record(folder, on_check=told.append, on_progress=lambda done, total: progress.append((done, total)))
    assert record.ok, record.findings
    assert tuple(told) == record.findings
    assert {finding.code for finding in told} == {"keys", "checkpoint", "tiles", "entries", "statement-files", "files"}
    assert progress[-1] == (300, 300)
    assert (record.root_key, record.log_key) == (root.public, log_key.public)
    assert [data for _, data in record.envelopes] == [envelope(n) for n in range(300)]
    assert record.leaves is not None
    for index in (0, 255, 256, 299):
        proof = record.inclusion_proof(index)
        merkle.verify_inclusion(record.leaves[index], index, 300, proof, record.root_hash)
    old_root = merkle.root(record.leaves[:100])
    merkle.verify_consistency(100, old_root, 300, record.root_hash, record.consistency_proof(100))
    for wrong in (-1, 300):
        with pytest.raises(InvalidInput):
            record.inclusion_proof(wrong)
    with pytest.raises(InvalidInput):
        record.consistency_proof(301)


@pytest.mark.parametrize("name", ["nowhere", "a-file"])
def test_no_record_at_all_is_a_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("text")
    record = read_record(tmp_path / name)
    assert grades(record.findings) == {("no-record", "unchecked")}
    assert not record.check_consistency(b"anything").holds


def test_a_file_as_long_as_allowed_is_read_whole_and_a_longer_one_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "tile").write_bytes(bytes(32))
    assert FolderSource(tmp_path).read("tile", 32) == bytes(32)
    with pytest.raises(InvalidInput):
        FolderSource(tmp_path).read("tile", 31)


def put_link(folder: Path) -> str:
    file = folder / "statements" / "000001-tally-sheet-station-1.json"
    file.rename(folder.parent / "elsewhere.json")
    file.symlink_to(folder.parent / "elsewhere.json")
    return "statements/000001-tally-sheet-station-1.json"


def put_folder_link(folder: Path) -> str:
    (folder / "statements").rename(folder.parent / "elsewhere")
    (folder / "statements").symlink_to(folder.parent / "elsewhere")
    return "statements"


def put_pipe(folder: Path) -> str:
    (folder / "checkpoint").unlink()
    os.mkfifo(folder / "checkpoint")
    return "checkpoint"


def put_extra_pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe"


def put_folder_for_file(folder: Path) -> str:
    (folder / "root.pub").unlink()
    (folder / "root.pub").mkdir()
    return "root.pub"


def put_empty_folder(folder: Path) -> str:
    (folder / "tile" / "1").mkdir()
    return "tile/1"


def put_hidden_file(folder: Path) -> str:
    (folder / ".hidden").write_bytes(b"")
    return ".hidden"


def put_odd_name(folder: Path) -> str:
    (folder / os.fsdecode(b"a\xff\nb\x1b")).write_bytes(b"")
    return "a\\udcff\\nb\\x1b"


def put_huge_tile(folder: Path) -> str:
    with (folder / "tile/0/000.p/5").open("r+b") as file:
        file.truncate(2**36)  # sparse
    return "tile/0/000.p/5"


def put_huge_checkpoint(folder: Path) -> str:
    with (folder / "checkpoint").open("r+b") as file:
        file.truncate(2**36)
    return "checkpoint"


def put_old_tile(folder: Path) -> str:
    shutil.copy(folder / "tile/0/000.p/5", folder / "tile/0/000.p/4")
    return "tile/0/000.p/4"


def put_copy_of_a_statement(folder: Path) -> str:
    shutil.copy(
        folder / "statements/000001-tally-sheet-station-1.json", folder / "statements/000005-tally-sheet-station-1.json"
    )
    return "statements/000005-tally-sheet-station-1.json"


@pytest.mark.parametrize(
    "damage",
    [
        put_link,
        put_folder_link,
        put_pipe,
        put_extra_pipe,
        put_folder_for_file,
        put_empty_folder,
        put_hidden_file,
        put_odd_name,
        put_huge_tile,
        put_huge_checkpoint,
        put_old_tile,
        put_copy_of_a_statement,
    ],
)
def test_odd_things_are_findings(make_record: MakeRecord, damage: Callable[[Path], str]) -> None:
    folder = make_record(5)
    place = damage(folder)
    record = read_record(folder)
    assert place in {finding.place for finding in record.findings if not finding.holds}, record.findings


@pytest.mark.parametrize("size", [10**6, 4_000_000, 4_000_001, 2**53 - 1])
@pytest.mark.parametrize("signed", [False, True])
def test_a_size_out_of_the_air_costs_nothing(
    make_record: MakeRecord, log_key: SigningKey, size: int, signed: bool
) -> None:
    folder = make_record(5)
    forged = Checkpoint("example.org/elections/2026", size, bytes(32)).sign(
        log_key if signed else SigningKey.generate()
    )
    (folder / "checkpoint").write_bytes(forged)
    record = read_record(folder)
    assert ("checkpoint", "checkpoint") in failures(record.findings)
    assert len(record.findings) < 20


def test_statements_exchanged_for_validly_signed_others_are_found(make_record: MakeRecord) -> None:
    folder = make_record(5)
    first, second = (folder / f"statements/00000{n}-tally-sheet-station-{n}.json" for n in (1, 2))
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    record = read_record(folder)
    assert failures(record.findings) == {
        ("statement-files", "statements/000001-tally-sheet-station-1.json"),
        ("statement-files", "statements/000002-tally-sheet-station-2.json"),
    }
    assert len(record.envelopes) == 3


def test_a_log_that_lists_a_statement_under_a_false_name_is_found(
    tmp_path: Path, root: SigningKey, log_key: SigningKey, envelope: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's own key signs this, so only the comparison of entry and statement can find it."""
    log = Log.create(tmp_path / "public", "example.org", log_key, root_key=root.public)
    with monkeypatch.context() as patch:
        patch.setattr(
            "testigo.record.entry.statement_path", lambda index, statement, place="": f"statements/{index:06d}-x.json"
        )
        log.append(envelope(0))
        log.publish()
    assert failures(read_record(log.folder).findings) == {("statement-files", "statements/000000-x.json")}


@pytest.mark.parametrize("path", ["statements/{other:06d}-x.json", "elsewhere/{index:06d}-x.json", "statements/x.json"])
def test_a_log_whose_entry_names_no_file_of_its_own_index_is_found(
    tmp_path: Path, root: SigningKey, log_key: SigningKey, envelope: Make, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Signed by the log's own key: a file outside `statements/`, or one that another entry may name as well."""
    log = Log.create(tmp_path / "public", "example.org", log_key, root_key=root.public)
    log.append(envelope(0))
    with monkeypatch.context() as patch:
        patch.setattr(
            "testigo.record.entry.statement_path",
            lambda index, statement, place="": path.format(index=index, other=index + 1),
        )
        (log.folder / "elsewhere").mkdir()
        log.append(envelope(1))
        log.publish()
    found = failures(read_record(log.folder).findings)
    assert ("entries", "tile/entries/000.p/2") in found


def test_a_changed_entry_is_found_though_the_root_hash_cannot_be_computed(make_record: MakeRecord) -> None:
    folder = make_record(300)
    bundle = folder / "tile/entries/000"
    data = bytearray(bundle.read_bytes())
    data[-10] ^= 1
    bundle.write_bytes(data)
    for lost in ("tile/entries/001.p/44", "tile/0/001.p/44"):
        (folder / lost).unlink()
    found = [one for one in read_record(folder).findings if one.code == "tiles"]
    assert {(one.place, one.grade) for one in found} == {
        ("tile/entries/000", Grade.FAILURE),
        ("checkpoint", Grade.INCOMPLETE),
    }
    assert all("entry 255" in one.detail for one in found if one.place == "tile/entries/000")


@pytest.mark.parametrize("width", ["1", "4"])
def test_a_changed_partial_tile_of_an_earlier_checkpoint_is_found(new_log: Log, envelope: Make, width: str) -> None:
    for number in range(5):
        new_log.append(envelope(number))
        new_log.publish()
    assert read_record(new_log.folder).ok
    for level in ("0", "entries"):
        file = new_log.folder / "tile" / level / "000.p" / width
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert failures(read_record(new_log.folder).findings) == {("tiles", f"tile/{level}/000.p/{width}")}
        file.write_bytes(data)
    (new_log.folder / "tile/entries/000.p/6").write_bytes(b"")
    assert failures(read_record(new_log.folder).findings) == {("files", "tile/entries/000.p/6")}


def test_an_earlier_partial_tile_is_not_judged_without_its_entries(new_log: Log, envelope: Make) -> None:
    for number in range(5):
        new_log.append(envelope(number))
        new_log.publish()
    (new_log.folder / "tile/entries/000.p/5").unlink()
    found = {(one.place, one.grade) for one in read_record(new_log.folder).findings if one.code == "tiles"}
    assert ("tile/entries/000.p/4", Grade.UNCHECKED) in found and ("tile/entries/000.p/1", Grade.UNCHECKED) in found
    assert not [grade for _, grade in found if grade is Grade.FAILURE]


def test_another_root_key_is_found(make_record: MakeRecord) -> None:
    folder = make_record(2)
    (folder / "root.pub").write_text(f"{SigningKey.generate().public.hex}\n")
    assert failures(read_record(folder).findings) == {("keys", "root.pub")}


def test_another_log_key_is_found(make_record: MakeRecord) -> None:
    folder = make_record(2)
    (folder / "log.pub").write_text(f"{SigningKey.generate().public.hex}\n")
    assert failures(read_record(folder).findings) == {("keys", "log.pub"), ("checkpoint", "checkpoint")}


def test_a_signature_that_nobody_here_can_check_is_told(make_record: MakeRecord) -> None:
    """Witnesses cosign checkpoints; C2SP signed-note: verifiers ignore signatures of keys that they do not know."""
    folder = make_record(2)
    own = (folder / "checkpoint").read_text()
    text, _, signature = own.partition("\n\n")
    others = [note.NoteSignature("witness.example/w1", bytes(4), bytes(72)), *_cosignatures(own, 2)]
    lines = [signature, *(one.encode() for one in others)]
    for order in (lines, lines[::-1]):
        (folder / "checkpoint").write_text(f"{text}\n\n{''.join(order)}")
        record = read_record(folder)
        assert record.ok and record.size == 2
        assert grades(record.findings) == {("cosignatures", "note")}
        assert "3 beside the log's" in next(one.detail for one in record.findings if one.code == "cosignatures")


def _cosignatures(own: str, count: int) -> list[note.NoteSignature]:
    """Signatures by unknown keys under the log's own name."""
    name = own.partition("\n")[0]
    return [note.parse(note.sign("text\n", name, SigningKey.generate())).signatures[0] for _ in range(count)]


def test_cosignatures_are_bounded_and_never_stand_in_for_the_logs(make_record: MakeRecord) -> None:
    folder = make_record(2)
    own = (folder / "checkpoint").read_text()
    lines = "".join(one.encode() for one in _cosignatures(own, note.MAX_SIGNATURES))
    (folder / "checkpoint").write_text(own + lines)
    assert ("checkpoint", "failure") in grades(read_record(folder).findings)
    text = own.partition("\n\n")[0]
    (folder / "checkpoint").write_text(f"{text}\n\n{lines}")
    assert ("checkpoint", "failure") in grades(read_record(folder).findings)


# A witness who kept yesterday's checkpoint


def test_a_longer_record_continues_the_kept_checkpoint(new_log: Log, envelope: Make) -> None:
    kept = []
    for number in range(6):
        kept.append((new_log.folder / "checkpoint").read_text())
        new_log.append(envelope(number))
        new_log.publish()
    record = read_record(new_log.folder)
    for old in [*kept, record.checkpoint]:
        finding = record.check_consistency(old)
        assert finding.holds, finding


def test_a_rewritten_or_shortened_record_is_found_by_its_kept_checkpoint(
    tmp_path: Path, root: SigningKey, log_key: SigningKey, envelope: Make, make_record: MakeRecord
) -> None:
    """The authority itself cheats: both records are perfectly signed."""
    kept = read_record(make_record(5)).checkpoint
    rewritten = Log.create(tmp_path / "rewritten", "example.org/elections/2026", log_key, root_key=root.public)
    for number in (0, 1, 9, 3, 4, 5):
        rewritten.append(envelope(number))
    rewritten.publish()
    record = read_record(rewritten.folder)
    assert record.ok
    finding = record.check_consistency(kept)
    assert finding.grade is Grade.FAILURE
    assert "rewritten" in finding.detail
    shortened = read_record(make_record(4, "shortened"))
    assert shortened.ok
    assert "cut back" in shortened.check_consistency(kept).detail


@pytest.mark.parametrize(
    "changed",
    [
        lambda kept: kept.replace(b"\n", b"\r\n"),
        lambda kept: kept.replace(b"\n", b"\r"),
        lambda kept: b"\xef\xbb\xbf" + kept,
        lambda kept: kept.rstrip(b"\n"),
        lambda kept: kept + b"\r\n\r\n",
    ],
)
def test_a_kept_checkpoint_with_other_line_ends_is_the_same(
    make_record: MakeRecord, changed: Callable[[bytes], bytes]
) -> None:
    kept = read_record(make_record(3)).checkpoint
    longer = read_record(make_record(5, "longer"))
    assert longer.check_consistency(changed(kept)).grade is Grade.OK
    assert longer.check_consistency(changed(kept).replace(b"3", b"4", 1)).grade is Grade.UNCHECKED


def test_a_place_without_a_record_is_called_that(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Results</h1>")
    (finding,) = read_record(tmp_path).findings
    assert finding.grade is Grade.UNCHECKED and "no public record is at this place" in finding.detail


def test_a_kept_checkpoint_that_is_none_of_this_log_is_a_finding(make_record: MakeRecord, log_key: SigningKey) -> None:
    record = read_record(make_record(3))
    foreign = Checkpoint("example.com", 1, bytes(32)).sign(log_key)
    forged = Checkpoint("example.org/elections/2026", 1, bytes(32)).sign(SigningKey.generate())
    for kept in (b"", b"\xff", "\ud800", "text", foreign, forged):
        assert record.check_consistency(kept).grade is Grade.UNCHECKED


def test_a_checkpoint_kept_under_an_earlier_key_is_checked_with_the_key_of_its_size(
    make_record: MakeRecord, log_key: SigningKey, envelope: Make
) -> None:
    folder, new = make_record(3), SigningKey.generate()
    kept = read_record(folder).checkpoint
    log = Log.open(folder, log_key)
    log.append(envelope(3))
    log.rekey(new)
    log.append(envelope(4))
    log.publish()
    record = read_record(folder)

    def signers(size: int) -> tuple[PublicKey, ...]:
        return (log_key.public,) if size < 4 else (log_key.public, new.public) if size == 4 else (new.public,)

    assert record.check_consistency(kept).grade is Grade.UNCHECKED
    assert record.check_consistency(kept, signers).grade is Grade.OK
    assert record.check_consistency(record.checkpoint, signers).grade is Grade.OK
    for size, grade in ((3, Grade.OK), (4, Grade.OK), (5, Grade.UNCHECKED)):
        assert record.leaves is not None
        old = Checkpoint(record.origin, size, merkle.root(record.leaves[:size]))
        assert record.check_consistency(old.sign(log_key), signers).grade is grade
    forged = Checkpoint(record.origin, 3, bytes(32)).sign(log_key)
    assert "rewritten" in record.check_consistency(forged, signers).detail
    late = Checkpoint(record.origin, 3, merkle.root(record.leaves[:3])).sign(new)
    assert record.check_consistency(late, signers).grade is Grade.UNCHECKED


def test_a_record_whose_key_is_replaced_while_it_is_read_is_read_again(
    make_record: MakeRecord, log_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, new = make_record(3), SigningKey.generate()
    real, done = FolderSource.read, []

    def read(source: FolderSource, path: str, limit: int) -> bytes:
        if path == "checkpoint" and not done:
            done.append(Log.open(folder, log_key).rekey(new))
        return real(source, path, limit)

    monkeypatch.setattr(FolderSource, "read", read)
    record = read_record(folder)
    assert record.ok, record.findings
    assert (record.log_key, len(done)) == (new.public, 1)


# Over HTTP


def test_a_record_is_read_over_http_as_from_its_folder(make_record: MakeRecord, serve: str) -> None:
    folder = make_record(40)
    here, there = read_record(folder), read_record(f"{serve}/public/")
    assert there.ok, there.findings
    assert there.envelopes == here.envelopes
    assert "cannot be seen" in there.findings[-1].detail


@pytest.mark.parametrize(
    "path", ["checkpoint", "log.pub", "root.pub", "tile/0/000.p/5", "statements/000003-tally-sheet-station-3.json"]
)
def test_damage_is_found_over_http(make_record: MakeRecord, serve: str, path: str) -> None:
    folder = make_record(5)
    data = bytearray((folder / path).read_bytes())
    data[20] ^= 1
    (folder / path).write_bytes(data)
    assert path in {place for _, place in failures(read_record(f"{serve}/public").findings)}
    (folder / path).unlink()
    assert path in {place for _, place in failures(read_record(f"{serve}/public").findings)}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x",
        "http://[bad",
        "https://",
        "http://\x00",
        "http://a..b/",
        "http://" + "a" * 300,
        "a\0b",
        "",
    ],
)
def test_an_address_that_does_not_answer_is_a_finding(address: str) -> None:
    assert grades(read_record(address).findings) == {("no-record", "unchecked")}


def test_a_server_is_not_asked_for_ever(make_record: MakeRecord, serve: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_record(60)
    for file in (folder / "statements").iterdir():
        file.unlink()
    monkeypatch.setattr(source, "MAX_FAILURES", 5)
    record = read_record(f"{serve}/public")
    refused = [finding for finding in record.findings if "not fetched" in finding.detail]
    assert len(refused) > 30


def test_the_last_file_that_is_asked_for_is_the_last_allowed_to_fail(
    tmp_path: Path, serve: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_FAILURES", 3)
    web = open_source(serve)
    try:
        for name in ("a", "b"):
            with pytest.raises(MissingFile):
                web.read(name, 10)
        (tmp_path / "c").write_bytes(b"x")
        assert web.read("c", 10) == b"x"  # the server is well: failures before do not count
        for name in ("a", "b", "d"):
            with pytest.raises(MissingFile):
                web.read(name, 10)
        with pytest.raises(StorageError) as refused:
            web.read("c", 10)
        assert not isinstance(refused.value, MissingFile)
    finally:
        web.close()


class EndlessHandler(QuietHandler):
    """Never stops sending, and redirects where it is not asked."""

    def do_GET(self) -> None:
        if self.path.endswith("log.pub"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True


def test_an_endless_answer_is_cut_off_and_a_redirect_not_followed() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), EndlessHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        record = read_record(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
        thread.join()
    details = {finding.place: finding.detail for finding in record.findings}
    assert "larger than 65,536 bytes" in details["checkpoint"]
    assert {finding.code for finding in record.findings} == {"no-record"}


def test_a_record_published_while_it_is_read_is_read_again(
    new_log: Log, envelope: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_log.append(envelope(0))
    new_log.publish()
    real = source.FolderSource.read_many
    busy = [True]

    def publish_meanwhile(self: source.FolderSource, paths: list[str], limit: int) -> object:
        if busy.pop() if busy else False:
            new_log.append(envelope(1))
            new_log.publish()
        return real(self, paths, limit)

    monkeypatch.setattr(source.FolderSource, "read_many", publish_meanwhile)
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert record.size == 2
