"""`testigo election import` and `export` as an officer calls them."""

import codecs
import json
import re

import pytest

from testigo.cli import election_tables, main

DEFINITION = """\
# Our election
id: land-2027
title: {es: Elecciones}
date: 2027-05-09
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es]
districts:
  - {id: land, name: País}
stations: []
contests:
  - id: mayor
    district: land
    title: {es: Alcaldía}
    kind: choose-one
    options: []
"""
STATIONS = "COD_MUN;MUNICIPIO;RECINTO;MESA;HABILITADOS\r\n01;Río Alto;Escuela;1;320\r\n02;Bajo;Casa;1;1.250\r\n"
CANDIDATES = "CARGO,NOMBRE\nAlcaldía,Ana Peña\nAlcaldía,Luis Soto\n"


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "election.yaml").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "mesas.csv").write_bytes(STATIONS.encode("windows-1252"))
    (tmp_path / "candidatos.csv").write_text(CANDIDATES, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["election", *arguments])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return run


GUESS = ("import", "--stations", "mesas.csv", "--candidates", "candidatos.csv", "--into", "election.yaml")
IMPORT = ("import", "--map", "import.toml", "--into", "election.yaml")


def test_from_guess_to_checked_election(call, tmp_path):
    code, out, _ = call(*GUESS, "--save-map", "import.toml")
    assert code == 0 and "HABILITADOS" in out and "windows-1252" in out
    assert (tmp_path / "election.yaml").read_text(encoding="utf-8") == DEFINITION
    code, out, _ = call(*IMPORT, "--dry-run")
    assert code == 0 and "would be written" in out
    assert (tmp_path / "election.yaml").read_text(encoding="utf-8") == DEFINITION
    code, out, err = call(*IMPORT)
    assert (code, err) == (0, "")
    text = (tmp_path / "election.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Our election\n") and "register-size: 1250" in text
    assert call("check", "election.yaml")[0] == 0
    code, out, _ = call(*IMPORT, "--json")
    answer = json.loads(out)
    assert (code, answer["written"], answer["changes"][1]["changed"]) == (0, True, [])


def test_the_file_keeps_its_mode_and_its_byte_order_mark(call, tmp_path):
    file = tmp_path / "election.yaml"
    file.write_text(DEFINITION, encoding="utf-8-sig")
    file.chmod(0o600)
    assert call(*GUESS, "--save-map", "import.toml")[0] == 0 and call(*IMPORT)[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(codecs.BOM_UTF8) and "Ana Peña" in file.read_text(encoding="utf-8-sig")


def test_one_wrong_row_and_nothing_is_written(call, tmp_path):
    call(*GUESS, "--save-map", "import.toml")
    (tmp_path / "mesas.csv").write_bytes(STATIONS.replace("320", "x").replace("Casa", "").encode("windows-1252"))
    code, out, err = call(*IMPORT)
    assert (code, out) == (1, "")
    assert "mesas.csv, row 2, column HABILITADOS: 'x' is not a whole number" in err
    assert "mesas.csv, row 3, column RECINTO: the cell is empty" in err
    code, out, _ = call(*IMPORT, "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], [one["code"] for one in answer["errors"]]) == (
        1,
        False,
        ["table.not-a-number", "table.cell-empty"],
    )
    assert (tmp_path / "election.yaml").read_text(encoding="utf-8") == DEFINITION


def test_a_wrong_map_is_told_with_its_line(call, tmp_path):
    call(*GUESS, "--save-map", "import.toml")
    map_ = tmp_path / "import.toml"
    text = map_.read_text(encoding="utf-8")
    for old, new, told in [
        ('name = "RECINTO"', 'name = "RECINTOS"', "mesas.csv has no column 'RECINTOS'; 'RECINTO' may be meant"),
        ('name = "RECINTO"', 'nome = "RECINTO"', "nome"),
        ("format = 1", "format = 9", "format"),
    ]:
        map_.write_text(text.replace(old, new), encoding="utf-8")
        line = text[: text.index(old)].count("\n") + 1
        code, _, err = call(*IMPORT)
        assert code == 1 and f"import.toml:{line}: " in err and told in err
    assert call(*GUESS, "--save-map", "import.toml")[0] == 1


def test_what_was_not_found_is_marked_in_the_map(call, tmp_path):
    (tmp_path / "mesas.csv").write_text("x;y\n1;2\n")
    code, _, _ = call("import", "--stations", "mesas.csv", "--into", "election.yaml", "--save-map", "import.toml")
    assert code == 0
    assert 'register-size = ""  # not found' in (tmp_path / "import.toml").read_text(encoding="utf-8")
    code, _, err = call(*IMPORT)
    assert code == 1 and "import.toml:" in err and "names no column" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "--into", "election.yaml"),
        ("import", "--stations", "nowhere.csv", "--into", "election.yaml"),
        ("import", "--stations", "mesas.csv", "--into", "nowhere.yaml"),
        ("import", "--map", "mesas.csv", "--into", "election.yaml"),
        ("import", "--map", "a", "--save-map", "b", "--into", "election.yaml"),
    ],
)
def test_what_cannot_be_is_a_sentence(call, arguments):
    for options in ((), ("--json",)):
        code, out, err = call(*arguments, *options)
        assert code == 1 and "Traceback" not in out + err and (err or json.loads(out)["errors"])


