"""A small definition with everything in it, and files made from it."""

from pathlib import Path

import pytest

BASE = """\
id: small-2027
title: {es: Prueba, en: Trial}
date: 2027-04-11
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es, en]
rolls: [general, indigenous]

rules:
  finger-tries: 4

parties:
  - {id: red, abbreviation: R, name: {es: Rojo, en: Red}}
  - {id: blue, abbreviation: B, name: {es: Azul, en: Blue}}

districts:
  - id: land
    name: {es: País, en: Land}
    districts:
      - {id: north, name: Norte}
      - {id: south, name: Sur}

stations:
  - {id: 01-01, name: Escuela Uno, district: north, register-size: 30, roll-sizes: {indigenous: 12}}
  - {id: 02-01, name: Escuela Dos, district: south, register-size: 20}

contests:
  - id: president
    district: land
    title: {es: Presidencia, en: President}
    kind: choose-one
    options:
      - {id: ana, name: Ana Peña, party: red}
      - {id: luis, name: Luis Soto, party: blue}
  - id: council
    district: north
    title: {es: Concejo, en: Council}
    kind: choose-up-to
    choose: 2
    seats: 2
    options:
      - {id: eva, name: Eva Mora, party: red}
      - {id: iris, name: Iris Leal}
      - {id: noe, name: Noé Díaz, party: blue}
  - id: assembly
    district: land
    title: {es: Asamblea, en: Assembly}
    kind: party-list
    method: dhondt
    threshold: {percent: 2.5, of: cast}
    seats: 2
    options:
      - {id: red, name: {es: Rojo, en: Red}, party: red, candidates: [Uno, Dos]}
      - {id: blue, name: {es: Azul, en: Blue}, party: blue, candidates: [Tres, Cuatro]}
  - id: chief
    district: north
    roll: indigenous
    title: {es: Representación indígena, en: Indigenous seat}
    kind: choose-one
    options:
      - {id: tam, name: Tam Roa}
      - {id: kay, name: Kay Inti}
"""


@pytest.fixture
def base() -> str:
    """The text of a definition without errors or warnings."""
    return BASE


@pytest.fixture
def written(tmp_path: Path):
    """Writes a text or bytes to a file and returns its path."""

    def write(content: str | bytes, name: str = "election.yaml") -> Path:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write
