"""Councils' tables into a definition: what comes of them, and every wrong row told with its row and column."""

from pathlib import Path

import pytest

from testigo.election.load import read_payload
from testigo.election.tables import HEADER_WORDS, Shape, guess, import_tables, read_map, read_table
from testigo.errors import SeveralErrors, TestigoError

FILE = Path("election.yaml")

DEFINITION = """\
id: land-2027
title: {es: Elecciones, en: Elections}
date: 2027-05-09
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es, en]
rolls: [general, indigenous]
districts:
  - {id: land, name: {es: País, en: Land}}   # the root stays
stations: []
contests:
  - id: mayor   # by hand
    district: land
    title: {es: Alcaldía, en: Mayor}
    kind: choose-one
    none-of-the-above: {option: nobody}
    options:
      - {id: nobody, name: {es: Nadie, en: Nobody}}
  - id: council
    district: land
    title: {es: Concejo, en: Council}
    kind: party-list
    method: dhondt
    seats: 2
    options: []
bodies: []
"""

STATIONS = """\
Cod. Depto;Departamento;Cod. Municipio;Municipio;Recinto;Dirección;Mesa;Habilitados;Indígenas
01;Norte;0101;Río Alto;Escuela Uno;Calle 1;1;1.020;20
01;Norte;0101;Río Alto;Escuela Uno;;2;240;
01;NORTE;0102;Bajo;"Casa
Comunal";Plaza;1;300;0
02;Sur;0201;Puerto;Colegio Mar;Muelle;1;250;
"""
PARTIES = "Código,Sigla,Nombre\nP1,PR,Partido Rojo\nP2,PA,Partido Azul\n"
CANDIDATES = """\
Cargo\tSigla\tOrden\tNombre\tSuplente
Alcaldía\tPA\t2\tLuis Soto\tIris Leal
Alcaldía\tPR\t1\tAna Peña\t
council\tPR\t2\tEva Mora\tX Y
council\tPA\t1\tNoé Díaz\t
council\tP1\t1\tTam Roa\t
"""

MAP = {
    "format": 1,
    "districts": {
        "file": "s.csv",
        "under": "land",
        "levels": [
            {"id": "Cod. Depto", "name": "Departamento"},
            {"id": "Cod. Municipio", "name": "Municipio"},
        ],
    },
    "stations": {
        "file": "s.csv",
        "id": ["Cod. Municipio", "Mesa"],
        "name": "Recinto",
        "district": "Cod. Municipio",
        "register-size": "Habilitados",
        "address": "Dirección",
        "roll-sizes": {"indigenous": "Indígenas"},
    },
    "parties": {"file": "p.csv", "id": "Código", "name": "Nombre", "abbreviation": "Sigla"},
    "candidates": {
        "file": "c.csv",
        "contest": "Cargo",
        "name": "Nombre",
        "order": "Orden",
        "party": "Sigla",
        "people": [{"column": "Suplente", "role": {"es": "Suplente", "en": "Substitute"}}],
    },
}


def place(*key: str) -> str:
    return f"map:{'.'.join(key)}"


def run(stations=STATIONS, parties=PARTIES, candidates=CANDIDATES, *, text=DEFINITION, map_=MAP, unfinished=False):
    texts = {"districts": stations, "stations": stations, "parties": parties, "candidates": candidates}
    files = {"districts": "s.csv", "stations": "s.csv", "parties": "p.csv", "candidates": "c.csv"}
    tables = {
        name: read_table(texts[name].encode(), Path(files[name]), Shape(), HEADER_WORDS)
        for name in map_
        if name in files
    }
    return import_tables(text.encode(), FILE, read_map(map_, place), tables, place, unfinished=unfinished)


def refused(*tables: str, **how) -> list[str]:
    """The errors, `PLACE: CODE`."""
    with pytest.raises(TestigoError) as raised:
        run(*tables, **how)
    errors = raised.value.errors if isinstance(raised.value, SeveralErrors) else [raised.value]
    assert all(str(error) for error in errors)
    return [f"{error.place}: {error.code}" for error in errors]


def without(*tables: str) -> dict[str, object]:
    return {name: part for name, part in MAP.items() if name not in tables}


