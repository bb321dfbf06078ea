"""How well paper votes are read: ours beside general OCR, on clean print, scans and photographs.

    python benchmarks/slip_reading.py [--slips 50] [--peers tesseract,rapidocr] [--seed 1] [--elections republic]
    python benchmarks/slip_reading.py --marked 100 --jobs 2   # what people do to slips (paper_marks.py)

A slip counts as *right* when every choice is, as *wrong* when a choice is read that was not printed, else as *refused*.
The peers are given the slip already found and flattened by us, and its ballot style; each line that they read is taken
for the legal row most like it by spelling (difflib), refused under 0.75 or when the next is within 0.05.
All run on one core, and times are processor time. `tesseract` is the program of Debian's `tesseract-ocr` and
`tesseract-ocr-spa`; `rapidocr` the package of that name.
"""

import argparse
import difflib
import io
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import msgspec
import numpy as np
from paper_damage import HONEST, KINDS
from paper_marks import MARKED
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from testigo import election
from testigo.ballot import Ballot, check_slip_number
from testigo.ballot.check_character import ALPHABET, check_character
from testigo.scan.corner_marks import find_sheets
from testigo.scan.images import images_of
from testigo.scan.sheets import MARGIN, flatten
from testigo.slip import Slip
from testigo.slip_reader import SlipReader, SlipReading
from testigo.slip_reader.legal_print import LegalPrint

EXAMPLES = Path(__file__).resolve().parent.parent / "src" / "testigo" / "examples"
Lines = list[tuple[float, str]]
"""Each text with the height of its middle, in dots."""


