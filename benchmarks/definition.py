"""What the definition of a country weighs and costs: in one piece, and as a core and a list of stations.

    python benchmarks/definition.py [--stations 24532]

The contests and districts are those of the example of a republic; its stations are multiplied. Times are of one core,
the best of three where repeating is cheap.
"""

import argparse
import itertools
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from testigo.canonical import SignedValue, encode
from testigo.count import read_rules
from testigo.election import Definition, FirstDefinition, load, open_station_file, pack_station_file, pieces
from testigo.keys import SigningKey
from testigo.record import Log, Statement

EXAMPLE = Path(__file__).parents[1] / "src" / "testigo" / "examples" / "republic" / "election.yaml"

Value = TypeVar("Value")


def multiplied(count: int) -> Definition:
    """The example with that many stations, each under an id and a name of its own."""
    example = load(EXAMPLE)
    stations = tuple(
        msgspec.structs.replace(station, id=f"{station.id}-{number:05d}", name=f"{station.name} {number}")
        for number, station in zip(range(count), itertools.cycle(example.stations), strict=False)
    )
    return msgspec.structs.replace(example, stations=stations)


def timed(work: Callable[[], Value], times: int = 1) -> tuple[Value, float]:
    """What `work` returns, and its shortest time in seconds."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        value = work()
        best = min(best, time.perf_counter() - began)
    return value, best


def sign(kind: str, body: SignedValue, election: str, key: SigningKey) -> bytes:
    """One statement of the root."""
    return Statement.of(kind, body, election=election, subject="", issued="2027-04-11T07:00:00Z").sign(key)


def signed_list(definition: Definition, key: SigningKey) -> list[bytes]:
    """The core and all pieces."""
    core = sign("election-definition", definition.core(), definition.digest, key)
    return [core, *(sign("station-list", piece, definition.digest, key) for piece in pieces(definition.stations))]


def publish(envelopes: list[bytes], folder: Path, key: SigningKey) -> Path:
    """A record that holds them."""
    log = Log.create(folder, "testigo/benchmark", SigningKey.generate(), root_key=key.public)
    for envelope in envelopes:
        log.append(envelope)
    log.publish()
    return folder


def main(count: int) -> None:
    """Print the table."""
    key, definition = SigningKey.generate(), multiplied(count)
    plain = definition.payload()
    first = FirstDefinition.from_payload(plain)
    whole, whole_time = timed(lambda: sign("election-definition", first, first.digest, key))
    parts, parts_time = timed(lambda: signed_list(definition, key))
    middle = definition.stations[count // 2].id
    proof, proof_time = timed(lambda: definition.station_proof(middle), 3)
    file = pack_station_file(parts[0], definition, middle)
    _, open_time = timed(lambda: open_station_file(file, key.public), 3)
    _, whole_open_time = timed(lambda: open_station_file(whole, key.public))
    with tempfile.TemporaryDirectory() as place:
        one, many = (publish(made, Path(place) / name, key) for made, name in (([whole], "one"), (parts, "many")))
        _, one_time = timed(lambda: read_rules(one))
        rules, many_time = timed(lambda: read_rules(many))
    if rules.definition != definition:
        raise SystemExit("the list that was read is another one")
    rows = [
        ("in one piece (version 1): the envelope", len(whole), whole_time),
        ("core: the envelope", len(parts[0]), None),
        (f"list: {len(parts) - 1} envelopes", sum(map(len, parts[1:])), None),
        ("list: the largest envelope", max(map(len, parts[1:])), None),
        ("core and list: root computed, signed", sum(map(len, parts)), parts_time),
        ("proof of one station", len(encode(proof)), proof_time),
        ("a machine's definition.json: opened", len(file), open_time),
        ("a machine's definition.json of 0.1: opened", len(whole), whole_open_time),
        ("record with the one piece: read and checked", len(whole), one_time),
        ("record with core and list: read and checked", sum(map(len, parts)), many_time),
    ]
    print(f"{count:,} stations, {len(definition.contests)} contests, proof of {len(proof.hashes)} hashes")
    for what, size, seconds in rows:
        print(f"{what:<46}{size:>12,} bytes{'' if seconds is None else f'{seconds:>10.3f} s'}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=24_532)
    main(parser.parse_args().stations)
