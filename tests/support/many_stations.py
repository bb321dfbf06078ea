"""An election of one contest and as many stations as wanted, each with a line as long as those of a country."""

from testigo.election import Contest, Definition, District, Option, Station


def made(count: int) -> Definition:
    """Without errors; station `number` is `s{number}`."""
    stations = tuple(
        Station(
            f"s{number}",
            f"Unidad Educativa General {number}",
            "villa",
            600,
            f"Calle {number}, Barrio El Centro, frente a la plaza",
        )
        for number in range(count)
    )
    options = (Option("ana", {"es": "Ana Mora"}), Option("luis", {"es": "Luis Vera"}))
    return Definition(
        id="villa-2027",
        title={"es": "Elección de Villa"},
        date="2027-04-11",
        opens="08:00",
        closes="18:00",
        languages=("es",),
        districts=(District("villa", {"es": "Villa"}),),
        stations=stations,
        contests=(Contest("mayor", "villa", {"es": "Alcaldía"}, "choose-one", options),),
    )