def changed(table: str, **columns: object) -> dict[str, object]:
    return {**MAP, table: {**MAP[table], **columns}}


def test_four_tables_make_an_election():
    imported = run()
    definition = imported.definition
    assert [path for _, path in definition.all_districts()] == [
        ("land",),
        ("land", "01"),
        ("land", "01", "0101"),
        ("land", "01", "0102"),
        ("land", "02"),
        ("land", "02", "0201"),
    ]
    stations = {one.id: one for one in definition.stations}
    assert list(stations) == ["0101-1", "0101-2", "0102-1", "0201-1"]
    assert (stations["0101-1"].register_size, stations["0101-1"].roll_sizes) == (1020, {"indigenous": 20})
    assert (stations["0102-1"].name, stations["0101-2"].address) == ("Casa Comunal", "")
    mayor, council = definition.contests
    assert [(one.id, one.party) for one in mayor.options] == [("ana-pena", "p1"), ("luis-soto", "p2"), ("nobody", "")]
    assert [(one.name, one.role["en"]) for one in mayor.options[1].people] == [("Iris Leal", "Substitute")]
    assert [(one.id, one.name["es"], one.candidates) for one in council.options] == [
        ("p1", "Partido Rojo", ("Tam Roa", "Eva Mora")),
        ("p2", "Partido Azul", ("Noé Díaz",)),
    ]
    assert "table.people-of-lists" in [one.code for one in imported.warnings]


def test_the_rest_of_the_file_stays_and_a_second_import_changes_nothing():
    first = run()
    text = first.text.decode()
    assert "  - id: mayor   # by hand\n" in text and "# the root stays" in text and "\nbodies: []\nparties:\n" in text
    assert read_payload(first.text, FILE).payload["title"] == {"es": "Elecciones", "en": "Elections"}
    again = run(text=text)
    assert again.text == first.text
    assert not any(one.added or one.changed or one.removed for one in again.changes)


OPEN = DEFINITION.replace("    method: dhondt\n", "    method: dhondt\n    preferences: {most: 1}\n")


def test_a_gap_in_an_open_list_is_told_because_voters_see_the_numbers():
    gap = CANDIDATES.replace("PR\t2\tEva", "PR\t3\tEva")
    assert "table.renumbered" not in [one.code for one in run(text=OPEN).warnings]
    assert "table.renumbered" not in [one.code for one in run(candidates=gap).warnings], "no numbers there"
    (told,) = [one for one in run(candidates=gap, text=OPEN).warnings if one.code == "table.renumbered"]
    assert "Eva Mora has number 3 of list p1 in the table, and will have number 2" in str(told)
    assert "row 4" in str(told.place) and "Orden" in str(told.place)


def test_what_contests_say_about_preferences_and_withdrawals_stays():
    rules = "    after-signing: votes-void\n    majority: {withdrawn: next, conditions: [{more-than: 50}]}\n"
    text = OPEN.replace("    kind: choose-one\n", "    kind: choose-one\n" + rules)
    once = run(text=text)
    again = run(text=once.text.decode())
    assert rules in once.text.decode() and "    preferences: {most: 1}\n" in once.text.decode()
    assert again.text == once.text and not any(one.added or one.changed or one.removed for one in again.changes)
    council = once.definition.contest("council")
    assert council.preferences is not None and council.option("p1").preferences == ("p1/1", "p1/2")
    assert once.definition.contest("mayor").after_signing == "votes-void"


def test_what_changes_is_told():
    before = run().text.decode()
    stations = STATIONS.replace("Casa\n", "Gran Casa ").replace(
        "02;Sur;0201;Puerto;Colegio Mar;Muelle;1", "02;Sur;0202;Isla;Faro;;1"
    )
    changes = {one.table: one for one in run(stations, text=before).changes}
    assert changes["stations"].added == ("0202-1",)
    assert changes["stations"].changed == ("0102-1",)
    assert changes["stations"].removed == ("0201-1",)
    assert (changes["districts"].added, changes["districts"].removed) == (("0202",), ("0201",))


