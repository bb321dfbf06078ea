"""A whole day, then everything that is left of it on the disks of all three machines, read with every key.

Whoever gets the disks after closing must not be able to pair a voter with a session, a card, a choice or a position.
The strongest way to say so: two days on which the same people came in another order, drew other cards and chose
otherwise among each other, within one batch, leave the same behind, but for keys, hashes and random numbers.
"""

import base64
import hashlib
import itertools
import json
import random
import re
import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from polling_place import CHAIR_PIN, ISSUED, MAYOR, MemoryPrinter, Root, council, finger, villa
from raising import raises_code
from testigo import canonical
from testigo.audit import station_deck
from testigo.election import Contest, Option, Station, VotingRules
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import FingerImage
from testigo.keys import SigningKey
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.screens.metrics import of_machine
from testigo.screens.page_voter import PageVoter
from testigo.slip import PrinterError
from testigo.station.booth.booth import Booth
from testigo.station.booth.cards import make_deck
from testigo.station.booth.day import BoothDay
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.day import day_key
from testigo.station.machine.ways import LocalMachine
from testigo.stored import StoredFormat

GENERAL = [str(1000 + number) for number in range(24)]
NATIVE = [str(2000 + number) for number in range(8)]
VOTERS = len(GENERAL) + len(NATIVE)
BATCH = 10
ELDER = Contest("elder", "villa", {"es": "Mayor indígena"}, "choose-one", (Option("e1", {"es": "Uno"}),), roll="native")
DEFINITION = villa(
    (
        Station("s1", "Norte", "villa", VOTERS, roll_sizes={"native": len(NATIVE)}),
        Station("s2", "Sur", "villa", 1),
    ),
    (MAYOR, council(0), ELDER),
    rolls=("general", "native"),
    rules=VotingRules(release_cap_percent=20),
)
OPERATIONS = {
    "installed", "keys-loaded", "cards-made", "deck-counted", "box-made", "poll-book-loaded", "order", "order-refused",
    "counted", "cards-locked",
}  # fmt: skip
INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Clock:
    """The machines' clock; the day begins at eight."""

    def __init__(self):
        self.now = datetime(2026, 11, 29, 8, 0, 7)

    def __call__(self):
        return f"{self.now:%Y-%m-%dT%H:%M:%SZ}"

    def later(self, **time):
        self.now += timedelta(**time)


