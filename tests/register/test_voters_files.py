"""Kinds of voters' files as offices send them: each is imported exactly, or refused by row with a sentence that helps.

A number never becomes another one: what comes out is what the card shows, or nothing.
"""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import Definition, load
from testigo.errors import InvalidInput, SeveralErrors
from testigo.register import Register, RegisterKey
from testigo.register.voter_cells import document_cell
from testigo.register.voters_file import FileRow, read_voters

CASES = Path(__file__).parents[1] / "data" / "voters"
HEAD = "document,name,station\n"


@pytest.fixture
def empty(definition: Definition, key: RegisterKey, tmp_path: Path):
    with Register.open(str(tmp_path / "register.db"), definition, key) as opened:
        yield opened


def _read(folder: Path, definition: Definition, data: bytes, encoding: str = "") -> list[FileRow]:
    file = folder / "voters.csv"
    file.write_bytes(data)
    return list(read_voters(file, definition, encoding))


def _people(rows: list[FileRow]) -> list[str]:
    """What was read, as `document name station`."""
    assert all(row.voter is not None and not row.errors and not row.notes for row in rows)
    return [" ".join(row.voter[:3]) for row in rows if row.voter is not None]


def _errors(rows: list[FileRow]) -> list[str]:
    """The errors, as `row code`; each says its row, and what to do."""
    for row in rows:
        assert all(error.hint and f"row {row.number}" in error.place for error in row.errors)
        assert bool(row.errors) != bool(row.voter)
    return [f"{row.number} {error.code}" for row in rows for error in row.errors]


def _rows(text: str, *, encoding: str = "utf-8") -> bytes:
    return (HEAD + text).encode(encoding)