def test_keys_that_the_table_does_not_say_are_kept():
    text = (
        run()
        .text.decode()
        .replace("district: 0101", "district: 0101")
        .replace("name: Escuela Uno, district", "utc-offset: -05:00, name: Escuela Uno, district")
    )
    again = run(text=text, map_=changed("parties", name={"es": "Nombre"}))
    assert again.definition.station("0101-1").utc_offset == "-05:00"
    assert again.definition.party("p1").name == {"es": "Partido Rojo", "en": "Partido Rojo"}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1.020", "1.02", "s.csv, row 2, column Habilitados: table.not-a-number"),
        ("1.020", "", "s.csv, row 2, column Habilitados: table.cell-empty"),
        ("1.020", "=A1", "s.csv, row 2, column Habilitados: table.formula"),
        ("1.020", "#N/D", "s.csv, row 2, column Habilitados: table.error-value"),
        ("1.020", "0", "s.csv, row 2, column Habilitados: station.register-size"),
        ("1.020", "21.000", "s.csv, row 2, column Habilitados: station.register-size"),
        ("1.020", "10", "s.csv, row 2, column Indígenas: station.rolls-too-large"),
        ("Escuela Uno;Calle", ";Calle", "s.csv, row 2, column Recinto: table.cell-empty"),
        ("Escuela Uno;Calle", "PeÃ±a;Calle", "s.csv, row 2, column Recinto: table.broken-letters"),
        ("Escuela Uno;Calle", "x" * 161 + ";Calle", "s.csv, row 2, column Recinto: definition.text-too-long"),
        ("Colegio Mar", "a\u200b\u202eb", "s.csv, row 5, column Recinto: definition.text-not-printable"),
        ("Uno;;2;", "Uno;;1;", "s.csv, row 3, column Mesa: table.twice"),
        ("0102;Bajo", "1,02E+11;Bajo", "s.csv, row 4, column Cod. Municipio: table.rounded-code"),
        ("0102;Bajo", "北;Bajo", "s.csv, row 4, column Cod. Municipio: table.no-id"),
        ("0102;Bajo", "0101;Bajo", "s.csv, row 4, column Cod. Municipio: table.two-names"),
        ("02;Sur;0201;Puerto", "02;Sur;0101;Río Alto", "s.csv, row 5, column Cod. Municipio: table.two-parents"),
        ("01;NORTE", ";", "s.csv, row 4, column Cod. Depto: table.cell-empty"),
        ("02;Sur;0201;Puerto", "02;Sur;0201;", "s.csv, row 5, column Municipio: table.cell-empty"),
        ("0102;Bajo", "x" * 36 + ";Bajo", "s.csv, row 4, column Cod. Municipio: definition.style-too-long"),
        ("02;Sur;0201;Puerto", "con;Sur;0201;Puerto", "s.csv, row 5, column Cod. Depto: definition.id-reserved"),
    ],
)
def test_a_wrong_cell_is_told_with_row_and_column(old, new, found):
    assert old in STATIONS
    errors = refused(STATIONS.replace(old, new, 1), map_=without("parties", "candidates"), unfinished=True)
    assert found in errors


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Alcaldía\tPA", "Alcalde\tPA", "c.csv, row 2, column Cargo: table.unknown"),
        ("Alcaldía\tPA", "Alcaldía\tPX", "c.csv, row 2, column Sigla: table.unknown"),
        ("Alcaldía\tPA", "Alcaldía\tP01", "c.csv, row 2, column Sigla: table.unknown-near"),
        ("PA\t2\tLuis", "PA\tdos\tLuis", "c.csv, row 2, column Orden: table.not-a-number"),
        ("Luis Soto", "Ana Peña", "c.csv, row 2, column Nombre: table.twice"),
        ("Eva Mora", "", "c.csv, row 4, column Nombre: table.cell-empty"),
        ("PR\t2\tEva", "PR\t1\tEva", "c.csv, row 6, column Orden: table.order-twice"),
        ("council\tPA", "council\t", "c.csv, row 5, column Sigla: table.no-list"),
        ("Luis Soto", "Voto en blanco", "c.csv, row 2, column Nombre: option.named-like-blank"),
    ],
)
def test_a_wrong_candidate_is_told_with_row_and_column(old, new, found):
    assert old in CANDIDATES
    errors = refused(STATIONS, PARTIES, CANDIDATES.replace(old, new, 1))
    assert found in errors


