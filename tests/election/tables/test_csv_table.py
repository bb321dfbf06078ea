"""Spreadsheets' CSV as it really comes, and bytes that are none."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election.tables import HEADER_WORDS, Shape, read_table
from testigo.election.tables import csv_table as module
from testigo.errors import TestigoError

FILE = Path("mesas.csv")
ROWS = [["Código", "Recinto", "Habilitados"], ["01", "Escuela Ñandú", "320"], ["02", "Unidad, «Simón»", "1.234"]]


def read(data: bytes, **shape: object):
    return read_table(data, FILE, Shape(**shape), HEADER_WORDS)


def written(rows=ROWS, separator=",", end="\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("windows-1252", b"", "windows-1252"),
        ("iso-8859-1", b"", "windows-1252"),
    ],
)
def test_what_excel_and_libreoffice_write(encoding, mark, found, separator, end):
    table = read(mark + written(separator=separator, end=end).encode(encoding))
    assert (table.encoding, table.separator, table.header_row) == (found, separator, 1)
    assert [[row.cells[name] for name in table.header] for row in table.rows] == ROWS[1:]
    assert [row.number for row in table.rows] == [2, 3]


def test_decomposed_letters_spaces_and_line_breaks_are_plain_text():
    table = read('id;name\n 01 ;"Nin\u0303o \r\n  Jesu\u0301s\u00a0"\n'.encode())
    assert table.rows[0].cells == {"id": "01", "name": "Niño Jesús"}


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    text = 'Tribunal Electoral;;\n;;\nCod;Recinto;Habilitados\n1;"a\nb";3\n;;\n\n2;c;4\n;;TOTAL\n'
    table = read(text.encode())
    assert table.header_row == 3
    assert [row.number for row in table.rows] == [4, 7, 8]


def test_commas_inside_quotes_separate_nothing():
    """As the Polish commission's table of districts has them."""
    text = '"Siedziba";"Nr";"Opis"\n' + '"Legnica";"1";"powiaty: a, b, c, d, e, f"\n' * 3
    assert read(text.encode()).separator == ";"


def test_sep_line_of_excel_says_the_separator():
    table = read(b"sep=;\r\ncod;name,1\r\n1;x,y\r\n")
    assert (table.separator, table.header_row, table.header) == (";", 2, ("cod", "name,1"))


def test_headers_that_stand_twice_and_those_that_are_empty_have_names():
    table = read(b"cod;name;name;;name (2);\n1;a;b;c;d;e\n")
    assert table.header == ("cod", "name", "name (2)", "(column D)", "name (2) (2)", "(column F)")
    assert [table.rows[0].cells[name] for name in table.header] == ["1", "a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04rest", "table.is-a-spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "table.is-a-spreadsheet"),
        (b"", "table.empty"),
        (b"cod;name\n", "table.empty"),
        (b"\n;;\n", "table.empty"),
        (b'cod;name\n1;"open\n', "table.not-csv"),
        (b'cod;name\n1;"a"b\n', "table.not-csv"),
        (b"cod;name\n1;a;b\n", "table.more-cells"),
        (b"cod;name\n1;caf\x81\n", "table.other-encoding"),
        (b"cod;name\n1;" + b"x" * 3000, "table.cell-too-long"),
        (b"cod;name\n1;" + b"x" * 200_000, "table.not-csv"),
        (b"cod;name\n" + b"1;2;" * 400, "table.too-many-columns"),
    ],
)
def test_what_is_no_table_is_refused(data, code):
    with pytest.raises(TestigoError) as refused:
        read(data)
    assert refused.value.code == code


def test_rows_are_counted(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    with pytest.raises(TestigoError, match="more than 3 rows"):
        read(b"cod\n1\n2\n3\n")


def test_a_wrong_encoding_in_the_map_is_told_with_its_row():
    with pytest.raises(TestigoError) as refused:
        read("cod;name\n1;a\n2;Ñandú\n".encode("windows-1252"), encoding="utf-8")
    assert refused.value.code == "table.other-encoding" and "row 3" in refused.value.place


def test_utf_8_is_known_whatever_the_map_says():
    table = read("cod;name\n1;Ñandú\n".encode(), encoding="windows-1252")
    assert (table.encoding, table.rows[0].cells["name"]) == ("utf-8", "Ñandú")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(data):
    try:
        table = read(data)
    except TestigoError as error:
        assert str(error)
    else:
        assert all(set(row.cells) <= set(table.header) for row in table.rows)


@given(st.text(alphabet="ab01;,\t\"'=\r\n \u00a0\x00ñ", max_size=200))
def test_any_text_is_a_table_or_a_sentence(text):
    try:
        table = read(text.encode())
    except TestigoError as error:
        assert str(error)
    else:
        assert len(set(table.header)) == len(table.header)


cells = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(";,\t"))
def test_cells_come_back_as_they_were_written(rows, separator):
    rows = [["k", *row] for row in rows]
    table = read(
        written([["cod", "name", "address", "x"], *rows], separator).encode(), separator=separator, header_row=1
    )
    plain = [[module.plain_text(cell) for cell in row] for row in rows]
    assert [[row.cells[name] for name in table.header] for row in table.rows] == plain
