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
from testigo.words import Either, Message, message

COLUMNS = ("id", "name", "role", "party", "station")
_LARGEST_TABLE = 32 * 1024 * 1024
_LONGEST_PLACE = 60


def read_staff_table(path: Path) -> dict[str, tuple[Account, ...]]:
    """Station or desk → its accounts, in the file's order.

    Raises `InvalidInput` where the file as a whole cannot be read, `SeveralErrors` with every wrong row and every place
    whose accounts do not go together (`check_accounts`), `StorageError`.
    """
    rows = _records(storage.read(path, limit=_LARGEST_TABLE), path)
    columns = [field.strip().lower() for field in next(iter(rows), [])]
    if sorted(columns) != sorted(COLUMNS):
        raise InvalidInput("staff-table.wrong-columns", place=_row(path, 1), columns=",".join(COLUMNS))
    found: dict[str, list[Account]] = {}
    errors: list[TestigoError] = []
    for number, fields in enumerate(rows[1:], start=2):
        if not any(field.strip() for field in fields):
            continue
        try:
            station, account = _account(columns, fields, _row(path, number))
            _add(found.setdefault(station, []), account, _row(path, number))
        except InvalidInput as error:
            errors.append(error)
    errors += [] if errors else _wrong_places(found, path)
    if errors:
        raise SeveralErrors("staff-table.errors", errors, place=path)
    if not found:
        raise InvalidInput("staff-table.empty", place=path)
    return {station: tuple(accounts) for station, accounts in found.items()}


def _records(data: bytes, place: Path) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("staff-table.not-utf-8", place=place, byte=error.start) from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidInput("staff-table.not-csv", place=place, why=str(error)) from None


def _account(columns: list[str], fields: list[str], place: Message) -> tuple[str, Account]:
    if len(fields) != len(columns):
        raise InvalidInput("staff-table.other-number-of-fields", place=place, count=len(fields), columns=len(columns))
    values = {column: field.strip() for column, field in zip(columns, fields, strict=True)}
    if values["role"] not in MACHINES:
        raise InvalidInput("role.unknown", place=place, role=values["role"][:40], roles=Either(MACHINES))
    station = values["station"]
    if not station or not is_printable(station, _LONGEST_PLACE) or set(station) & set("/\\"):
        raise InvalidInput("staff-table.bad-station", place=place)
    account = Account(values["id"], values["name"], values["role"], values["party"])
    check_account(account, place=place)
    return station, account


def _add(accounts: list[Account], account: Account, place: Message) -> None:
    if any(one.id == account.id for one in accounts):
        raise InvalidInput("account.twice", place=place, account=account.id)
    accounts.append(account)


def _row(path: Path, number: int) -> Message:
    return message("place", "row", file=path, number=number)


def _wrong_places(found: dict[str, list[Account]], path: Path) -> list[TestigoError]:
    errors: list[TestigoError] = []
    for station, accounts in found.items():
        try:
            check_accounts(tuple(accounts), place=f"{path}, {station}")
        except InvalidInput as error:
            errors.append(error)
    return errors