def test_an_abbreviation_of_two_parties_is_said_to_be_of_both():
    parties = PARTIES + "P3,PR,Partido Rural\n"
    with pytest.raises(SeveralErrors) as raised:
        run(STATIONS, parties, CANDIDATES)
    told = next(one for one in raised.value.errors if one.code == "table.name-of-several")
    assert told.place == "c.csv, row 3, column Sigla"
    assert "'PR' is the name or abbreviation of more than one party: p1 and p3" in told.text("en")
    assert "más de un partido: p1 y p3; escriba el código" in told.text("es")


CODED = """\
Código\tCargo\tSigla\tOrden\tNombre\tSuplente
m1\tAlcaldía\tPR\t1\tสมชาย ใจดี\t
m2\tAlcaldía\tPA\t2\tLuis Soto\t
{0}\tcouncil\tPR\t1\tTam Roa\t
{1}\tcouncil\tPR\t2\tEva Mora\t
{2}\tcouncil\tPA\t1\tNoé Díaz\t
"""


@pytest.mark.parametrize(
    ("codes", "lists"),
    [(("", "", ""), ["p1", "p2"]), (("L1", "L1", ""), ["l1", "p2"]), (("L1", "L1", "7"), ["l1", "7"])],
)
def test_a_list_without_a_code_has_its_partys_id_where_others_have_codes(codes, lists):
    _, council = run(candidates=CODED.format(*codes), map_=changed("candidates", id="Código")).definition.contests
    assert [one.id for one in council.options] == lists


@pytest.mark.parametrize("codes", [("101", "102", "201"), ("", "102", ""), ("101", "", "")])
def test_a_code_of_each_candidate_of_a_list_is_told_with_its_row(codes):
    errors = refused(STATIONS, PARTIES, CODED.format(*codes), map_=changed("candidates", id="Código"))
    assert errors == ["c.csv, row 5, column Código: table.list-split"]


def test_all_errors_are_told_at_once_up_to_a_bound():
    head, *_ = STATIONS.splitlines()
    rows = "\n".join(f"01;Norte;0101;Río;Escuela;;{number};nada;" for number in range(300))
    with pytest.raises(SeveralErrors) as raised:
        run(f"{head}\n{rows}\n", map_=without("parties", "candidates"))
    assert (raised.value.message.values["count"], len(raised.value.errors)) == (300, 200)
    assert str(raised.value.errors[-1]).startswith("s.csv, row 201, column Habilitados: 'nada'")


def test_districts_by_parent():
    table = "code;name;parent\n2;Sur;\n21;Puerto;2\n1;Norte;1\n"
    map_ = {"format": 1, "districts": {"file": "s.csv", "id": "code", "name": "name", "parent": "parent"}}
    payload = read_payload(run(table, map_=map_, unfinished=True).text, FILE).payload
    assert [(one["id"], [below["id"] for below in one.get("districts", [])]) for one in payload["districts"]] == [
        ("2", ["21"]),
        ("1", []),
    ]
    for wrong, code in [
        ("code;name;parent\n1;a;2\n2;b;1\n", "s.csv, row 2, column parent: table.circle"),
        ("code;name;parent\n1;a;3\n", "s.csv, row 2, column parent: table.no-parent"),
        ("code;name;parent\n1;a;\n1;b;\n", "s.csv, row 3, column code: table.twice"),
        (
            "code;name;parent\n" + "".join(f"{n};x;{n - 1 or ''}\n" for n in range(1, 40)),
            "s.csv, row 32, column parent: table.too-deep",
        ),
    ]:
        assert code in refused(wrong, map_=map_)


def test_what_is_not_finished_elsewhere_waits_only_if_that_is_said():
    map_ = without("candidates", "parties")
    assert "election.yaml:13 (contests[2].options[1])" not in refused(map_=map_)
    done = run(map_=map_, unfinished=True)
    assert done.definition is not None and any("council" in str(one) for one in done.warnings)
    broken = DEFINITION.replace("date: 2027-05-09\n", "")
    assert refused(text=broken) == ["election.yaml:1: definition.key-missing"]
    assert run(text=broken, unfinished=True).definition is None


