"""`testigo fingerprint …`: extract, compare, measure, and make fingers of nobody."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testigo.cli.output import console, print_json, progress, table
from testigo.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from testigo import fingerprint

app = typer.Typer(
    help="Fingerprints: templates, comparisons, measurements, synthetic fingers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Image = Annotated[Path, typer.Argument(help="An image of one finger: PNG, BMP, TIFF, JPEG, JPEG 2000 or WSQ.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Dpi = Annotated[int | None, typer.Option(help="The images' resolution, where the files do not state it truly.")]
_TEMPLATE_MARK = b"FMR\x00"


@app.command()
def extract(
    image: Image,
    out: Annotated[Path | None, typer.Option(help="Write the template here, as ISO/IEC 19794-2:2005.")] = None,
    dpi: Dpi = None,
    as_json: Json = False,
) -> None:
    """Find the minutiae of an impression, and judge its quality.

    Example: testigo fingerprint extract thumb.png --out thumb.fmr
    """
    from testigo import fingerprint

    picture = fingerprint.FingerImage.read(image, dpi=dpi)
    template = fingerprint.extract(picture)
    score = fingerprint.quality(picture, template)
    if out is not None:
        _write(out, template.to_iso())
    if as_json:
        print_json(
            {
                "width": template.width,
                "height": template.height,
                "dpi": picture.dpi,
                "quality": score,
                "quality_word": fingerprint.quality_word(score),
                "template": base64.b64encode(template.to_iso()).decode(),
                "minutiae": [
                    {
                        "x": int(x),
                        "y": int(y),
                        "angle": round(float(angle), 4),
                        "kind": int(kind),
                        "quality": int(quality),
                    }
                    for x, y, angle, kind, quality in zip(
                        template.x, template.y, template.radians, template.kind, template.quality, strict=True
                    )
                ],
            }
        )
        return
    console.print(f"{len(template)} minutiae; quality {score} of 100 ({fingerprint.quality_word(score)}).")
    if out is not None:
        console.print(f"Template: {out}")


@app.command()
def match(
    first: Annotated[Path, typer.Argument(help="An image, or a template made by extract.")],
    second: Annotated[Path, typer.Argument(help="The one to compare it with.")],
    dpi: Dpi = None,
    as_json: Json = False,
) -> None:
    """Compare two impressions: score, decision, and how many minutiae were taken for the same.

    A score s means: one in 10^s comparisons of different fingers reaches it.

    Example: testigo fingerprint match enrolled.fmr probe.png
    """
    from testigo import fingerprint

    probe, candidate = _template(first, dpi), _template(second, dpi)
    result = fingerprint.match(probe, candidate)
    if as_json:
        print_json(
            {
                "score": round(result.score, 4),
                "threshold": fingerprint.THRESHOLD,
                "matched": result.matched,
                "minutiae": [len(probe), len(candidate)],
                "pairs": result.pairs,
            }
        )
        return
    console.print("The same finger." if result.matched else "Not shown to be the same finger.")
    console.print(f"Score {result.score:.2f}, threshold {fingerprint.THRESHOLD:.2f}.")
    console.print(f"{len(result.pairs)} minutiae pair up, of {len(probe)} and {len(candidate)}.")


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="A folder of images named FINGER_IMPRESSION.ext.")],
    dpi: Dpi = None,
    scores: Annotated[Path | None, typer.Option(help="Write every comparison's score here.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here ('-': to standard output).")
    ] = None,
) -> None:
    """Measure accuracy and speed on a folder of impressions: FVC protocol and all cross-finger pairs.

    Example: testigo fingerprint evaluate ../shared/data/fingerprints/fvc2002-db1-b --json figures.json
    """
    import msgspec

    from testigo import fingerprint

    with progress("Evaluating", None) as bar:
        result = fingerprint.evaluate(
            folder, dpi=dpi, scores=scores, progress=lambda _what, done, total: bar.move_to(done, total)
        )
    if json_file is not None and str(json_file) == "-":
        print_json(result)
        return
    if json_file is not None:
        _write(json_file, msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    rates = ("eer", "eer_all", "fnmr_at_fmr_0.01", "fnmr_at_fmr_0.001", "fnmr_at_fmr_0.0001", "zero_fmr", "fnmr", "fmr")
    figures = msgspec.to_builtins(result)
    rows = [(name, f"{value:.2%}" if name in rates else f"{value:g}") for name, value in figures.items()]
    table(str(folder), ("figure", "value"), rows)


@app.command()
def generate(
    out: Annotated[Path, typer.Argument(help="The folder to write FINGER_IMPRESSION.png into.")],
    fingers: Annotated[int, typer.Option(min=1, help="How many fingers.")] = 10,
    impressions: Annotated[int, typer.Option(min=1, help="How many impressions of each.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="The first finger's seed; the next has the next.")] = 1,
    difficulty: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="From 0, an ideal reader, to 1, a bad one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make fingerprints of nobody, for demonstrations and load tests; the same seed makes the same images.

    Example: testigo fingerprint generate /tmp/fingers --fingers 20 --impressions 3
    """
    from testigo.fingerprint import synthetic

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("the folder cannot be made", place=str(out), mend="choose another") from error
    hard = synthetic.DIFFICULTY if difficulty is None else difficulty
    written = []
    with progress("Generating", fingers * impressions) as bar:
        for number in range(seed, seed + fingers):
            finger = synthetic.Finger(number)
            for n in range(impressions):
                path = out / f"{number}_{n + 1}.png"
                _write(path, finger.impression(n, difficulty=hard).to_png())
                written.append(str(path))
                bar.advance()
    if as_json:
        print_json(written)
        return
    console.print(f"{len(written)} impressions of {fingers} fingers: {out}")


def _template(path: Path, dpi: int | None) -> "fingerprint.Template":
    """The template in a file, or that of the image in it."""
    from testigo import fingerprint

    try:
        with path.open("rb") as file:
            is_template = file.read(len(_TEMPLATE_MARK)) == _TEMPLATE_MARK
        if is_template:
            return fingerprint.Template.from_iso(path.read_bytes())
    except OSError as error:
        raise InvalidInput("the file cannot be opened", place=str(path), mend="check the path") from error
    return fingerprint.extract(fingerprint.FingerImage.read(path, dpi=dpi))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageError("the file cannot be written", place=str(path), mend="check the path and the disk") from error