def _zip(name: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as folder:
            folder.writestr(name, "<office/>")
        return file.getvalue()


ANA = ["123 Ana Ñandú s1"]
IMPORTED = {
    "crlf": (b"document,name,station\r\n123,Ana \xc3\x91and\xc3\xba,s1\r\n", ANA),
    "cr alone": (b"document,name,station\r123,Ana \xc3\x91and\xc3\xba,s1\r", ANA),
    "no line end": (_rows("123,Ana Ñandú,s1"), ANA),
    "byte order mark": (_rows("123,Ana Ñandú,s1\n", encoding="utf-8-sig"), ANA),
    "utf-16 of Excel": ("document\tname\tstation\r\n123\tAna Ñandú\ts1\r\n".encode("utf-16"), ANA),
    "utf-16, other order": (b"\xfe\xff" + (HEAD + "123,Ana Ñandú,s1\n").encode("utf-16-be"), ANA),
    "semicolons": ("document;name;station\n123;Ana Ñandú;s1\n".encode(), ANA),
    "tabs": ("document\tname\tstation\n123\tAna Ñandú\ts1\n".encode(), ANA),
    "bars": ("document|name|station\n123|Ana Ñandú|s1\n".encode(), ANA),
    "sep line": ("sep=;\r\ndocument;name;station\r\n123;Ana Ñandú;s1\r\n".encode(), ANA),
    "sep line with mark": ('"sep=;"\ndocument;name;station\n123;Ana Ñandú;s1\n'.encode("utf-8-sig"), ANA),
    "sep line of tabs": ("sep=\t\ndocument\tname\tstation\n123\tAna Ñandú\ts1\n".encode(), ANA),
    "everything quoted": ('"document","name","station"\n"123","Ana Ñandú","s1"\n'.encode(), ANA),
    "other order, capitals": ("STATION, Name ,Document\ns1,Ana Ñandú,123\n".encode(), ANA),
    "spaces around": (_rows("  123 , Ana   Ñandú , s1 \n"), ANA),
    "composed otherwise": (_rows("123,Ana N\u0303andu\u0301,s1\n"), ANA),
    "trailing empty rows": (_rows("123,Ana Ñandú,s1\n,,\n\n , ,\n\u00a0,,\n"), ANA),
    "empty rows within": (_rows(",,\n123,Ana Ñandú,s1\n\n"), ANA),
    "columns without a name": ("document,name,station,,\n123,Ana Ñandú,s1,,\n".encode(), ANA),
    "cells behind the last": (_rows("123,Ana Ñandú,s1,,,\n"), ANA),
    "comma in a quoted name": (_rows('123,"Ñandú, Ana",s1\n'), ["123 Ñandú, Ana s1"]),
    "line break in a quoted name": (_rows('123,"Ana\nÑandú",s1\n'), ANA),
    "quotes in a name": (_rows('123,"Ana ""Nana"" Paz",s1\n'), ['123 Ana "Nana" Paz s1']),
    "prefix and dots": (_rows("V-12.345.678,Ana,s1\n"), ["V12345678 Ana s1"]),
    "check digit": (_rows("12.345.678-9,Ana,s1\n123.456.789-09,Eva,s1\n"), ["123456789 Ana s1", "12345678909 Eva s1"]),
    "groups of a card": (
        _rows("12345-1234567-1,Ana,s1\n123456/78/1,Eva,s1\n"),
        ["1234512345671 Ana s1", "123456781 Eva s1"],
    ),
    "zeros in front": (_rows("0000123,Ana,s1\n"), ["0000123 Ana s1"]),
    "Excel's formula of a text": (_rows('"=""0123""",Ana,s1\n="0124",Eva,s1\n'), ["0123 Ana s1", "0124 Eva s1"]),
    "Excel's apostrophe": (_rows("'0123,Ana,s1\n"), ["0123 Ana s1"]),
    "full width": (_rows("Ｖ１２３,Ana,s1\n"), ["V123 Ana s1"]),
    "Arabic digits": (_rows("٠١٢٣,Ana,s1\n"), ["0123 Ana s1"]),
    "Devanagari digits": (_rows("१२३,Ana,s1\n"), ["123 Ana s1"]),
    "no-break spaces": (_rows("12\u00a0345\u202f678,Ana\u00a0Paz,s1\n"), ["12345678 Ana Paz s1"]),
    "invisible characters": (_rows("\ufeff12\u200b3\u200e,\u200fAna\u200b Ñan\u00addú,\u2060s1\n"), ANA),
    "long hyphens": (_rows("V–12345678,Ana,s1\n"), ["V12345678 Ana s1"]),
    "names of other scripts": (
        _rows("1,محمد علي,s1\n2,王小明,s1\n3,सीता,s1\n"),
        ["1 محمد علي s1", "2 王小明 s1", "3 सीता s1"],
    ),
    "accents of French": (
        _rows("1,Zoë D’Épinay,s1\n2,Łucja Żak,s1\n3,IRMÃ Conceição,s1\n"),
        ["1 Zoë D’Épinay s1", "2 Łucja Żak s1", "3 IRMÃ Conceição s1"],
    ),
    "letters in the number": (_rows("12E45,Ana,s1\n12345678Z,Eva,s1\n"), ["12E45 Ana s1", "12345678Z Eva s1"]),
}


@pytest.mark.parametrize("kind", IMPORTED)
def test_a_kind_that_is_imported_exactly(tmp_path: Path, definition: Definition, kind: str) -> None:
    data, wanted = IMPORTED[kind]
    assert _people(_read(tmp_path, definition, data)) == wanted


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1", "iso-8859-15", "mac-roman", "utf-16", "utf-8"])
def test_an_encoding_that_is_told(tmp_path: Path, definition: Definition, encoding: str) -> None:
    data = _rows("123,Ana Ñandú,s1\n", encoding=encoding)
    assert _people(_read(tmp_path, definition, data, encoding)) == ANA


def test_an_encoding_that_nobody_knows(tmp_path: Path, definition: Definition) -> None:
    with pytest.raises(InvalidInput) as caught:
        _read(tmp_path, definition, _rows("1,Ana,s1\n"), "latin-9000")
    assert caught.value.code == "voters-file.unknown-encoding"


REFUSED = {
    "decimals": (
        "12345678.0,Ana,s1\n23456789.50,Eva,s1\n1.5,Luz,s1\n",
        "2 document.dots; 3 document.dots; 4 document.dots",
    ),
    "decimal commas": ('"12345678,0",Ana,s1\n', "2 document.malformed"),
    "dots in groups of two or four": (
        "12.34.56,Ana,s1\n1234.5678,Eva,s1\n1234.567,Eva,s1\n",
        "2 document.dots; 3 document.dots; 4 document.dots",
    ),
    "thousands with a decimal": ("12.345.678.0,Ana,s1\n", "2 document.dots"),
    "thousands with commas": ('"12,345,678",Ana,s1\n', "2 document.malformed"),
    "rounded": (
        '1.2E+07,Ana,s1\n1E+16,Eva,s1\n"1,23E+11",Luz,s1\n',
        "2 document.rounded; 3 document.rounded; 4 document.rounded",
    ),
    "words for nothing": (
        "NaN,Ana,s1\nN/A,Eva,s1\nNULL,Luz,s1\n#N/A,Sol,s1\n",
        "2 document.without-digit; 3 document.without-digit; 4 document.without-digit; 5 document.without-digit",
    ),
    "words for true": ("TRUE,Ana,s1\nFALSO,Eva,s1\n", "2 document.without-digit; 3 document.without-digit"),
    "dates in words": (
        "03-Dec,Ana,s1\n3-dic-27,Eva,s1\nDec-27,Luz,s1\n1 août 2027,Zoé,s1\n",
        "2 document.date; 3 document.date; 4 document.date; 5 document.date",
    ),
    "dates in numbers": (
        "01/02/2027,Ana,s1\n2027-01-02,Eva,s1\n3/12,Luz,s1\n31.12.99,Zoé,s1\n",
        "2 document.date; 3 document.date; 4 document.date; 5 document.date",
    ),
    "times": ("2027-01-02 00:00:00,Ana,s1\n", "2 document.malformed"),
    "errors of a spreadsheet": (
        "#REF!,Ana,s1\n#VALUE!,Eva,s1\n=A2+1,Luz,s1\n",
        "2 document.without-digit; 3 document.without-digit; 4 document.malformed",
    ),
    "negative": ("-12345678,Ana,s1\n(12345678),Eva,s1\n", "2 document.separators; 3 document.malformed"),
    "two numbers": (
        "12345678 / 87654321,Ana,s1\n12345678 87654321,Eva,s1\n",
        "2 document.two-numbers; 3 document.two-numbers",
    ),
    "a line break in a number": ('"1234\n5678",Ana,s1\n', "2 document.malformed"),
    "superscripts and fractions": (
        "12²,Ana,s1\n½2,Eva,s1\n1Ⅷ,Luz,s1\n",
        "2 document.malformed; 3 document.malformed; 4 document.malformed",
    ),
    "letters that look Latin": ("В123,Ana,s1\n", "2 document.malformed"),
    "digits of two scripts": ("1٢3,Ana,s1\n", "2 document.malformed"),
    "a very long number": (
        "1" * 25 + ",Ana,s1\n" + "1" * 5000 + ",Eva,s1\n",
        "2 document.too-long; 3 document.far-too-long",
    ),
    "a very long name": ("1," + "A" * 121 + ",s1\n", "2 name.too-long"),
    "a lost character": ("1,Jos\ufffd,s1\n", "2 name.character-lost"),
    "control characters": (
        "1,A\x1b[2J,s1\n2,A\x00,s1\n3,A\u202eB,s1\n",
        "2 name.unprintable; 3 name.unprintable; 4 name.unprintable",
    ),
    "no name, no number": (",Ana,s1\n1,,s1\n", "2 document.missing; 3 name.missing"),
    "columns swapped in a row": (
        "Ana Paz,123,s1\ns1,123,Ana\n",
        "2 document.without-digit; 2 name.without-letter; 3 name.without-letter; 3 station.unknown",
    ),
    "the header again": ("1,Ana,s1\n\ufeffDocument,Name,Station\n2,Eva,s1\n", "3 voters-file.header-again"),
    "a row of totals": ("1,Ana,s1\nTotal,1,\n", "3 document.without-digit; 3 name.without-letter; 3 station.unknown"),
    "a remark below": ("1,Ana,s1\n(updated in May),,\n", "3 document.without-digit; 3 name.missing; 3 station.unknown"),
    "too few and too many cells": (
        "1,Ana\n2,Ana,Paz,s1\n",
        "2 voters-file.other-number-of-fields; 3 voters-file.other-number-of-fields",
    ),
    "another separator in the rows": ("1;Ana;s1\n", "2 voters-file.other-number-of-fields"),
    "station made a number or date": (
        "1,Ana,1.0\n2,Eva,01-Jan\n3,Luz,S1\n",
        "2 station.unknown; 3 station.unknown; 4 station.unknown",
    ),
    "all errors of one row": ("NULL,,s9\n", "2 document.without-digit; 2 name.missing; 2 station.unknown"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_kind_that_is_refused_by_row(tmp_path: Path, definition: Definition, kind: str) -> None:
    text, wanted = REFUSED[kind]
    assert _errors(_read(tmp_path, definition, _rows(text))) == wanted.split("; ")


def test_all_errors_of_a_file_are_told_and_nothing_is_kept(empty: Register, tmp_path: Path) -> None:
    (tmp_path / "voters.csv").write_bytes(_rows("V-12.345,Ana,s1\nv12345,Ana,s1\nNULL,,s9\n"))
    with pytest.raises(SeveralErrors) as caught:
        empty.import_voters(tmp_path / "voters.csv")
    assert [(error.code, error.place.partition(", ")[2]) for error in caught.value.errors] == [
        ("document.twice", "row 3, column document"),
        ("document.without-digit", "row 4, column document"),
        ("name.missing", "row 4, column name"),
        ("station.unknown", "row 4, column station"),
    ]
    assert empty.status().voters == 0


WHOLE = {
    "nothing": (b"", "voters-file.empty"),
    "xlsx": (_zip("xl/workbook.xml"), "voters-file.is-a-spreadsheet"),
    "ods": (_zip("content.xml"), "voters-file.is-a-spreadsheet"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "voters-file.is-a-spreadsheet"),
    "html": (b"\n <html><table><tr><td>1</td></tr></table>", "voters-file.is-something-else"),
    "json": (b'[{"document": "1"}]', "voters-file.is-something-else"),
    "pdf": (b"%PDF-1.7\n", "voters-file.is-something-else"),
    "gzip": (gzip.compress(HEAD.encode()), "voters-file.is-something-else"),
    "windows-1252 untold": (_rows("1,Mu\u00f1oz,s1\n", encoding="windows-1252"), "voters-file.other-encoding"),
    "utf-16 without a mark": (_rows("1,Ana,s1\n", encoding="utf-16-le"), "voters-file.is-utf-16"),
    "utf-32": (_rows("1,Ana,s1\n", encoding="utf-32"), "voters-file.is-utf-16"),
    "no header": (b"123,Ana,s1\n", "voters-file.unknown-column"),
    "a title above": (b"Voters of Villa,,\ndocument,name,station\n1,Ana,s1\n", "voters-file.unknown-column"),
    "a column too many": (b"document,name,station,age\n1,Ana,s1,33\n", "voters-file.unknown-column"),
    "a column too few": (b"document,name\n1,Ana\n", "voters-file.column-missing"),
    "a column twice": (b"document,name,station,name\n1,Ana,s1,Paz\n", "voters-file.column-twice"),
    "quotes that stay open": (_rows('1,Ana,s1\n2,"Eva,s1\n'), "voters-file.not-csv"),
    "a cell without end": (_rows("1," + "A" * (1 << 21) + ",s1\n"), "voters-file.not-csv"),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_kind_that_is_no_file_of_voters(tmp_path: Path, definition: Definition, kind: str) -> None:
    data, code = WHOLE[kind]
    with pytest.raises(InvalidInput) as caught:
        _read(tmp_path, definition, data)
    assert caught.value.code == code and caught.value.hint


def test_a_file_without_voters(empty: Register, tmp_path: Path) -> None:
    (tmp_path / "voters.csv").write_text(HEAD + ",,\n")
    with pytest.raises(InvalidInput) as caught:
        empty.import_voters(tmp_path / "voters.csv")
    assert caught.value.code == "voters-file.no-voter"


NOTED = {
    "UTF-8 read as Latin-1": ("José PeÃ±a", "broken-letters"),
    "UTF-8 read as Windows-1252": ("Mâ€™Baye Ã‘ato", "broken-letters"),
    "with a soft hyphen": ("MarÃ\u00ada", "broken-letters"),
    "read twice": ("JosÃƒÂ©", "broken-letters"),
    "UTF-8 read as DOS": ("Jos├®", "broken-letters"),
    "UTF-8 read as Mac": ("Jos√©", "broken-letters"),
    "Cyrillic read as Windows-1252": ("Ð˜Ð²Ð°Ð½", "broken-letters"),
    "a question mark": ("Mu?oz", "broken-letters"),
    "of a web page": ("Mu&ntilde;oz", "broken-letters"),
    "error": ("#REF!", "error-value"),
    "error in Spanish": ("#¡VALOR!", "error-value"),
    "formula": ("=A2&B2", "error-value"),
    "nothing": ("NULL", "no-name"),
}


@pytest.mark.parametrize("kind", NOTED)
def test_a_name_that_is_imported_and_noted(tmp_path: Path, definition: Definition, kind: str) -> None:
    name, wanted = NOTED[kind]
    fine, odd = _read(tmp_path, definition, _rows(f"1,Ana,s1\n2,{name},s1\n"))
    assert fine.voter and odd.voter and not fine.notes
    assert [(note.row, note.column, note.kind) for note in odd.notes] == [(3, "name", wanted)]


def test_a_number_that_a_spreadsheet_has_filled_with_zeros_is_noted(tmp_path: Path, definition: Definition) -> None:
    rows = _read(tmp_path, definition, _rows("12345678901234500000,Ana,s1\n123456789012345678,Eva,s1\n"))
    assert [(note.row, note.column, note.kind) for row in rows for note in row.notes] == [(2, "document", "rounded")]


def test_notes_are_counted_and_cut(empty: Register, tmp_path: Path) -> None:
    (tmp_path / "voters.csv").write_bytes(_rows("".join(f"{number},#REF!,s3\n" for number in range(200))))
    report = empty.import_voters(tmp_path / "voters.csv")
    assert (report.imported, report.noted, len(report.notes)) == (200, 200, 50)


CASE_FILES = {
    "20-documents-as-decimals": ["2 document.dots", "3 document.dots", "4 document.dots"],
    "22-words-for-no-document": ["2 document.without-digit", "3 document.without-digit", "4 document.without-digit"],
    "23-documents-turned-into-dates": ["2 document.date", "3 document.date"],
    "24-names-broken-by-encoding": ["2 name.character-lost"],
}


@pytest.fixture(scope="module")
def village(project_root: Path) -> Definition:
    return load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")


@pytest.mark.parametrize("name", CASE_FILES)
def test_a_case_that_is_refused(village: Definition, name: str) -> None:
    assert _errors(list(read_voters(CASES / f"{name}.csv", village))) == CASE_FILES[name]


@pytest.mark.parametrize("name", ["26-one-person-twice-by-prefix", "27-one-person-twice-by-zeros"])
def test_a_case_that_is_listed(village: Definition, name: str, tmp_path: Path, key: RegisterKey) -> None:
    with Register.open(str(tmp_path / "village.db"), village, key) as opened:
        report = opened.import_voters(CASES / f"{name}.csv")
        assert (report.imported, report.doubles) == (2, 1)
        (group,) = opened.doubles().groups
        assert group.kinds == ("number", "name") and group.count == 2


def test_a_case_with_a_trailing_row(village: Definition) -> None:
    assert _people(list(read_voters(CASES / "29-trailing-row.csv", village))) == ["V1000001 Ana 01-01"]


@given(st.from_regex(r"[A-Z]?-?[0-9]{1,12}([.,/ -][0-9]{1,4}){0,3}[A-Z]?", fullmatch=True))
def test_what_comes_out_has_the_characters_that_went_in(text: str) -> None:
    """Nothing is added, replaced or put elsewhere, and a point never joins what it parts."""
    try:
        found = document_cell(text)
    except InvalidInput:
        return
    assert found == "".join(one for one in text if one.isalnum())
    tail = text.rpartition(".")[2]
    assert "." not in text or len("".join(one for one in tail[:3] if one.isdigit())) == 3
