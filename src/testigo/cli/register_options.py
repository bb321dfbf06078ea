"""What the commands of `testigo register` share: their options, and how the register is opened."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.cli.output import ask
from testigo.election import load
from testigo.errors import StorageError
from testigo.register import Register, RegisterKey
from testigo.staff.desk import open_desk
from testigo.words import message

ElectionFile = Annotated[
    Path, typer.Option("--election", help="The election's definition, YAML or JSON.", show_default=False)
]
Address = Annotated[
    str, typer.Option("--register", help="The register's database: a file, or postgresql://USER@HOST/NAME.")
]
KeyFile = Annotated[Path, typer.Option("--key", help="The register's key file; back it up, apart from the database.")]
Document = Annotated[str, typer.Argument(help="The voter's document number, written in any way.", show_default=False)]
Officer = Annotated[str, typer.Option("--officer", help="Who does this, by name.", show_default=False)]
Account = Annotated[
    str, typer.Option("--officer", help="Who does this: an officer's user name at the desk.", show_default=False)
]
Officers = Annotated[Path, typer.Option("--officers", help="The desk's folder of officers: docs/staff.md.")]
PinFile = Annotated[
    Path | None,
    typer.Option("--pin-file", help="Read the officer's PIN from this file's first line; else it is asked."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

REGISTER = "register.db"
KEY = Path("register.key")
OFFICERS = Path("officers")


def load_key(key: Path) -> RegisterKey:
    """The register's key from its file; raises `StorageError` where it is missing."""
    if not key.exists():
        raise StorageError("register.key-not-here", place=key)
    return RegisterKey.load(key)


def open_register(address: str, election: Path, key: Path) -> Register:
    """The register that is at the address already."""
    return Register.open(address, load(election), load_key(key), make=False)


def signed_in(officers: Path, account: str, pin_file: Path | None) -> str:
    """The id of the officer, once the PIN is right; raises `NotAllowed`."""
    return open_desk(officers).check(account, pin_of(pin_file), ("officer",)).id


def pin_of(file: Path | None) -> str:
    """A PIN from a file's first line, or asked for and not shown."""
    if file is None:
        return ask(message("cli", "pin"), hidden=True)
    return storage.read(file, limit=1024).decode("utf-8", "replace").partition("\n")[0].strip()
