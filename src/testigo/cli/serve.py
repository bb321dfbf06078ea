"""`testigo station serve`, `register serve`, `centre serve`, `centre serve-results`: web pages, a process a role.

The folders are those that set-up commands made. The commands are registered by the modules of their groups. Each takes
its options from a file, too (`machine_file`).
"""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.machine_file import ServeGroup, serving
from testigo.screens import serve
from testigo.web.listening import Listening

station = typer.Typer(
    cls=ServeGroup,
    help="Start the screens of one machine: of the one named here, or, with --config FILE alone, in the file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Host = Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 is this machine alone.")]
Certificate = Annotated[Path | None, typer.Option(help="PEM file of a TLS certificate; with --private-key: HTTPS.")]
Reader = Annotated[
    str,
    typer.Option(
        help="The finger reader: usb, usb:DRIVER, dropped:FOLDER (its own program drops images there) or "
        "folder:FOLDER; empty: images are uploaded."
    ),
]
LOWEST_DPI, HIGHEST_DPI = 200, 2000
"""As `fingerprint.parameters` has them, whose libraries take a second to load."""

ReaderDpi = Annotated[
    int | None,
    typer.Option(min=LOWEST_DPI, max=HIGHEST_DPI, help="The reader's resolution, where its driver does not know it."),
]
MetricsPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Answer /metrics (Prometheus) and /healthz at this port of 127.0.0.1."),
]
PrivateKey = Annotated[Path | None, typer.Option(help="PEM file of the certificate's private key.")]


@station.command()
@serving("booth")
def booth(
    folder: Annotated[Path, typer.Argument(help="The booth's machine folder, STATION/booth.")],
    printer: Annotated[str, typer.Option(help="folder:PATH, tcp:HOST[:PORT], usb:VENDOR:PRODUCT or file:DEVICE.")],
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8083,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """The voter's screen. Its pages open only on this machine; the chair's orders come over the network.

    Example: testigo station serve booth station-1/booth --printer tcp:192.168.7.20 --host 192.168.7.3
    """
    serve.serve_booth(folder, printer, Listening(host, port, certificate, private_key, metrics_port))


@station.command("check-in")
@serving("check-in")
def check_in(
    folder: Annotated[Path, typer.Argument(help="The check-in's machine folder, STATION/check-in.")],
    reader: Reader = "",
    reader_dpi: ReaderDpi = None,
    desks: Annotated[
        str, typer.Option(help="Addresses of all desks of the station, this one's too, in order, with spaces between.")
    ] = "",
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8082,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """The clerk's desk: document number, finger, card.

    Example: testigo station serve check-in station-1/check-in --reader usb
    """
    serve.serve_check_in(
        folder,
        Listening(host, port, certificate, private_key, metrics_port),
        reader=reader,
        dpi=reader_dpi,
        desks=desks,
    )


@station.command()
@serving("chair")
def chair(
    folder: Annotated[Path, typer.Argument(help="The chair's machine folder, STATION/chair.")],
    booth: Annotated[
        str, typer.Option(help="Address of the booth's process; of several booths, in order, with spaces between.")
    ] = "http://127.0.0.1:8083",
    check_in: Annotated[
        str, typer.Option(help="Address of the check-in's process; of several desks, in order, with spaces between.")
    ] = "http://127.0.0.1:8082",
    pages: Annotated[
        str, typer.Option(help="Where pages are printed: cups, cups:NAME or folder:PATH; empty: FOLDER/paper.")
    ] = "",
    centre: Annotated[str, typer.Option(help="Address that takes packages; empty: they are carried by hand.")] = "",
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8081,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """The chair's screen: test, zero report, open, pause, close, tally sheet, send.

    Example: testigo station serve chair station-1/chair --booth http://192.168.7.3:8083 --check-in http://192.168.7.2:8082
    """
    serve.serve_chair(
        folder,
        booth,
        check_in,
        Listening(host, port, certificate, private_key, metrics_port),
        centre=centre,
        pages=pages,
    )


@serving("enrolment")
def enrolment(
    election: Annotated[Path, typer.Option(help="The election's definition, YAML or JSON.", show_default=False)],
    register: Annotated[str, typer.Option(help="The register's database, as in the other commands.")] = "register.db",
    key: Annotated[Path, typer.Option(help="The register's key file.")] = Path("register.key"),
    officers: Annotated[Path, typer.Option(help="The desk's folder of officers: docs/staff.md.")] = Path("officers"),
    reader: Reader = "",
    reader_dpi: ReaderDpi = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """An enrolment desk: take fingers, settle likely duplicates. Each desk runs its own.

    Example: testigo register serve --election election.yaml --reader usb
    """
    listening = Listening(host, port, certificate, private_key, metrics_port)
    serve.serve_enrolment(register, election, key, officers, listening, reader=reader, dpi=reader_dpi)


@serving("results")
def results(
    results: Annotated[Path, typer.Argument(help="Folder of the results page.")],
    record: Annotated[Path, typer.Argument(help="Folder of the public record.")],
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8084,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """The results page and the public record, read-only.

    Example: testigo centre serve-results results centre/public --host 0.0.0.0
    """
    serve.serve_results(results, record, Listening(host, port, certificate, private_key, metrics_port))


@serving("centre")
def inbox(
    folder: Annotated[Path, typer.Argument(help="The centre's folder, made by `testigo centre create`.")],
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8085,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    metrics_port: MetricsPort = None,
) -> None:
    """The centre's inbox: stations send their packages to its address with /packages at the end.

    Example: testigo centre serve centre --host 0.0.0.0
    """
    serve.serve_centre(folder, Listening(host, port, certificate, private_key, metrics_port))
