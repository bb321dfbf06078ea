"""The CSV file that staff lists are made of: columns `id`, `name`, `role`, `party`, `station`, in any order.

UTF-8, separated by commas, semicolons or tabs, as spreadsheets write it. `station` is the id of the station or of the
enrolment desk. Row numbers are those that a spreadsheet shows: the header is row 1.
"""

import csv
import io
from pathlib import Path

from testigo import storage
from testigo.errors import InvalidInput, SeveralErrors, TestigoError, is_printable
from testigo.staff.accounts import MACHINES, Account, check_account, check_accounts

COLUMNS = ("id", "name", "role", "party", "station")
_HEADER_HINT = f"let the first row be {','.join(COLUMNS)}"
_LARGEST_TABLE = 32 * 1024 * 1024
_LONGEST_PLACE = 60


def read_staff_table(path: Path) -> dict[str, tuple[Account, ...]]:
    """Station or desk → its accounts, in the file's order.

    Raises `InvalidInput` where the file as a whole cannot be read, `SeveralErrors` with every wrong row and every place
    whose accounts do not go together (`check_accounts`), `StorageError`.
    """
    rows = _records(storage.read(path, limit=_LARGEST_TABLE), str(path))
    columns = [field.strip().lower() for field in next(iter(rows), [])]
    if sorted(columns) != sorted(COLUMNS):
        raise InvalidInput("the columns are not those of a staff list", place=f"{path}, row 1", hint=_HEADER_HINT)
    found: dict[str, list[Account]] = {}
    errors: list[TestigoError] = []
    for number, fields in enumerate(rows[1:], start=2):
        if not any(field.strip() for field in fields):
            continue
        try:
            station, account = _account(columns, fields, f"{path}, row {number}")
            _add(found.setdefault(station, []), account, f"{path}, row {number}")
        except InvalidInput as error:
            errors.append(error)
    errors += [] if errors else _wrong_places(found, path)
    if errors:
        raise SeveralErrors(
            "the staff list has errors", errors, place=str(path), hint="correct them all; nothing was signed"
        )
    if not found:
        raise InvalidInput("nobody stands in it", place=str(path), hint="write one account a row")
    return {station: tuple(accounts) for station, accounts in found.items()}


def _records(data: bytes, place: str) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not UTF-8 text (byte {error.start})", place=place, hint="save it as CSV UTF-8") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidInput(f"not CSV ({error})", place=place, hint="close the quotation marks") from None


def _account(columns: list[str], fields: list[str], place: str) -> tuple[str, Account]:
    if len(fields) != len(columns):
        raise InvalidInput(
            f"{len(fields)} fields where the header has {len(columns)}", place=place, hint="quote names with separators"
        )
    values = {column: field.strip() for column, field in zip(columns, fields, strict=True)}
    if values["role"] not in MACHINES:
        raise InvalidInput(
            f"there is no role {values['role'][:40]!r}", place=place, hint=f"use one of {', '.join(MACHINES)}"
        )
    station = values["station"]
    if not station or not is_printable(station, _LONGEST_PLACE) or set(station) & set("/\\"):
        raise InvalidInput("the station is missing or not valid", place=place, hint="write the id of station or desk")
    account = Account(values["id"], values["name"], values["role"], values["party"])
    check_account(account, place=place)
    return station, account


def _add(accounts: list[Account], account: Account, place: str) -> None:
    if any(one.id == account.id for one in accounts):
        raise InvalidInput(f"{account.id} stands there twice", place=place, hint="give each account an id of its own")
    accounts.append(account)


def _wrong_places(found: dict[str, list[Account]], path: Path) -> list[TestigoError]:
    errors: list[TestigoError] = []
    for station, accounts in found.items():
        try:
            check_accounts(tuple(accounts), place=f"{path}, {station}")
        except InvalidInput as error:
            errors.append(error)
    return errors