def test_what_somebody_else_wrote_meanwhile_stays(call, tmp_path, monkeypatch):
    """The officer's colleague saves the file while the tables are read."""
    call(*GUESS, "--save-map", "import.toml")
    file, read = tmp_path / "election.yaml", election_tables.import_tables

    def slowly(*arguments, **named):
        imported = read(*arguments, **named)
        file.write_text(DEFINITION + "# another hand\n", encoding="utf-8")
        return imported

    monkeypatch.setattr(election_tables, "import_tables", slowly)
    code, _, err = call(*IMPORT)
    assert code == 1 and "the file was changed while it was worked on; nothing was written" in " ".join(err.split())
    assert file.read_text(encoding="utf-8") == DEFINITION + "# another hand\n"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".tmp")] == []


def test_of_many_columns_a_few_are_named(call, tmp_path):
    wide = ",".join(f"column_{number}_{'x' * 90}" for number in range(200))
    (tmp_path / "wide.csv").write_text(f"{wide}\n{'1,' * 199}1\n", encoding="utf-8")
    (tmp_path / "import.toml").write_text(
        'format = 1\n[parties]\nfile = "wide.csv"\nid = "A"\nname = "B"\nabbreviation = "C"\n'
    )
    code, _, err = call(*IMPORT)
    assert code == 1 and "has no column 'A'" in err and "column_0_xx" in err and "column_150" not in err
    assert len(err) < 4000


def test_a_file_is_exported_and_imported_again(call, tmp_path):
    call(*GUESS, "--save-map", "import.toml")
    call(*IMPORT)
    before = (tmp_path / "election.yaml").read_bytes()
    code, out, _ = call("export", "election.yaml", "--out", "tables")
    assert (code, out.split()) == (
        0,
        ["tables/districts.csv", "tables/stations.csv", "tables/candidates.csv", "tables/import.toml"],
    )
    assert call("import", "--map", "tables/import.toml", "--into", "election.yaml")[0] == 0
    assert (tmp_path / "election.yaml").read_bytes() == before
    assert call("export", "election.yaml", "--out", "tables")[0] == 1


def test_the_commands_of_the_document_work(call, tmp_path, project_root):
    text = (project_root / "docs" / "import.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    for name, block in zip(("election.yaml", "mesas.csv", "partidos.csv", "candidatos.csv"), blocks, strict=False):
        (tmp_path / name).write_text(block, encoding="utf-8")
    commands = re.findall(r"^ *testigo election (.*)$", "\n".join(blocks[4:]), re.MULTILINE)
    assert len(commands) == 6
    for command in commands:
        code, _, err = call(*command.split())
        assert (code, err) == (0, ""), command
    (tmp_path / "mesas.csv").write_text(blocks[1].replace("240", "nada"), encoding="utf-8")
    told = next(block for block in blocks if block.startswith("mesas.csv, row"))
    assert told.strip() in call(*IMPORT)[2]
