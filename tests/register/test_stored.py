"""A register that an earlier release made opens, after its upgrade where one is needed, with the definition it was made
with, under the name that it has there."""

import shutil
from pathlib import Path

import pytest

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


RELEASES = sorted(folder.name for folder in (DATA / "stored").iterdir() if (folder / "register").is_dir())


@pytest.mark.parametrize("release", RELEASES)
def test_the_register_of_every_release_is_read_with_its_fingers(release: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA / "stored" / release / "register", tmp_path / "register"))
    (folder / "register.key").chmod(0o600)
    address, key = str(folder / "register.db"), RegisterKey.load(folder / "register.key")
    definition = read_rules(DATA / "records" / release / "honest").definition
    upgrade(address)
    with Register.open(address, definition, key, make=False) as opened:
        status = opened.status()
        assert status.voters == 12 and status.enrolled > 0
        people = (folder / "voters.csv").read_text(encoding="utf-8").splitlines()[1:]
        found = [opened.voter(line.split(",")[0]) for line in people]
        assert sum(voter.enrolled for voter in found) == status.enrolled
        centre, check_in = SigningKey.generate(), OpeningKey.generate()
        for station in definition.stations:
            data = make_poll_book(opened, station.id, check_in.public, centre)
            book = PollBook.open(data, definition.digest, station.id, check_in, centre.public)
            assert any(voter.templates() for voter in book.voters.values())
