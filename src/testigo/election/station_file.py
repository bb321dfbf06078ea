"""What the machines of one station are installed with: the signed core of the definition, and their station's proof.

    {"definition": ENVELOPE, "format": 2, "proof": {"hashes": [HEX, …], "index": PLACE, "station": {…}}}

in canonical JSON, a few kilobytes more than the core, however many stations the election has. Format 1, of release 0.1,
is the bare envelope of the whole definition.
"""

from typing import Any

import msgspec

from testigo import canonical
from testigo.canonical import why_refused
from testigo.election.definition import Definition, DefinitionCore, FirstDefinition
from testigo.election.stations import StationProof
from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import PublicKey
from testigo.record import Statement, open_statement

FORMAT = 2


class _StationFile(canonical.SignedValue, frozen=True):
    format: int
    definition: dict[str, Any]
    proof: StationProof


def pack_station_file(definition_envelope: bytes, definition: Definition, station_id: str) -> bytes:
    """The file of one station. `definition_envelope`: the signed core of `definition`, whose stations are all known.

    Raises `InvalidInput` for an unknown station, or where the definition is of version 1.
    """
    proof = definition.station_proof(station_id)
    return canonical.encode(_StationFile(FORMAT, canonical.decode(definition_envelope), proof))


def open_station_file(data: bytes, root: PublicKey, *, place: str = "") -> Definition:
    """The definition that a station's file holds, the core signed by the root and the station proven.

    A `StationDefinition`, or a `FirstDefinition` where the file is of format 1. Raises `InvalidInput` or
    `InvalidSignature`.
    """
    try:
        value = canonical.decode(data, place=place)
    except InvalidInput as error:  # most often the definition that somebody wrote: say which file is wanted
        raise InvalidInput("definition.not-of-a-station", place=place, why=error.message) from None
    if not isinstance(value, dict) or "format" not in value:
        return _whole(data, root, place)
    if value["format"] != FORMAT:
        raise InvalidInput("file.newer-format", place=place, found=str(value["format"])[:20], known=str(FORMAT))
    try:
        file = msgspec.convert(value, _StationFile, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("definition.not-of-a-station", place=place, why=why_refused(error)) from None
    statement = _open(canonical.encode(file.definition), root, range(2, DefinitionCore.VERSION + 1), place)
    try:
        core = msgspec.convert(statement.body, DefinitionCore, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("definition.malformed", place=place, why=why_refused(error)) from None
    _check_name(statement, core.digest, place)
    return core.with_station(file.proof)


def _whole(envelope: bytes, root: PublicKey, place: str) -> Definition:
    statement = _open(envelope, root, range(FirstDefinition.VERSION, 2), place)
    definition = FirstDefinition.from_payload(statement.body, place=place)
    _check_name(statement, definition.digest, place)
    return definition


def _open(envelope: bytes, root: PublicKey, versions: range, place: str) -> Statement:
    statement = open_statement(envelope, root, place=place).statement
    if statement.type != "election-definition":
        raise InvalidInput("definition.other-kind", place=place, kind=statement.type)
    if statement.version not in versions:
        code = "definition.without-proof" if FirstDefinition.VERSION in versions else "definition.with-proof"
        raise InvalidInput(code, place=place, version=str(statement.version))
    return statement


def _check_name(statement: Statement, digest: str, place: str) -> None:
    if statement.election != digest:
        raise InvalidSignature("definition.names-another", place=place)
