"""A register that release 0.1 made opens after its upgrade, with the definition it was made with, under the name that
it has there."""

import shutil
from pathlib import Path

from raising import raises_code
from testigo.count import read_rules
from testigo.election import Definition, FirstDefinition
from testigo.errors import InvalidInput
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, RegisterKey, make_poll_book, upgrade

DATA = Path(__file__).parents[1] / "data"


def test_a_register_of_release_0_1_opens(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA / "stored" / "0.1" / "register", tmp_path / "register"))
    (folder / "register.key").chmod(0o600)
    address, key = str(folder / "register.db"), RegisterKey.load(folder / "register.key")
    upgrade(address)
    named = read_rules(DATA / "records" / "0.1" / "honest").definition
    written = Definition.from_payload(named.payload())  # as the file of the election gives it
    assert written.digest != named.digest
    for definition in (written, named):
        with Register.open(address, definition, key, make=False) as opened:
            assert isinstance(opened.definition, FirstDefinition) and opened.definition == named
            assert opened.status().voters == 12
            centre, check_in = SigningKey.generate(), OpeningKey.generate()
            data = make_poll_book(opened, "01-01-1", check_in.public, centre)
            book = PollBook.open(data, named.digest, "01-01-1", check_in, centre.public)
            assert book.voters and not book.others  # a machine of 0.1 refuses what it does not know
    with raises_code(InvalidInput, "register.of-another-election"):
        Register.open(address, Definition.from_payload({**written.payload(), "date": "2030-01-01"}), key)
