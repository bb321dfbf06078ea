"""`testigo release`: the release key, and the signed list of what a release installs."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.cli.output import facts, print_json
from testigo.keys import SigningKey
from testigo.release import make_manifest
from testigo.words import message

app = typer.Typer(help="What a release installs, signed.", no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

KEY, PUBLIC = "release-key.pem", "release.pub"


@app.callback()
def group() -> None:
    """What a release installs, signed by the release key. Compare with it: `testigo selfcheck`."""


@app.command("create-key")
def create_key(
    folder: Annotated[Path, typer.Argument(help="A new folder, on a medium that is kept offline.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Make the release key. It signs manifests and nothing else.

    Example: testigo release create-key release
    """
    key = SigningKey.generate()
    with storage.new_folder(folder, mode=0o700) as building:
        key.save(building / KEY)
        storage.write(building / PUBLIC, f"{key.public.hex}\n".encode())
    if as_json:
        print_json({"key": key.public.hex, "key_id": key.public.key_id})
        return
    keep = message("cli", "release.keep-offline", file=folder / KEY)
    facts([("key", keep), ("public", message("cli", "release.print-in-notes", public=key.public.hex))])


@app.command()
def manifest(
    key: Annotated[Path, typer.Option(help="The release key's file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Where the manifest is written.")] = Path("manifest.json"),
    as_json: AsJson = False,
) -> None:
    """List every file that this installation has, with its SHA-256, and sign the list.

    Run it in an empty environment into which only the release's wheel was installed. Example:

    testigo release manifest --key release/release-key.pem
    """
    signed = make_manifest(SigningKey.load(key))
    storage.write_new(out, signed, mode=0o644)
    if as_json:
        print_json({"manifest": str(out), "bytes": len(signed)})
        return
    facts([("manifest", out)])
