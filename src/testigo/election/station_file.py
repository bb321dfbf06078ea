"""What the machines of one station are installed with: the signed core of the definition, and their station's proof.

    {"definition": ENVELOPE, "format": 2, "proof": {"hashes": [HEX, …], "index": PLACE, "station": {…}}}

in canonical JSON, a few kilobytes more than the core, however many stations the election has. Format 1, of release 0.1,
is the bare envelope of the whole definition.
"""

from typing import Any

import msgspec

from testigo import canonical
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


def open_station_file(data: bytes, root: PublicKey, *, place: str = "election definition") -> Definition:
    """The definition that a station's file holds, the core signed by the root and the station proven.

    A `StationDefinition`, or a `FirstDefinition` where the file is of format 1. Raises `InvalidInput` or
    `InvalidSignature`.
    """
    value = canonical.decode(data, place=place)
    if not isinstance(value, dict) or "format" not in value:
        return _whole(data, root, place)
    if value["format"] != FORMAT:
        raise InvalidInput(f"a file of format {value['format']}, not {FORMAT}", place=place, hint="use a newer release")
    try:
        file = msgspec.convert(value, _StationFile, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not a station's definition ({error})", place=place) from None
    statement = _open(canonical.encode(file.definition), root, DefinitionCore.VERSION, place)
    try:
        core = msgspec.convert(statement.body, DefinitionCore, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not an election definition ({error})", place=place) from None
    _check_name(statement, core.digest, place)
    return core.with_station(file.proof)


def _whole(envelope: bytes, root: PublicKey, place: str) -> Definition:
    statement = _open(envelope, root, FirstDefinition.VERSION, place)
    definition = FirstDefinition.from_payload(statement.body, place=place)
    _check_name(statement, definition.digest, place)
    return definition


def _open(envelope: bytes, root: PublicKey, version: int, place: str) -> Statement:
    statement = open_statement(envelope, root, place=place).statement
    if statement.type != "election-definition":
        raise InvalidInput(f"a {statement.type}, not an election definition", place=place)
    if statement.version != version:
        proven = "without" if version == FirstDefinition.VERSION else "with"
        raise InvalidInput(
            f"an election definition of version {statement.version} {proven} the proof of a station",
            place=place,
            hint="give the file that `testigo election station-proof --out` of the same release writes",
        )
    return statement


def _check_name(statement: Statement, digest: str, place: str) -> None:
    if statement.election != digest:
        raise InvalidSignature("names another election than the one it defines", place=place)
