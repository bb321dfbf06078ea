"""`testigo station read-qr` with a sheet of several codes: from photographs of its pages, in any order, and cheated."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest

from large_sheet import large_definition, large_sheet, zero_sheet
from polling_place import Root
from testigo.ballot import TallySheet, ZeroReport, tally_qr
from testigo.canonical import SignedValue
from testigo.cli.root import main
from testigo.election import STATION_ROLES, MachineKey, MachineKeys
from testigo.keys import SigningKey
from testigo.record import Log, Statement, open_statement
from testigo.station.chair import tally_sheet

DEFINITION = large_definition((700,), rolls=2)
SHEET = large_sheet(DEFINITION)
ISSUED = "2027-05-09T22:00:00Z"
CHAIR = SigningKey.generate()

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["station", "read-qr", *map(str, arguments)])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int) and "Traceback" not in said.err
        return ended.value.code, said.out, " ".join(said.err.split())

    return call


def signed(type_: str, body: SignedValue, key: SigningKey = CHAIR) -> bytes:
    about = {"election": DEFINITION.digest, "subject": "s1", "issued": ISSUED}
    return Statement.of(type_, body, **about).sign(key)


def digest_of(envelope: bytes) -> str:
    return open_statement(envelope, CHAIR.public).digest


TALLY = signed("tally-sheet", SHEET)
ZERO = signed("zero-report", ZeroReport(zero_sheet(DEFINITION).tally, zero_sheet(DEFINITION).reconciliation))


@pytest.fixture
def record(tmp_path: Path) -> tuple[Path, Log]:
    """A public record with the keys of the station's machines, and nothing that the station signed."""
    root, log_key = Root(DEFINITION), SigningKey.generate()
    keys = [MachineKey(CHAIR.public.hex, "chair", "s1", "")]
    keys += [MachineKey(SigningKey.generate().public.hex, role, "s1", "") for role in STATION_ROLES if role != "chair"]
    log = Log.create(tmp_path / "public", "testigo.example/large", log_key, root_key=root.key.public)
    for envelope in root.definition_envelopes():
        log.append(envelope)
    body = MachineKeys((MachineKey(log_key.public.hex, "log", "", ""), *keys))
    log.append(root.sign("machine-keys", msgspec.to_builtins(body)))
    log.publish()
    return tmp_path / "public", log


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Of every page of the tally sheet, each turned a little."""
    pdf = tally_sheet.page(DEFINITION, SHEET, digest_of(TALLY), CHAIR)
    files = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        files.append(tmp_path / f"page-{number}.jpg")
        image = page.render(scale=150 / 72).to_pil().convert("L")
        image.rotate(5 - 3 * number, expand=True, fillcolor=255).save(files[-1])
    return files


def codes(sheet: TallySheet = SHEET, key: SigningKey = CHAIR, **more: Any) -> tuple[str, ...]:
    return tally_qr.encode(DEFINITION, sheet, more.pop("digest", digest_of(TALLY)), key, **more)


def test_photographs_of_all_pages_in_any_order(run: Run, record: tuple[Path, Log], photographs: list[Path]) -> None:
    public, log = record
    assert len(codes()) == 5 and len(photographs) > 5
    code, said, error = run(*photographs[::-1], photographs[-1], codes()[2], "--record", public)
    assert code == 0 and error == "" and "5 of 5 codes read" in said and "no tally sheet of this station yet" in said
    assert "Opción 699" in said and str(SHEET.tally.contests[0].votes["o699"]) in said
    log.append(TALLY)
    log.publish()
    code, said, _ = run(*photographs, "--record", public, "--json")
    told = json.loads(said)
    assert code == 0 and told["same_as_published"] is True and told["codes"] == 5 and told["kind"] == "tally-sheet"
    assert told["tally"] == json.loads(msgspec.json.encode(SHEET.tally)) and told["sheet"] == digest_of(TALLY)


def test_the_code_that_is_missing_is_named(run: Run, record: tuple[Path, Log], tmp_path: Path) -> None:
    public, _ = record
    five = codes()
    code, said, error = run(*five[3:], five[0], "--record", public)
    assert (code, said) == (1, "") and "codes 2 and 3 of 5 are missing" in error
    code, _, error = run(*five[:4], "--record", public)
    assert code == 1 and "code 5 of 5 is missing" in error
    pdf = tmp_path / "sheet.pdf"
    pdf.write_bytes(tally_sheet.page(DEFINITION, SHEET, digest_of(TALLY), CHAIR))
    first = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    first.save(tmp_path / "first.png")
    code, _, error = run(tmp_path / "first.png", "--record", public)
    assert code == 1 and "no QR code of a tally sheet" in error and "first.png" in error


def test_attack_codes_of_two_sheets(run: Run, record: tuple[Path, Log]) -> None:
    public, _ = record
    five, other = codes(), codes(large_sheet(DEFINITION, seed=2), digest="cd" * 32)
    code, said, error = run(*five[:4], other[4], "--record", public)
    assert (code, said) == (1, "") and "code 5/5 is of another sheet: tally sheet of station s1 (cdcdcdcd" in error
    zero = codes(zero_sheet(DEFINITION), digest=digest_of(ZERO), kind="zero-report")
    code, _, error = run(zero[0], five[1], "--record", public)
    assert code == 1 and "code 2/5 is of another sheet: tally sheet" in error and "of: zero report" in error


def test_attack_one_code_that_the_chair_did_not_sign(run: Run, record: tuple[Path, Log]) -> None:
    public, _ = record
    code, said, error = run(*codes()[:4], codes(key=SigningKey.generate())[4], "--record", public)
    assert (code, said) == (1, "") and "signature" in error


def test_attack_a_chair_that_signs_other_figures_under_the_sheets_name(run: Run, record: tuple[Path, Log]) -> None:
    """Signature and digest are right, and the figures on paper are not those in the record."""
    public, log = record
    log.append(TALLY)
    log.publish()
    forged = codes(large_sheet(DEFINITION, seed=2))
    for more in ((), ("--json",)):
        code, said, error = run(*forged, "--record", public, *more)
        assert code == 1 and "which says other figures" in error and "this very" not in said
    assert json.loads(said)["same_as_published"] is False
    code, _, error = run(*codes(digest="cd" * 32), "--record", public)
    assert code == 1 and "another tally sheet of station s1" in error


def test_attack_figures_that_do_not_add_up(run: Run, record: tuple[Path, Log]) -> None:
    tally = SHEET.tally.contests[0]
    more = msgspec.structs.replace(tally, votes={**tally.votes, "o5": tally.votes["o5"] + 1})
    changed = msgspec.structs.replace(SHEET, tally=msgspec.structs.replace(SHEET.tally, contests=(more,)))
    code, said, error = run(*codes(changed), "--record", record[0])
    assert code == 1 and "Opción 5" in said and "cannot be those of a station" in error


def test_beside_a_signed_statement(run: Run, record: tuple[Path, Log], tmp_path: Path) -> None:
    public, _ = record
    files = {"tally": TALLY, "zero": ZERO, "other": signed("tally-sheet", large_sheet(DEFINITION, seed=2))}
    files["forged"] = signed("tally-sheet", SHEET, SigningKey.generate())
    for name, data in files.items():
        (tmp_path / f"{name}.json").write_bytes(data)
    code, said, _ = run(*codes(), "--record", public, "--statement", tmp_path / "tally.json")
    assert code == 0 and "tally.json is this very tally sheet" in said.replace("\n", "")
    for name, words in (
        ("zero", "of another sheet"),
        ("other", "of another sheet"),
        ("forged", "signed by key"),
        ("none", "none.json"),
    ):
        code, _, error = run(*codes(), "--record", public, "--statement", tmp_path / f"{name}.json")
        assert code == 1 and words in error, name


def test_a_zero_report(run: Run, record: tuple[Path, Log], tmp_path: Path) -> None:
    public, log = record
    pdf = tmp_path / "zero.pdf"
    pdf.write_bytes(tally_sheet.zero_page(DEFINITION, zero_sheet(DEFINITION), digest_of(ZERO), CHAIR))
    assert "no zero report of this station yet" in run(pdf, "--record", public)[1]
    log.append(ZERO)
    log.publish()
    code, said, _ = run(pdf, "--record", public)
    assert code == 0 and "this very zero report" in said and "2 of 2 codes read" in said
    full = codes(digest=digest_of(ZERO), kind="zero-report")
    code, _, error = run(*full, "--record", public)
    assert code == 1 and "figures that are not zero" in error
