"""Poll book and sign-in list on paper, read back from the PDF."""

from contextlib import closing

import msgspec
import pypdfium2
import pytest

from testigo.election import Definition
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, list_of, make_poll_book, of_poll_book, print_list, voter_list
from testigo.register.issuing import ListedVoter
from testigo.register.voter_list import name_key, number_key, of_register

AT = "2026-11-28T12:00:00Z"


def _pages(pdf: bytes) -> list[str]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def _people(*people: tuple[str, str]) -> list[ListedVoter]:
    return [ListedVoter(document, name, "general", None, ()) for document, name in people]


def test_who_is_searched_is_found_by_name_and_by_number(definition: Definition) -> None:
    people = _people(("V9", "Zoe Sur"), ("E10", "Ñusta Paz"), ("0346", "Nora Gil"), ("45", "Ólafur Li"))
    printed = print_list(definition, of_register(definition, "s1", people, AT))
    book, sign_in = _pages(printed.pdf)
    names = ["Nora Gil", "Ñusta Paz", "Ólafur Li", "Zoe Sur"]
    assert sorted(names, key=book.index) == names
    numbers = ["V9", "E10", "45", "0346"]
    assert sorted(numbers, key=sign_in.index) == numbers
    assert "Cuaderno de votación" in book and "Lista de firmas" in sign_in and "s1 · Escuela Norte" in book
    assert "Fin de la lista: 4 votantes." in book and "Presidente" in sign_in and "Firma" in sign_in
    assert (printed.pages, printed.not_drawn) == (2, ())


def test_pages_are_numbered_and_heads_repeated_over_all_parts(
    definition: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voter_list, "PART", 60)
    people = _people(*((str(number), f"Ana Paz {number}") for number in range(1000, 1130)))
    told: list[int] = []
    pages = _pages(print_list(definition, of_register(definition, "s3", people, AT), told.append).pdf)
    assert told == [60, 60, 10] * 4
    assert all("Nombre" in page and "Liceo" in page for page in pages)
    assert all(f"Página {number} de {len(pages)}" in page for number, page in enumerate(pages, 1)) and len(pages) > 4
    text = " ".join(pages)
    assert all(text.count(f"Ana Paz {number}") == 2 for number in (1000, 1059, 1060, 1129))
    assert text.count("Fin de la lista: 130 votantes.") == 2


def test_names_of_all_scripts_and_what_no_font_draws(definition: Definition) -> None:
    people = _people(
        ("1", "محمد علي"), ("2", "Ελένη Иван"), ("3", "王小明"), ("4", "#panic() [x] *b*"), ("5", "A" * 120)
    )
    hebrew = msgspec.structs.replace(definition, languages=("he", "es"), title={"he": "בחירות", "es": "Elección"})
    for one in (definition, hebrew):
        printed = print_list(one, of_register(one, "s1", people, AT))
        assert printed.not_drawn == ("3",)
        text = " ".join(_pages(printed.pdf))
        assert "□□□" in text and "#panic() [x] *b*" in text and "Иван" in text


def test_an_empty_station_and_barred_voters(definition: Definition) -> None:
    barred = ListedVoter("7", "Ana Paz", "general", 3, ())
    for people, count in (([], 0), ([barred], 0)):
        book, sign_in = _pages(print_list(definition, of_register(definition, "s1", people, AT)).pdf)
        assert f"Fin de la lista: {count} votantes." in book and "Ana Paz" not in book
        assert ("No se admiten" in sign_in) == bool(people)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_same_from_the_register_and_from_the_poll_book(
    register: Register, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    data = make_poll_book(register, "s1", check_in.public, centre, AT)
    book = PollBook.open(data, definition.digest, "s1", check_in, centre.public)
    here, there = list_of(register, "s1", AT, 1), of_poll_book(definition, book, voted={"E99"})
    assert here.about == there.about
    assert [one.document for one in there.voters if one.voted] == ["E99"]
    assert {one.document for one in here.voters} == {one.document for one in there.voters}
    assert "native" in " ".join(_pages(print_list(definition, here).pdf))
    assert "✓" in " ".join(_pages(print_list(definition, there).pdf))


def test_of_several_desks_each_knows_some_who_have_a_card() -> None:
    desks = [
        voter_list.PaperList("s1", "", tuple(voter_list.PaperVoter(one, "", "", "", one in voted) for one in "123"), ())
        for voted in ("1", "3")
    ]
    assert [one.document for one in voter_list.of_all_desks(desks).voters if one.voted] == ["1", "3"]


def test_order_is_that_of_people() -> None:
    assert sorted(["V20", "0100", "E3", "3"], key=number_key) == ["3", "E3", "V20", "0100"]
    assert sorted(["Oto", "Ñusta", "Nube", "ósmar"], key=lambda name: name_key(name, "es")) == [
        "Nube",
        "Ñusta",
        "ósmar",
        "Oto",
    ]
    assert sorted(["Nuñez", "Nunes"], key=lambda name: name_key(name, "pt")) == ["Nunes", "Nuñez"]
