"""`testigo fingerprint evaluate`: run an evaluation and print its figures for a person."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testigo import storage
from testigo.cli.output import console, print_json, progress, table
from testigo.errors import InvalidInput
from testigo.words import message

if TYPE_CHECKING:
    from testigo.fingerprint import Evaluation

FEW_FINGERS = 20  # with fewer, percentiles over fingers are rough


def evaluate(
    folder: Annotated[Path, typer.Argument(help="A folder of images named FINGER_IMPRESSION.ext, as 101_1.png.")],
    dpi: Annotated[
        int | None, typer.Option(help="The images' resolution, where the files do not state it truly.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="Write a line 'finger impression finger impression score' for each pair here.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here ('-': to standard output).")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw DET curve and score distributions here: .svg, .png or .html.")
    ] = None,
    skip_unreadable: Annotated[
        bool, typer.Option("--skip-unreadable", help="Leave out images that cannot be read, rather than stop.")
    ] = False,
) -> None:
    """Measure accuracy and speed on a folder of impressions: FVC protocol and all cross-finger pairs.

    Intervals are 95 %, by drawing the fingers again. Folders inside are not entered; files with other names are passed
    over.

    Example: testigo fingerprint evaluate ../shared/data/fingerprints/fvc2002-db1-b --json figures.json --plot det.svg

    Python: figures = evaluate(Path("fvc2002-db1-b"))
    """
    import msgspec

    from testigo import fingerprint
    from testigo.fingerprint.evaluation import require_writable

    to_output = json_file is not None and str(json_file) == "-"
    if json_file is not None and not to_output:
        require_writable(json_file)
    results = (scores, None if to_output else json_file, plot)
    _refuse_same(*results)
    _refuse_prints(folder, *results)
    with progress(message("cli", "progress.evaluating"), None) as bar:
        result = fingerprint.evaluate(
            folder,
            dpi=dpi,
            scores=scores,
            plot=plot,
            skip_unreadable=skip_unreadable,
            progress=lambda _what, done, total: bar.move_to(done, total),
        )
    if to_output:
        print_json(result)
        return
    if json_file is not None:
        storage.write(json_file, msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    _print(str(folder), result)
    for what, path in (("Scores", scores), ("Figures", json_file), ("Chart", plot)):
        if path is not None:
            console.print(f"{what}: {path}")


def _refuse_same(*paths: Path | None) -> None:
    """One file cannot hold two of the results."""
    known: set[Path] = set()
    for path in (
        storage.resolved(path) for path in paths if path is not None and (path.is_file() or not path.exists())
    ):
        if path in known:
            raise InvalidInput("results.in-one-file", place=path)
        known.add(path)


def _refuse_prints(folder: Path, *paths: Path | None) -> None:
    """No result takes the place of a print."""
    from testigo.fingerprint.evaluation import images_in, refuse_input

    prints = images_in(folder)
    for path in paths:
        if path is not None and path.exists():
            refuse_input(path, *(found for found in prints if found.name == path.name))


def _print(folder: str, result: "Evaluation") -> None:
    """The rates as a table, what they were measured on and how long it took as sentences."""
    fvc, within = result.fvc, result.intervals
    rows = [
        ("genuine, impostor pairs", _pair(fvc.genuine, fvc.impostors), _pair(result.genuine, result.impostors)),
        ("EER", _rate(fvc.eer, within["fvc.eer"]), _rate(result.eer_all, within["eer_all"])),
    ]
    asked = (
        ("FMR100 (FNMR at 1 %)", 0.01, fvc.fmr100, "fvc.fmr100", result.fnmr_at_fmr_1_percent),
        ("FMR1000 (FNMR at 0.1 %)", 0.001, fvc.fmr1000, "fvc.fmr1000", result.fnmr_at_fmr_01_percent),
        ("FNMR at FMR 0.01 %", 0.0001, None, "", result.fnmr_at_fmr_001_percent),
        ("zeroFMR", 0.0, fvc.zero_fmr, "fvc.zero_fmr", result.zero_fmr),
    )
    few = False
    for name, fmr, strict, strict_name, rate in asked:
        wanting = [strict is not None and fvc.impostors * fmr < 1, result.impostors * fmr < 1]
        few |= fmr > 0 and any(wanting)
        marks = ["*" if fmr > 0 and too_few else "" for too_few in wanting]
        left = "" if strict is None else _rate(strict, within[strict_name]) + marks[0]
        key = "zero_fmr" if fmr == 0 else f"fnmr_at_fmr_{fmr:.4f}".rstrip("0")
        rows.append((name, left, _rate(rate, within[key]) + marks[1]))
    rows.append((f"FNMR at threshold {result.threshold:g}", "", _rate(result.fnmr, within["fnmr"])))
    rows.append((f"FMR at threshold {result.threshold:g}", "", _rate(result.fmr, within["fmr"], digits=4)))
    table(folder, ("rate (95 % interval)", "FVC protocol", "all pairs"), rows)
    for sentence in _notes(result, few):
        console.print(sentence, soft_wrap=True)


def _rate(value: float, within: tuple[float, float], digits: int = 2) -> str:
    if value == 0 == within[1]:
        return f"{0:.{digits}f} % (none seen)"
    low, high = (f"{bound * 100:.{digits}f}" for bound in within)
    return f"{value * 100:.{digits}f} % ({low} to {high})"


def _pair(genuine: int, impostors: int) -> str:
    return f"{genuine:,}, {impostors:,}"


def _notes(result: "Evaluation", few: bool) -> list[str]:
    from testigo.fingerprint.evaluation import how_many, rule_of_three

    notes = []
    if few:
        notes.append("* Fewer impostor comparisons than that rate needs: this is the rate at no false match.")
    for what, rate, tried in (("non-match", result.fnmr, result.genuine), ("match", result.fmr, result.impostors)):
        if rate == 0:
            most = f"{float(f'{rule_of_three(tried) * 100:.2g}'):g} %"
            notes.append(
                f"No false {what} at the threshold in {how_many(tried, 'comparison')}: were they independent, the true"
                f" rate would be at most {most} (rule of three, 95 %)."
            )
    if result.fingers < FEW_FINGERS:
        notes.append(f"Only {how_many(result.fingers, 'finger')}: such intervals are rough.")
    dpi = ", ".join(f"{how_many(count, 'image')} at {value} dpi" for value, count in result.dpi.items())
    notes.append(
        f"{how_many(result.impressions, 'impression')} of {how_many(result.fingers, 'finger')}: {dpi};"
        f" {result.minutiae:.0f} minutiae and {result.template_bytes:.0f} bytes a template."
    )
    if result.without_minutiae:
        notes.append(f"In {how_many(result.without_minutiae, 'impression')} no minutia was found.")
    batch = "" if result.batch_ms is None else f"; {result.batch_ms:.0f} ms each for the others, on all cores"
    notes.append(
        f"Extraction {result.extract_ms:.0f} ms (median of {result.timed}, one thread){batch}."
        f" A comparison {result.match_us:.0f} µs, one thread; a template is prepared for it in"
        f" {result.prepare_us:.0f} µs, once."
    )
    if result.skipped:
        notes.append(f"Left out, unreadable: {', '.join(result.skipped)}.")
    return notes
