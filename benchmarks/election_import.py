"""What `testigo election import` costs for a whole country: time and memory, with tables as a council exports them.

    python benchmarks/election_import.py [--stations 24532]

The tables: stations in Windows-1252 with semicolons, two rows of title, addresses over two lines, three levels of
districts by their codes; 12 parties in UTF-8 with a byte order mark; candidates of 60 contests, separated by tabs.
"""

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADER = (
    "COD_DEP;DEPARTAMENTO;COD_PROV;PROVINCIA;COD_MUN;MUNICIPIO;"
    "COD_RECINTO;NOMBRE RECINTO;DIRECCIÓN;COD_MESA;HABILITADOS"
)
NAMES = "Ana Luis Eva Noé Iris María José Carlos Lucía Pedro Rosa Hugo".split()
SURNAMES = "Peña Soto Mora Díaz Leal Quispe Mamani Rojas Vargas Núñez Áñez Choque".split()

DEFINITION = """\
id: pais-2027
title: {es: Elecciones generales}
date: 2027-05-09
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es]
districts:
  - {id: pais, name: País}
stations: []
contests:
"""
CONTEST = "  - {{id: {id}, district: '{district}', title: {{es: Contienda {id}}}, kind: {kind}, options: []}}\n"


def municipalities(rng: random.Random) -> list[tuple[str, ...]]:
    """Codes and names of department, province and municipality."""
    found = []
    for department in (f"{number:02d}" for number in range(1, 10)):
        for province in (f"{department}{number:02d}" for number in range(1, rng.randint(8, 16))):
            for code in (f"{province}{number:02d}" for number in range(1, rng.randint(3, 6))):
                found.append(
                    (department, f"Dep. {department}", province, f"Provincia {province}", code, f"Municipio {code}")
                )
    return found


def write_tables(folder: Path, stations: int) -> None:
    """Three tables, and a definition of 60 contests that lacks all that they say."""
    rng = random.Random(1)
    places = municipalities(rng)
    with (folder / "mesas.csv").open("w", encoding="windows-1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([["ÓRGANO ELECTORAL", *[""] * 10], [""] * 11, HEADER.split(";")])
        for number in range(stations):
            place = places[number * len(places) // stations]
            school = (
                f"{number // 8 + 1:05d}",
                f" Unidad Educativa {number // 8 + 1} ",
                f"Calle {number},\r\nBarrio El Centro",
            )
            writer.writerow([*place, *school, f"{number + 1:06d}", rng.choice(["240", "1.024"])])
    with (folder / "partidos.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [["Código", "Sigla", "Nombre"], *([f"P{n}", f"PA{n}", f"Partido {n}"] for n in range(12))]
        )
    contests = ["presidencia", *(f"diputado-{number}" for number in range(59))]
    districts = ["pais", *(places[number * len(places) // 59][4] for number in range(59))]
    with (folder / "candidatos.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["CARGO", "SIGLA", "ORDEN", "NOMBRE CANDIDATO"])
        for place, contest in enumerate(contests):
            for party in range(12):
                name = f"{NAMES[party]} {SURNAMES[place % 12]} {SURNAMES[place // 12]}"
                writer.writerow([contest, f"PA{party}", party + 1, name])
    lines = (
        CONTEST.format(id=one, district=at, kind="choose-one") for one, at in zip(contests, districts, strict=True)
    )
    (folder / "election.yaml").write_text(DEFINITION + "".join(lines), encoding="utf-8")


def timed(*arguments: str, folder: Path) -> tuple[float, float, int]:
    """Wall clock and CPU seconds and peak memory (MiB) of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "testigo", "election", *arguments], cwd=folder, check=True, capture_output=True
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime, after.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=24532)
    stations = parser.parse_args().stations
    files = ("--stations", "mesas.csv", "--parties", "partidos.csv", "--candidates", "candidatos.csv")
    into = ("--into", "election.yaml")
    commands = {
        "guess the map": ("import", *files, "--save-map", "import.toml", *into),
        "import": ("import", "--map", "import.toml", *into),
        "import again": ("import", "--map", "import.toml", *into),
        "check": ("check", "election.yaml"),
        "export": ("export", "election.yaml", "--out", "tables"),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, stations)
        print(f"{stations:,} stations, 60 contests\n")
        print("| command | wall, s | CPU, s | largest so far, MiB |\n|---|---:|---:|---:|")
        for what, arguments in commands.items():
            wall, cpu, memory = timed(*arguments, folder=folder)
            print(f"| {what} | {wall:.1f} | {cpu:.1f} | {memory} |", flush=True)


if __name__ == "__main__":
    main()
