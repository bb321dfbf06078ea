"""`testigo fingerprint …`: extract, compare, search, measure, and make synthetic fingers."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from testigo import storage
from testigo.cli import (
    fingerprint_convert,
    fingerprint_evaluate,
    fingerprint_identify,
    fingerprint_model,
    fingerprint_reader,
)
from testigo.cli.output import COMPILING, console, patience, print_json, progress
from testigo.errors import InvalidInput
from testigo.words import message

if TYPE_CHECKING:
    from testigo import fingerprint

app = typer.Typer(
    help="Fingerprints: templates, comparisons, searches, measurements, synthetic fingers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Image = Annotated[
    Path, typer.Argument(help="An image of one finger: PNG, BMP, TIFF, JPEG, JPEG 2000, WSQ or ISO/IEC 19794-4.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Dpi = Annotated[int | None, typer.Option(help="The images' resolution, where the files do not state it truly.")]
Picture = Annotated[Path | None, typer.Option("--plot", help="Draw a picture here, ending in .svg, .png or .html.")]


@app.command()
def extract(
    image: Image,
    out: Annotated[Path | None, typer.Option(help="Write the template here, as ISO/IEC 19794-2:2005.")] = None,
    plot: Picture = None,
    dpi: Dpi = None,
    as_json: Json = False,
) -> None:
    """Find the minutiae of an impression, and judge its quality.

    Example: testigo fingerprint extract thumb.png --out thumb.fmr --plot thumb.svg

    Python: template = extract(FingerImage.read("thumb.png"))
    """
    from testigo import fingerprint
    from testigo.fingerprint import evaluation, extraction

    _refuse_bad_outputs(out, plot, inputs=(image,))
    if extraction.is_template(image):
        raise InvalidInput("image.is-a-template", place=image)
    picture = fingerprint.FingerImage.read(image, dpi=dpi)
    template = fingerprint.extract(picture)
    score = fingerprint.quality(picture, template)
    if out is not None:
        storage.write(out, fingerprint.encode_template(template))
    if plot is not None:
        evaluation.save_minutiae(plot, extraction.Print(template, picture, image.name))
    if as_json:
        print_json(_template_fields(template, picture, score))
        return
    word = fingerprint.quality_label(score)
    console.print(str(message("cli", "prints.extracted", count=len(template), score=score, word=word)))
    _say_written(Template=out, Picture=plot)


def _template_fields(template: "fingerprint.Template", picture: "fingerprint.FingerImage", score: int) -> Any:
    from testigo import fingerprint

    columns = (template.x, template.y, template.radians, template.kind, template.quality)
    return {
        "width": template.width,
        "height": template.height,
        "dpi": picture.dpi,
        "quality": score,
        "quality_word": fingerprint.quality_word(score),
        "template": base64.b64encode(fingerprint.encode_template(template)).decode(),
        "minutiae": [
            {"x": int(x), "y": int(y), "angle": round(float(angle), 4), "kind": int(kind), "quality": int(quality)}
            for x, y, angle, kind, quality in zip(*columns, strict=True)
        ],
    }


@app.command()
def match(
    first: Annotated[Path, typer.Argument(help="An image, or a template made by extract.")],
    second: Annotated[Path, typer.Argument(help="The one to compare it with.")],
    plot: Picture = None,
    dpi: Dpi = None,
    as_json: Json = False,
) -> None:
    """Compare two impressions, and explain: score, decision, and which minutiae were taken for the same.

    A score s means: one in 10^s comparisons of different fingers reaches it. The picture shows both prints with all
    their minutiae; pairs share a number and a colour.

    Example: testigo fingerprint match enrolled.fmr probe.png --plot comparison.svg

    Python: result = match(extract(FingerImage.read("a.png")), extract(FingerImage.read("b.png")))
    """
    import msgspec

    from testigo import fingerprint
    from testigo.fingerprint import evaluation, extraction

    _refuse_bad_outputs(plot, inputs=(first, second))
    probe, candidate = extraction.read_print(first, dpi=dpi), extraction.read_print(second, dpi=dpi)
    with patience(COMPILING):
        result = fingerprint.match(probe.template, candidate.template)
    explained = evaluation.explain(probe.template, candidate.template, result)
    if plot is not None:
        evaluation.save_match(plot, probe, candidate, result)
    if as_json:
        fields = {**msgspec.to_builtins(explained), "score": round(result.score, 4), "pairs": result.pairs}
        print_json(fields)
        return
    for sentence in explained.sentences():
        console.print(sentence, soft_wrap=True)
    _say_written(Picture=plot)


app.command()(fingerprint_identify.identify)
app.add_typer(fingerprint_identify.gallery_app, name="gallery")
app.command()(fingerprint_evaluate.evaluate)
app.command()(fingerprint_convert.convert)
app.command()(fingerprint_reader.capture)
app.command()(fingerprint_reader.readers)
app.command()(fingerprint_model.model)


@app.command()
def generate(
    out: Annotated[Path, typer.Argument(help="The folder to write FINGER_IMPRESSION.png into.")],
    fingers: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many fingers.")] = 10,
    impressions: Annotated[int, typer.Option(min=1, max=1000, help="How many impressions of each.")] = 4,
    seed: Annotated[
        int, typer.Option(min=0, max=900_000_000, help="The first finger's seed; the next has the next.")
    ] = 1,
    difficulty: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="From 0, an ideal reader, to 1, a bad one.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over files that are there already.")] = False,
    as_json: Json = False,
) -> None:
    """Make synthetic fingerprints, for demonstrations and load tests; the same seed makes the same images.

    Example: testigo fingerprint generate /tmp/fingers --fingers 20 --impressions 3

    Python: image = synthetic.Finger(seed).impression(0)
    """
    from testigo.fingerprint import synthetic

    hard = synthetic.DIFFICULTY if difficulty is None else difficulty
    _prepare_folder(out, [f"{seed + f}_{n + 1}.png" for f in range(fingers) for n in range(impressions)], replace)
    written = []
    with progress(message("cli", "progress.generating"), fingers * impressions) as bar:
        for number in range(seed, seed + fingers):
            finger = synthetic.Finger(number)
            for n in range(impressions):
                path = out / f"{number}_{n + 1}.png"
                storage.write(path, finger.impression(n, difficulty=hard).to_png())
                written.append(str(path))
                bar.advance()
    if as_json:
        print_json(written)
        return
    of = message("term", "finger", count=fingers)
    console.print(str(message("cli", "prints.generated", count=len(written), fingers=of, folder=out)))


def _prepare_folder(out: Path, names: list[str], replace: bool) -> None:
    """Make the folder; refuse where files to be written are there and may not be replaced."""
    storage.make_folder(out)
    with storage.explained(out):
        there = {path.name for path in out.iterdir()}.intersection(names)
    if there and not replace:
        first = min(there, key=names.index)
        raise InvalidInput("files.exist", place=out, count=len(there), total=len(names), first=first)


def _refuse_bad_outputs(*paths: Path | None, inputs: tuple[Path, ...]) -> None:
    """Before any work: can these files be written? The last is a picture's."""
    from testigo.fingerprint import evaluation

    for path in paths:
        if path is not None:
            evaluation.require_writable(path)
            evaluation.refuse_input(path, *inputs)
    if paths[-1] is not None:
        evaluation.refuse_unknown_ending(paths[-1])


def _say_written(**files: Path | None) -> None:
    for what, path in files.items():
        if path is not None:
            console.print(f"{what}: {path}")