class Polling:
    """The three machines on a folder."""

    def __init__(self, folder):
        self.folder, self.printer = folder, MemoryPrinter()
        self.start()

    def start(self):
        self.booth = Booth(self.folder / "booth", self.printer, screen=PageVoter)
        self.desk = CheckIn(self.folder / "check-in", matcher=lambda image, enrolled: image == b"right")
        self.chair = Chair(self.folder / "chair", booths=[LocalMachine(self.booth)], desks=[LocalMachine(self.desk)])

    def stop(self):
        for machine in (self.booth, self.desk, self.chair):
            machine.close()

    def restart(self):
        self.stop()
        self.start()

    def metrics(self):
        return [
            (machine.folder.settings.role, sample.name, sorted(sample.labels.items()), sample.value)
            for machine in (self.booth, self.desk, self.chair)
            for metric in of_machine(machine)()
            for sample in metric.samples
        ]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A station that is open: its folder, the codes of its cards by style, its root."""
    home, root = tmp_path_factory.mktemp("opened"), Root(DEFINITION)
    request = root.install(home / "s1", "s1")
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    rows = [f"{one},Voter {one},s1," for one in GENERAL] + [f"{one},Voter {one},s1,native" for one in NATIVE]
    (home / "people.csv").write_text("\n".join(["document,name,station,roll", *rows, "3000,Voter 3000,s2,", ""]))
    with Register.open(f"sqlite:///{home / 'register.db'}", DEFINITION, RegisterKey.generate()) as register:
        register.import_voters(home / "people.csv")
        image = FingerImage.read(finger(1, 1))
        for document in (*GENERAL, *NATIVE):
            register.enrol(document, [("right-index", image)], "officer")
        book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    place = Polling(home / "s1")
    place.desk.load_poll_book(book)
    deck = place.booth.make_cards(spare=4)
    assert place.chair.runs.run(station_deck(DEFINITION, "s1")[-1:])
    place.chair.zero_report()
    place.chair.open()
    place.stop()
    codes = {style: [card.code for card in deck.cards if card.style == style] for style in ("villa", "villa-native")}
    return home / "s1", codes, root


class Voter:
    """One voter: the document, the card drawn, the choice, and what happens on the way."""

    def __init__(self, number, codes):
        native = number % 4 == 3
        place = number // 4 if native else number - number // 4
        self.native, self.document = native, (NATIVE if native else GENERAL)[place]
        self.code = codes["villa-native" if native else "villa"][place]
        self.choice = {"mayor": (("ana",), ("beto",), ())[number % 3], "council": (f"c{number % 4}",)}
        self.language, self.at_desk, self.in_booth = ("es", "en")[number % 2], "", ""


def the_day(codes, shuffled):
    """The voters in the order in which they come, batch by batch; `shuffled`: in another order, and each with the card,
    the ballot and the trouble in the booth of another of the same batch and roll.

    Who was released by the chair the check-in keeps: that stays with the voter. The chair's log has the quarter of an
    hour in which a session was voided: who leaves the booth comes third. Power fails when it fails, whoever is there.
    """
    voters = [Voter(number, codes) for number in range(VOTERS)]
    batches = [voters[start : start + BATCH] for start in range(0, VOTERS, BATCH)]
    for batch in batches:
        for voter, trouble in zip(batch, ("", "spoils", "leaves", "printer", "wrong-card"), strict=False):
            voter.in_booth = trouble
        for voter, trouble in zip(batch, ("released", "impostor"), strict=False):
            voter.at_desk = trouble
        if shuffled:
            shuffle(batch)
    return batches


def a_day_by_chance(codes, seed, shuffled):
    """As `the_day`, of as many voters as the day has, each with what befalls them by chance. The last batch has those
    who came after it, too."""
    rng = random.Random(seed)
    came = rng.sample(range(VOTERS), (21, 25, 29, 31, 32)[seed % 5])
    voters = [Voter(number, codes) for number in came]
    ends = [*range(BATCH, len(voters) - BATCH + 1, BATCH), len(voters)]
    batches = [voters[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    for batch in batches:
        for voter in batch:
            voter.language = rng.choice(("es", "es", "es", "en"))
            voter.choice = {"mayor": rng.choice((("ana",), ("beto",), ())), "council": (f"c{rng.randrange(4)}",)}
            voter.at_desk = rng.choice(("", "", "", "", "", "", "released", "impostor"))
            voter.in_booth = rng.choice(("", "", "", "", "", "spoils", "printer", "wrong-card"))
        batch[2].in_booth = rng.choice(("", "leaves"))
        if shuffled:
            shuffle(batch, seed)
    return batches


def shuffle(batch, seed=7):
    rng = random.Random(seed)
    for native in (False, True):
        roll = [voter for voter in batch if voter.native == native]
        for names in (("code",), ("choice", "language", "in_booth")):
            values = [[getattr(voter, name) for name in names] for voter in roll]
            rng.shuffle(values)
            for voter, own in zip(roll, values, strict=True):
                vars(voter).update(zip(names, own, strict=True))
    rng.shuffle(batch)
    for voter in [voter for voter in batch if voter.in_booth == "leaves"]:
        batch.remove(voter)
        batch.insert(2, voter)


def hold(folder, batches, clock, *, apart=4):
    """Hold the day, a voter each `apart` minutes and some, and close it; the machines are switched off afterwards.
    Returns what somebody reads who asks the machines for their metrics after each voter."""
    place, foreign, read = Polling(folder), make_deck(DEFINITION, "s2", 4).cards[0].code, []
    for batch in batches:
        for turn, voter in enumerate(batch):
            clock.later(minutes=apart)
            check_in(place, voter, power_fails=turn in (1, 7))
            clock.later(seconds=40)
            cast(place, voter, foreign, power_fails=turn in (0, 5))
            place.chair.status()
            read.append(place.metrics())
        assert place.desk.turn_away(batch[0].document).reason == "already-voted"
        assert place.desk.turn_away("3000").reason == "other-station"
        clock.now = clock.now.replace(minute=0, second=7) + timedelta(hours=1)
        place.chair.pause("power")
        place.chair.resume()
    assert not [one for one in place.chair.close_polls() if not one.reason]
    place.chair.send()
    place.stop()
    return read


def check_in(place, voter, *, power_fails):
    visit = place.desk.find(voter.document)
    if voter.at_desk == "impostor":
        place.desk.try_finger(visit.id, b"wrong")
        place.desk.refuse(visit.id, "impostor")
        visit = place.desk.find(voter.document)
    if voter.at_desk == "released":
        place.desk.try_finger(visit.id, b"wrong")
        place.desk.release(visit.id, CHAIR_PIN, "worn-finger")
    else:
        place.desk.try_finger(visit.id, b"right")
    if power_fails:
        place.restart()
    place.desk.hand_card(visit.id)


def cast(place, voter, foreign, *, power_fails):
    booth = place.booth
    if voter.in_booth == "wrong-card":
        with pytest.raises(IllegalStep):
            booth.accept_card(foreign)
    booth.accept_card(voter.code)
    booth.choose_language(voter.language)
    if voter.in_booth == "leaves":
        place.chair.sessions.void("voter-left")
        return
    for contest, options in voter.choice.items():
        booth.choose(contest, options)
    booth.review()
    if voter.in_booth == "printer":
        place.printer.failures = 1
        with pytest.raises(PrinterError):
            booth.print()
    booth.print()
    if voter.in_booth == "spoils":
        booth.spoil("mistake")
        booth.print()
    if power_fails:
        place.restart()
    place.booth.confirm()


# ---- everything that is left


def opened_halves(file):
    """Both halves of a machine's day: how often it was written, and what it says."""
    data, said, role = file.read_bytes(), [], file.parent.name
    if role == "booth":
        key = bytes.fromhex(json.loads((file.parent / "secrets.json").read_text())["journal"])
    else:
        key = day_key(SigningKey.load(file.parent / "signing.pem"))
    for half in (data[: len(data) // 2], data[len(data) // 2 :]):
        plain = AESGCM(key).decrypt(half[:12], half[12:], f"testigo day 1\n{DEFINITION.digest}/s1/{role}".encode())
        said.append((int.from_bytes(plain[:8], "big"), plain[8:].decode().strip()))
    return said


def opened_box(folder):
    """The votes of a ballot box, without their random numbers and places. Opened on a copy, so that nothing is tidied
    up before it is looked at."""
    copy = Path(shutil.copytree(folder, folder.parent / "booth-copy"))
    with Booth(copy, None) as booth:
        votes = booth._box.records()
    shutil.rmtree(copy)
    assert {vote.language for vote in votes} <= {""}
    return sorted((str(vote.ballot.choices), vote.ballot.style) for vote in votes)


CHANCE = {"head", "heads", "known_head", "answers", "key", "signature", "previous", "digest", "event_logs", "statement",
          "reports", "keys", "sig", "keyid", "deck", "fresh"}  # fmt: skip


def without_chance(value):
    """Plain values without what differs because keys, hashes and random numbers do."""
    if isinstance(value, dict):
        return {key: without_chance(one) for key, one in value.items() if key not in CHANCE}
    return [without_chance(one) for one in value] if isinstance(value, list) else value


def payloads(file):
    """The payloads of one envelope, or of a table or list of envelopes."""
    read = json.loads(file.read_bytes())
    envelopes = [read] if "payload" in read else map(json.loads, read["reports"].values())
    return [without_chance(json.loads(base64.b64decode(envelope["payload"]))) for envelope in envelopes]


def all_that_is_left(folder):
    """Every file of the three machines, read with every key that is on them: path → what it says."""
    left = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = str(file.relative_to(folder))
        if file.name == "day-state":
            left[name] = opened_halves(file)
        elif name == "booth/ballot-box":
            left[name] = opened_box(file.parent)
        elif name == "booth/second-disk/ballot-box":
            left[name] = file.stat().st_size
        elif file.name == "events.log":
            entries = [json.loads(line)["entry"] for line in file.read_bytes().splitlines()]
            left[name] = [without_chance(entry) for entry in entries]
        elif file.name == "last-reports.json" or file.parent.name == "statements":
            left[name] = payloads(file)
        elif file.suffix != ".pdf":
            left[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return left


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(canonical, "utc_now", clock)
    for room in (
        *(f"station.machine.{name}" for name in ("order_sender", "order_receiver", "folder")),
        "record.statement",
    ):
        monkeypatch.setattr(f"testigo.{room}.utc_now", clock, raising=False)
    return clock


@pytest.fixture
def day(opened, tmp_path, clock):
    """Holds a day on a copy of the open station; returns its folder."""

    def held(name, *, shuffled=False):
        folder = Path(shutil.copytree(opened[0], tmp_path / name))
        clock.now = Clock().now
        hold(folder, the_day(opened[1], shuffled), clock)
        return folder

    return held


def test_days_that_differ_only_in_who_came_when_and_chose_what_leave_the_same(day):
    one, other = all_that_is_left(day("one")), all_that_is_left(day("other", shuffled=True))
    assert one.keys() == other.keys()
    for name, left in one.items():
        assert left == other[name], name
    assert len(one["booth/ballot-box"]) > 25


@pytest.mark.parametrize("seed", range(5))
def test_attack_on_ten_station_days_no_group_of_voters_can_be_named(opened, tmp_path, clock, seed):
    """Ten days of real machines, two and two of the same people: all folders, logs and metrics of a station joined are
    the same whichever voters of a batch spoiled a paper, left, read another language or had a card refused. So who has
    them can name none of these; and no batch is of fewer than ten."""
    left, read = [], []
    for shuffled in (False, True):
        folder = Path(shutil.copytree(opened[0], tmp_path / f"day-{shuffled}"))
        clock.now = Clock().now
        batches = a_day_by_chance(opened[1], seed, shuffled)
        read.append(hold(folder, batches, clock, apart=2))
        left.append(all_that_is_left(folder))
    assert left[0].keys() == left[1].keys()
    for name, one in left[0].items():
        assert one == left[1][name], name
    assert read[0] == read[1]
    voters = sum(map(len, batches))
    for role in ("booth", "check-in"):
        counted = [entry["data"] for entry in left[0][f"{role}/events.log"] if entry["event"] == "counted"]
        done = [0, *(data["voters"] for data in counted)]
        assert done[-1] == voters and all(after - before >= BATCH for before, after in itertools.pairwise(done))
        assert "language" not in json.dumps(counted)


def test_nothing_is_finer_than_a_batch(day, opened):
    folder = day("day")
    left = all_that_is_left(folder)
    for role in ("booth", "check-in"):
        entries = left[f"{role}/events.log"]
        assert {entry["event"] for entry in entries} <= OPERATIONS
        counted = [entry for entry in entries if entry["event"] == "counted"]
        assert len(counted) == 3  # two full batches, each written when the next was full, and the rest at closing
        voters = [0, *(entry["data"]["voters"] for entry in counted)]
        assert all(after - before >= BATCH for before, after in itertools.pairwise(voters))
        assert voters[-1] == VOTERS
        # Lines between opening and closing: batches and pauses, whatever the number of voters.
        assert len(entries) < 30
        for entry in counted + [one for one in entries if one["data"].get("name") == "void-session"]:
            assert entry["time"][14:] in ("00:00Z", "15:00Z", "30:00Z", "45:00Z")
        (first, again) = left[f"{role}/day-state"]
        assert first[1] == again[1] and abs(first[0] - again[0]) == 1
    booth, desk = (json.loads(left[f"{role}/day-state"][0][1]) for role in ("booth", "check-in"))
    assert "session" not in booth and "visit" not in desk
    assert list(desk["voted"]) == sorted(desk["voted"]) and len(desk["voted"]) == VOTERS
    hours = Counter(one["hour"] for one in desk["voted"].values())
    assert set(hours) == {f"2026-11-29T{hour:02}:00:00Z" for hour in (8, 9, 10, 11)}
    assert not INSTANT.search(left["booth/day-state"][0][1])


def test_files_say_nothing_by_their_length_time_or_text(day, opened):
    folder = day("day")
    for name in ("booth/day-state", "check-in/day-state", "booth/ballot-box"):
        assert (folder / name).stat().st_size == (opened[0] / name).stat().st_size
    for role in ("booth", "check-in"):
        files = [file for file in (folder / role).rglob("*") if file.is_file()]
        closed = min(file.stat().st_mtime for file in files)
        assert max(file.stat().st_mtime for file in files if file.name != "events.log") - closed < 5
        assert closed >= (folder / "chair" / "orders.json").stat().st_mtime
    documents = [document.encode() for document in (*GENERAL, *NATIVE)]
    codes = [code.encode() for style in opened[1].values() for code in style]
    for file in (one for one in folder.rglob("*") if one.is_file() and one.name != "definition.json"):
        data = file.read_bytes()
        assert not any(code in data for code in codes), file
        if file.suffix in (".log", ".json"):
            assert not any(b'"' + document + b'"' in data for document in documents), file


def test_when_a_voter_is_done_nothing_of_them_is_left_already_during_the_day(opened, tmp_path, clock):
    folder = Path(shutil.copytree(opened[0], tmp_path / "day"))
    place, voter = Polling(folder), Voter(0, opened[1])
    check_in(place, voter, power_fails=False)
    cast(place, voter, "", power_fails=False)
    for role, gone in (("booth", "session"), ("check-in", "visit")):
        (_, one), (_, other) = opened_halves(folder / role / "day-state")
        assert one == other and f'"{gone}"' not in one
    place.stop()


def test_day_of_a_newer_release_is_refused(opened, tmp_path):
    folder = Path(shutil.copytree(opened[0], tmp_path / "newer"))
    with Booth(folder / "booth", None) as booth:
        booth._day._format = StoredFormat(
            "day-state", BoothDay, *[lambda before: before] * 2
        )  # a step that only that one knows
        booth._day.keep(booth._day.now)
        booth._day.settle()
    with raises_code(InvalidInput, "file.newer-format", found="3"):
        Booth(folder / "booth", None)


def test_damaged_day_is_refused(opened, tmp_path):
    folder = Path(shutil.copytree(opened[0], tmp_path / "damaged"))
    file = folder / "check-in" / "day-state"
    file.write_bytes(bytes(file.stat().st_size))
    with raises_code(InvalidInput, "day-state.damaged"):
        CheckIn(folder / "check-in")
