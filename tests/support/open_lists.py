"""An election with open lists: a council of three lists, of whose candidates a voter may mark two, and a mayor."""

from collections.abc import Mapping
from typing import Any

from testigo.election import Contest, Definition, District, Option, Preferences, Share, Station

LISTS = {
    "red": ("Ana Díaz", "Luis Gil", "Eva Sol"),
    "blue": ("Inés Vidal", "Pablo Cruz"),
    "green": ("Alba Ríos", "Noé Campos", "Lía Soto", "Max Vega"),
}
CZECH = Preferences(4, Share(at_least="5"))
"""Zákon 247/1995 Sb., § 50 (5): at least 5 % of the list's votes; equal numbers as on the ballot paper."""


def council(
    rule: Preferences | None, *, seats: int = 4, lists: Mapping[str, tuple[str, ...]] = LISTS, **more: Any
) -> Contest:
    options = tuple(Option(name, {"es": name.title(), "en": name.title()}, "", who) for name, who in lists.items())
    title = {"es": "Concejo", "en": "Council"}
    return Contest("council", "land", title, "party-list", options, seats, method="dhondt", preferences=rule, **more)


def open_lists(
    rule: Preferences | None = None, *, stations: int = 1, lists: Mapping[str, tuple[str, ...]] = LISTS
) -> Definition:
    mayor = (
        Option("ana", {"es": "Ana Mora", "en": "Ana Mora"}),
        Option("luis", {"es": "Luis Vera", "en": "Luis Vera"}),
    )
    return Definition(
        id="open-lists",
        title={"es": "Elecciones", "en": "Elections"},
        date="2035-11-25",
        opens="08:00",
        closes="18:00",
        languages=("es", "en"),
        districts=(District("land", {"es": "Tierra", "en": "Land"}),),
        stations=tuple(Station(f"s{number}", f"Escuela {number}", "land", 20) for number in range(1, stations + 1)),
        contests=(
            Contest("mayor", "land", {"es": "Alcaldía", "en": "Mayor"}, "choose-one", mayor),
            council(rule or Preferences(2, Share(at_least="5"), "draw"), lists=lists),
        ),
    )
