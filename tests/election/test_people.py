"""Tickets and substitutes: who is named with an option."""

import pytest

from testigo.election import Person, load
from testigo.errors import SeveralErrors

ANA = "{id: ana, name: Ana Peña, party: red}"
TICKET = "{id: ana, name: Ana Peña, party: red, people: [{role: {es: Vice, en: Deputy}, name: Eva Sol}]}"


def test_a_ticket_is_read_and_its_words_are_checked(written, base: str) -> None:
    text = base.replace(ANA, TICKET)
    option = load(written(text)).contest("president").option("ana")
    assert option.people == (Person({"es": "Vice", "en": "Deputy"}, "Eva Sol"),)
    person = TICKET[TICKET.index("[{") + 1 : TICKET.index("]}")]
    for right, wrong, words in [
        ("name: Eva Sol", "name: ''", "empty"),
        ("{es: Vice, en: Deputy}", "{es: Vice}", "en"),
        (person, ", ".join([person] * 5), "5 people"),
        ("name: Eva Sol", "name: Eva 🙂", "no font prints"),
    ]:
        with pytest.raises(SeveralErrors, match=words):
            load(written(text.replace(right, wrong)))