def main() -> None:
    """Print one table an election."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slips", type=int, default=50)
    parser.add_argument("--peers", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--elections", default="municipality,republic")
    parser.add_argument("--jobs", type=int, default=0, help="processes, for --marked")
    parser.add_argument("--marked", type=int, default=0, help="slips of each mark and each kind of honest paper")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.marked:
        _measure_marks(arguments.elections.split(","), arguments.marked, arguments.seed, max(arguments.jobs, 1))
        return
    peers = {name: PEERS[name]() for name in filter(None, arguments.peers.split(","))}
    for name in arguments.elections.split(","):
        _measure(name, arguments.slips, arguments.seed, peers)
        _measure_forgeries(name, arguments.slips, arguments.seed)


def _measure(name: str, count: int, seed: int, peers: dict[str, Callable[[np.ndarray], Lines]]) -> None:
    definition = election.load(EXAMPLES / name / "election.yaml")
    rng = np.random.default_rng(seed)
    stations = [definition.stations[place] for place in rng.permutation(len(definition.stations))[:3]]
    reader = SlipReader(definition)
    table = Table(title=f"{name}: {count} slips of each kind", title_justify="left")
    for column in ("kind", "reader", "right", "refused", "wrong", "QR read", "median CPU s", "worst"):
        table.add_column(column, justify="left" if column in ("kind", "reader") else "right")
    for kind, damage in KINDS.items():
        outcomes: dict[str, Counter[str]] = {reader_name: Counter() for reader_name in ("testigo", *peers)}
        times: dict[str, list[float]] = {reader_name: [] for reader_name in outcomes}
        for _ in track(range(count), description=f"{name}, {kind}", transient=True):
            slip = random_slip(definition, stations[rng.integers(len(stations))].id, rng)
            data = picture(damage(printed(slip), rng), jpeg="photo" in kind)
            begin = _processor_s()
            (reading,) = reader.read(data)[:1]
            times["testigo"].append(_processor_s() - begin)
            outcomes["testigo"][_outcome(reading.choices, slip.ballot)] += 1
            outcomes["testigo"]["qr"] += reading.agrees_with_qr is not None
            for peer, read in peers.items():
                begin = _processor_s()
                choices = _by_text(data, slip, read)
                times[peer].append(_processor_s() - begin)
                outcomes[peer][_outcome(choices, slip.ballot)] += 1
        for reader_name, outcome in outcomes.items():
            cells = [outcome["right"], outcome["refused"], outcome["wrong"]]
            seen = str(outcome["qr"]) if reader_name == "testigo" else ""
            timing = [f"{np.median(times[reader_name]):.3f}", f"{max(times[reader_name]):.3f}"]
            table.add_row(kind, reader_name, *map(str, cells), seen, *timing)
    Console(width=110).print(table)


def _measure_forgeries(name: str, count: int, seed: int) -> None:
    """Slips on which one row was replaced by another option's, while the QR code still says the first."""
    definition = election.load(EXAMPLES / name / "election.yaml")
    rng = np.random.default_rng(seed + 1)
    reader = SlipReader(definition)
    table = Table(title=f"{name}: {count} slips with another name pasted over the first", title_justify="left")
    for column in ("kind", "read as the text", "refused", "read as the QR code", "otherwise wrong"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind, damage in KINDS.items():
        outcomes: Counter[str] = Counter()
        for _ in track(range(count), description=f"{name}, forged, {kind}", transient=True):
            true, forged, image = _forged(definition, rng)
            for reading in reader.read(picture(damage(image, rng), jpeg="photo" in kind))[:1]:
                outcomes[_outcome_of_forgery(reading, true, forged)] += 1
        table.add_row(kind, *[str(outcomes[each]) for each in ("text", "refused", "qr", "wrong")])
    Console(width=110).print(table)


def _measure_marks(elections: list[str], count: int, seed: int, jobs: int) -> None:
    """Slips on which people wrote, struck, wiped: how many are refused, flagged (the QR code is not read), or read."""
    table = Table(title=f"{count} marked slips of each kind", title_justify="left")
    columns = ("election", "mark", "paper", "refused", "flagged", "read", "wrong", "median CPU s")
    for column in columns:
        table.add_column(column, justify="left" if column in columns[:3] else "right")
    tasks = [(name, mark, kind, count, seed) for name in elections for mark in MARKED for kind in HONEST]
    with ProcessPoolExecutor(jobs) as pool:
        for task, (outcomes, seconds) in zip(tasks, pool.map(_marked, *zip(*tasks, strict=True)), strict=True):
            cells = [str(outcomes[each]) for each in ("refused", "flagged", "read", "wrong")]
            table.add_row(*task[:3], *cells, f"{seconds:.3f}")
    Console(width=110).print(table)


def _marked(name: str, mark: str, kind: str, count: int, seed: int) -> tuple[Counter[str], float]:
    cv2.setNumThreads(1)
    definition = election.load(EXAMPLES / name / "election.yaml")
    rng = np.random.default_rng([seed, list(MARKED).index(mark), list(HONEST).index(kind)])
    station = definition.stations[0].id
    reader, outcomes, times = SlipReader(definition), Counter[str](), []
    for _ in range(count):
        slip = random_slip(definition, station, rng)
        style = next(each for each in definition.styles_of_station(station) if each.id == slip.ballot.style)
        marked = MARKED[mark](printed(slip), _legal_print(slip, style).regions, rng)
        data = picture(HONEST[kind](marked, rng), jpeg="photo" in kind)
        begin = _processor_s()
        (reading,) = reader.read(data)[:1]
        times.append(_processor_s() - begin)
        outcomes[_outcome_of_mark(reading, slip.ballot)] += 1
    return outcomes, float(np.median(times))


def _outcome_of_mark(reading: SlipReading, true: Ballot) -> str:
    if reading.choices is None:
        return "refused"
    if reading.choices != true:
        return "wrong"
    return "read" if reading.agrees_with_qr else "flagged"


def _outcome_of_forgery(reading: SlipReading, true: Ballot, forged: Ballot) -> str:
    if reading.choices is None:
        return "refused"
    if reading.choices == true:
        return "qr"
    return "text" if reading.choices == forged and reading.agrees_with_qr is not True else "wrong"


def _forged(definition: election.Definition, rng: np.random.Generator) -> tuple[Ballot, Ballot, np.ndarray]:
    """The ballot of the QR code, the ballot of the text, and the picture."""
    station = definition.stations[0].id
    style = definition.styles_of_station(station)[0]
    slip = random_slip(definition, station, rng)
    contest = definition.contest(style.contests[0])
    first, second = (contest.options[place].id for place in rng.permutation(len(contest.options))[:2])
    before, after = (
        msgspec.structs.replace(
            slip, ballot=Ballot.mark(definition, style, {**slip.ballot.choices, contest.id: (chosen,)})
        )
        for chosen in (first, second)
    )
    image = printed(before).copy()
    region = next(each for each in _legal_print(before, style).regions if each.kind == "row")
    image[region.top : region.top + region.height] = printed(after)[region.top : region.top + region.height]
    return before.ballot, after.ballot, image


def random_slip(definition: election.Definition, station: str, rng: np.random.Generator) -> Slip:
    """A slip with choices drawn at random: any number of them from none to all allowed. The same generator gives the
    same slip, its number too."""
    styles = definition.styles_of_station(station)
    style = styles[rng.integers(len(styles))]
    choices = {}
    for contest_id in style.contests:
        contest = definition.contest(contest_id)
        number = min(rng.integers(contest.choose + 1) if rng.random() < 0.3 else contest.choose, len(contest.options))
        choices[contest_id] = tuple(
            contest.options[place].id for place in rng.permutation(len(contest.options))[:number]
        )
    language = definition.languages[rng.integers(len(definition.languages))]
    number = "".join(rng.spawn(1)[0].choice(list(ALPHABET), 11))
    number = check_slip_number(number + check_character(number))
    return Slip(definition, station, Ballot.mark(definition, style, choices), number, language)


def printed(slip: Slip) -> np.ndarray:
    """The slip as a grey image."""
    return np.asarray(Image.open(io.BytesIO(slip.png())).convert("L"))


def picture(image: np.ndarray, *, jpeg: bool) -> bytes:
    """The image as a file."""
    return bytes(cv2.imencode(".jpg" if jpeg else ".png", image)[1])


def _processor_s() -> float:
    """Processor time of this process and the programs it ran: unlike the clock's, it is the same on a busy machine."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _outcome(read: Ballot | None, true: Ballot) -> str:
    if read is None:
        return "refused"
    return "right" if read == true else "wrong"


def _by_text(data: bytes, slip: Slip, read: Callable[[np.ndarray], Lines]) -> Ballot | None:
    """The choices by a peer's text, or None."""
    (image,) = images_of(data)
    slips, _ = find_sheets(image)
    if len(slips) != 1:
        return None
    style = next(s for s in slip.definition.styles_of_station(slip.station) if s.id == slip.ballot.style)
    legal = _legal_print(slip, style)
    flat = flatten(image, slips[0], legal.length).ink
    lines = read(((1 - flat) * 255).astype(np.uint8))
    choices = {}
    for place, contest_id in enumerate(style.contests):
        contest = slip.definition.contest(contest_id)
        legal_rows = slip.page()["contests"][place]["measured"]
        texts = [" ".join(text for part in row for text in part["texts"] if text) for row in legal_rows]
        said = []
        for region in legal.regions:
            if region.kind == "row" and region.contest == place:
                inside = [text for y, text in lines if 0 <= y - MARGIN - region.top < region.height]
                said.append(_most_like(" ".join(inside), texts))
        if None in said:
            return None
        choices[contest_id] = tuple(contest.options[p].id for p in said if p is not None and p < len(contest.options))
    try:
        return Ballot.mark(slip.definition, style, choices)
    except Exception:
        return None


_prints: dict[tuple[str, str], LegalPrint] = {}


def _legal_print(slip: Slip, style: election.BallotStyle) -> LegalPrint:
    key = (slip.station, style.id)
    if key not in _prints:
        _prints[key] = LegalPrint(slip.definition, slip.station, style)
    return _prints[key]


def _most_like(text: str, legal: list[str]) -> int | None:
    ratios = [difflib.SequenceMatcher(None, text.lower(), each.lower(), autojunk=False).ratio() for each in legal]
    order = np.argsort(ratios)[::-1]
    if ratios[order[0]] < 0.75 or (len(order) > 1 and ratios[order[0]] - ratios[order[1]] < 0.05):
        return None
    return int(order[0])


def _tesseract() -> Callable[[np.ndarray], Lines]:
    def read(image: np.ndarray) -> Lines:
        large = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        command = ["tesseract", "-", "-", "-l", "spa+eng", "--psm", "6", "tsv"]
        done = subprocess.run(
            command,
            input=picture(large, jpeg=False),
            capture_output=True,
            check=True,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin"},
        )
        words = [row.split("\t") for row in done.stdout.decode().splitlines()[1:]]
        return [
            ((int(w[7]) + int(w[9]) / 2) / 2, w[11])
            for w in words
            if len(w) == 12 and w[11].strip() and float(w[10]) > 0
        ]

    return read


def _rapidocr() -> Callable[[np.ndarray], Lines]:
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(image: np.ndarray) -> Lines:
        found = engine(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), use_cls=False)
        if found.txts is None:
            return []
        return [(float(np.mean(box[:, 1])), text) for box, text in zip(found.boxes, found.txts, strict=True)]

    return read


PEERS = {"tesseract": _tesseract, "rapidocr": _rapidocr}

if __name__ == "__main__":
    main()
