"""The people of a ticket stand on the paper vote, and it is read back like any other."""

import msgspec

from polling_place import MAYOR, villa
from testigo.ballot import Ballot
from testigo.ballot.slip_number import new_slip_number
from testigo.election import Person, Station
from testigo.slip import Slip
from testigo.slip_reader import read_slips

PEOPLE = (
    Person({"es": "Vicealcaldía", "en": "Deputy mayor"}, "Eva Luna Ñandú"),
    Person({"es": "Suplencia", "en": "Substitute"}, "Ángel Ruiz"),
)


def test_a_ticket_is_printed_in_each_language_and_read() -> None:
    first, second = MAYOR.options
    mayor = msgspec.structs.replace(MAYOR, options=(msgspec.structs.replace(first, people=PEOPLE), second))
    definition = villa((Station("s1", "Escuela", "villa", 8),), (mayor,))
    for option in ("ana", "beto"):
        ballot = Ballot.mark(definition, definition.style("villa"), {"mayor": (option,)})
        slip = Slip(definition, "s1", ballot, new_slip_number(), "en")
        row = slip.rows()["mayor"][0]
        assert ("Deputy mayor: Eva Luna Ñandú · Substitute: Ángel Ruiz" in row.party) == (option == "ana")
        (reading,) = read_slips(slip.png(), definition)
        assert reading.refused is None and reading.choices == ballot and reading.agrees_with_qr