def test_columns_of_the_map_that_are_not_there_are_told_with_their_line():
    errors = refused(map_=changed("stations", name="Recintos", address="Calle"))
    assert errors == ["map:stations.name: table.column-missing-near", "map:stations.address: table.column-missing"]
    assert refused(map_=changed("districts", under="moon")) == ["map:districts.under: import.under-unknown"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, "map:format: map.no-format"),
        ({"format": 2}, "map:format: file.newer-format"),
        ({"format": 1}, "map:: map.empty"),
        (changed("stations", id=[]), ""),
        (changed("stations", id=""), ""),
        (changed("stations", colour="x"), "map:stations.colour: map.malformed"),
        (changed("stations", name=3), "map:stations.name: map.malformed"),
        (changed("stations", encoding="ebcdic"), "map:stations.encoding: table.unknown-encoding"),
        (changed("stations", separator="ab"), "map:stations.separator: map.separator"),
        (changed("districts", levels=[]), "map:districts: map.levels-or-parent"),
        ({"format": 1, "stations": {"file": "s.csv"}}, "map:stations: map.malformed"),
        ({"format": 1, "stations": 3}, "map:stations: map.malformed"),
    ],
)
def test_a_wrong_map_is_refused_at_its_line(values, found):
    with pytest.raises(TestigoError) as raised:
        read_map(values, place)
    assert f"{raised.value.place}: {raised.value.code}" == (found or "map:stations.id: map.no-column")


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        (
            "stations",
            "code;school;address;district code;registered voters",
            ("code", "school", "district code", "registered voters"),
        ),
        (
            "stations",
            "Nº da seção;Local de votação;Código município;Eleitores aptos",
            ("Nº da seção", "Local de votação", "Código município", "Eleitores aptos"),
        ),
        (
            "stations",
            "code bureau;lieu de vote;code commune;électeurs inscrits",
            ("code bureau", "lieu de vote", "code commune", "électeurs inscrits"),
        ),
        ("stations", "CODIGO_MESA;RECINTO;COD_MUN;HABILITADOS", ("CODIGO_MESA", "RECINTO", "COD_MUN", "HABILITADOS")),
        (
            "stations",
            "رقم المحطة;اسم المدرسة;رمز البلدية;عدد الناخبين",
            ("رقم المحطة", "اسم المدرسة", "رمز البلدية", "عدد الناخبين"),
        ),
        ("stations", "מספר קלפי;שם מקום;קוד יישוב;בוחרים", ("מספר קלפי", "שם מקום", "קוד יישוב", "בוחרים")),
    ],
)
def test_columns_are_guessed_in_six_languages(name, header, expected):
    cells = ";".join("1" for _ in header.split(";"))
    table = read_table(f"{header}\n{cells}\n".encode(), Path("s.csv"), Shape(), HEADER_WORDS)
    found = guess(table, name, ["es"])
    assert (found["id"], found["name"], found["district"], found["register-size"]) == expected


@pytest.mark.parametrize("header", ["SUPLENTE", "Suppléante", "Substitute", "SUBSTITUTO", "Alterno"])
def test_a_substitutes_role_is_said_in_each_language_never_by_the_header(header):
    table = read_table(f"CARGO;CANDIDATO;{header}\nx;Ana;Eva\n".encode(), Path("c.csv"), Shape(), HEADER_WORDS)
    (person,) = guess(table, "candidates", ["es", "en", "pt", "fr", "ar", "he", "gn"])["people"]
    assert person["column"] == header
    assert person["role"] == {
        "es": "Suplente", "en": "Substitute", "pt": "Suplente", "fr": "Suppléant", "ar": "بديل", "he": "ממלא מקום",
    }  # fmt: skip


def test_every_column_of_substitutes_is_guessed():
    text = "CARGO;CANDIDATO;SUPLENTE 1;SUPLENTE 2\nx;Ana;Eva;Noe\n"
    table = read_table(text.encode(), Path("c.csv"), Shape(), HEADER_WORDS)
    assert [one["column"] for one in guess(table, "candidates", ["es"])["people"]] == ["SUPLENTE 1", "SUPLENTE 2"]
