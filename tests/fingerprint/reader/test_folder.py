"""Folders and uploads as readers, addresses, and taking a finger in several tries."""

import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from played_reader import PlayedReader
from testigo.cli.root import app
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint import FingerImage, synthetic
from testigo.fingerprint import reader as readers
from testigo.fingerprint.reader import DropFolder, ImageFolder, UploadedImage, open_reader, take
from testigo.words import languages, set_language

NOTHING = FingerImage(np.full((300, 300), 240, np.uint8))
GOOD = synthetic.generate(2, 0, difficulty=0.2)


def same(first: FingerImage, second: FingerImage) -> bool:
    return np.array_equal(first.pixels, second.pixels)


# ── Folders ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_gives_one_image_after_the_other_and_keeps_them(tmp_path: Path) -> None:
    images = {name: synthetic.generate(1, n) for n, name in enumerate(("2_1.png", "10_1.png", "10_2.PNG"))}
    for name, image in images.items():
        (tmp_path / name).write_bytes(image.to_png())
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "3.png").mkdir()
    with ImageFolder(tmp_path) as reader:
        for image in images.values():  # 2 before 10
            assert same(reader.capture(), image)
        with pytest.raises(readers.NoMoreImages, match="put more images there"):
            reader.capture()
        (tmp_path / "11_1.png").write_bytes(GOOD.to_png())
        assert same(reader.capture(), GOOD)
    assert len(list(tmp_path.iterdir())) == 6


def test_a_file_that_is_no_image_is_one_sentence_and_the_next_is_given(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"no image")
    (tmp_path / "2.png").write_bytes(GOOD.to_png())
    reader = ImageFolder(tmp_path)
    with pytest.raises(InvalidInput, match=r"1\.png"):
        reader.capture()
    assert same(reader.capture(), GOOD)


def test_the_newest_dropped_image_counts_and_none_stays_for_the_next_voter(tmp_path: Path) -> None:
    old, new = tmp_path / "old.png", tmp_path / "new.png"
    old.write_bytes(synthetic.generate(1, 0).to_png())
    new.write_bytes(GOOD.to_png())
    os.utime(old, (time.time() - 60, time.time() - 60))
    (tmp_path / "settings.ini").write_text("kept")
    reader = DropFolder(tmp_path)
    assert same(reader.capture(), GOOD)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.ini"]
    with pytest.raises(readers.NoFinger):
        reader.capture(0.2)


def test_an_image_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    data = GOOD.to_png()
    target = tmp_path / "slow.png"
    target.write_bytes(data[: len(data) // 2])

    def finish() -> None:
        time.sleep(0.4)
        target.write_bytes(data)

    writing = threading.Thread(target=finish)
    writing.start()
    assert same(DropFolder(tmp_path).capture(10), GOOD)
    writing.join()


def test_what_stays_no_image_is_taken_away_with_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    os.utime(bad, (time.time() - 60, time.time() - 60))
    with pytest.raises(InvalidInput, match="not a whole image"):
        DropFolder(tmp_path).capture(1)
    assert not bad.exists()


def test_an_upload_is_a_reader_of_one_image() -> None:
    assert same(take(UploadedImage(GOOD.to_png()), tries=1).image, GOOD)
    with pytest.raises(InvalidInput):
        take(UploadedImage(b"\x89PNG"), tries=1)


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["", "usb:", "usbx", "folder:", "dropped", "tcp:1.2.3.4", "virtual:", "FOLDER:/"])
def test_what_is_no_reader_is_one_sentence(address: str) -> None:
    with pytest.raises(InvalidInput, match="not a reader; give usb"):
        open_reader(address)


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    for kind in ("folder", "dropped"):
        with pytest.raises(InvalidInput, match="no such folder"):
            open_reader(f"{kind}:{tmp_path / 'nowhere'}")
        open_reader(f"{kind}:{tmp_path}")


def test_a_usb_reader_is_opened_by_its_first_use_only() -> None:
    assert open_reader("usb").name == "USB"
    assert open_reader("usb:uru4000").name == "uru4000"


# ── Taking a finger ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_good_image_is_taken_and_each_failure_before_is_told() -> None:
    told: list[tuple[str, int]] = []
    reader = PlayedReader(readers.NoFinger(), NOTHING, GOOD)
    taken = take(reader, tries=3, tell=lambda wrong, left: told.append((type(wrong).__name__, left)))
    assert taken.image is GOOD and taken.wrong is None
    assert told == [("NoFinger", 2), ("NothingSeen", 1)]


def test_without_any_image_the_last_error_is_raised() -> None:
    told: list[int] = []
    with pytest.raises(readers.NothingSeen):
        take(PlayedReader(readers.NoFinger(), NOTHING), tries=2, tell=lambda _wrong, left: told.append(left))
    with pytest.raises(readers.TooShort):
        take(PlayedReader(NOTHING, readers.TooShort()), tries=2)
    assert told == [1]


def test_the_best_of_the_poor_images_is_kept_with_what_is_wrong() -> None:
    def complain(image: FingerImage) -> readers.PoorImpression:
        wrong = readers.TooDry()
        wrong.image = image
        return wrong

    worse = FingerImage((GOOD.pixels // 16 + 200).astype(np.uint8))
    for acts in ((worse, GOOD, readers.NoFinger()), (GOOD, readers.NoFinger(), worse)):
        taken = take(PlayedReader(*acts), tries=3, judge=complain)
        assert taken.image is GOOD
        assert isinstance(taken.wrong, readers.TooDry) and taken.wrong.image is GOOD


@pytest.mark.parametrize("error", [readers.ReaderUnplugged(), readers.ReaderBusy(), readers.LibfprintMissing()])
def test_what_wants_hands_is_said_at_once(error: readers.ReaderError) -> None:
    reader = PlayedReader(error, GOOD)
    with pytest.raises(type(error)):
        take(reader, tries=3)
    assert reader.acts == [GOOD]


def test_every_error_has_a_sentence_of_its_own() -> None:
    def every(kind: type[readers.ReaderError]) -> list[type[readers.ReaderError]]:
        return [kind, *(below for one in kind.__subclasses__() for below in every(one))]

    kinds = [
        kind for kind in every(readers.ReaderError) if not kind.__subclasses__() and kind.__module__.endswith("errors")
    ]
    for language in languages():
        said = [kind().message.text(language) for kind in kinds]
        assert len(kinds) >= 20 and len(set(said)) == len(said)
    assert all(kind().message.known and kind().hint_message.known for kind in kinds)
    assert all(kind().sentence("es") != kind().sentence("en") for kind in kinds)


# ── The commands ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_capture_writes_the_image_and_says_what_was_wrong_before(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "1.png").write_bytes(NOTHING.to_png())
    (images / "2.png").write_bytes(GOOD.to_png())
    out = tmp_path / "thumb.png"
    done = CliRunner().invoke(app, ["fingerprint", "capture", str(out), "--reader", f"folder:{images}", "--json"])
    assert done.exit_code == 0, done.output
    assert "Put the finger on the reader." in done.stderr
    assert "there is no finger on the image" in done.stderr and "2 more tries" in done.stderr
    answer = json.loads(done.stdout)
    assert answer["wrong"] is None and answer["dpi"] == 500 and answer["quality"] > 20
    assert same(FingerImage.read(out), GOOD)


def test_capture_speaks_the_language_of_the_terminal(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "1.png").write_bytes(NOTHING.to_png())
    (images / "2.png").write_bytes(GOOD.to_png())
    capture = ["fingerprint", "capture", str(tmp_path / "thumb.png"), "--reader", f"folder:{images}"]
    try:
        done = CliRunner().invoke(app, capture, env={"LC_ALL": "es_PE.UTF-8"})
    finally:
        set_language("en")
    assert done.stderr.split("\n")[0] == "Ponga el dedo en el lector."
    assert "en la imagen no hay ningún dedo; ponga el dedo plano" in " ".join(done.stderr.split())
    assert "Quedan 2 intentos." in done.stderr and "calidad" in done.stdout


def test_capture_refuses_before_anybody_lays_a_finger_on(tmp_path: Path) -> None:
    out = tmp_path / "thumb.png"
    out.write_bytes(b"mine")
    with pytest.raises(StorageError, match="already there"):
        CliRunner().invoke(
            app, ["fingerprint", "capture", str(out), "--reader", f"folder:{tmp_path}"], catch_exceptions=False
        )
    assert out.read_bytes() == b"mine"


def test_capture_writes_nothing_where_nothing_was_taken(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    with pytest.raises(readers.NoMoreImages):
        CliRunner().invoke(
            app,
            ["fingerprint", "capture", str(tmp_path / "thumb.png"), "--reader", f"folder:{images}"],
            catch_exceptions=False,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["images"]


def test_attached_readers_are_listed_by_the_command() -> None:
    done = CliRunner().invoke(app, ["fingerprint", "readers", "--json"])
    assert done.exit_code == 0, done.output
    assert all(one["driver"] != "virtual_image" for one in json.loads(done.stdout))
    assert CliRunner().invoke(app, ["fingerprint", "readers"]).exit_code == 0


@pytest.mark.parametrize("kind", ["folder", "dropped"])
def test_a_resolution_that_no_reader_has_is_refused_before_a_finger_is_asked_for(kind: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="3 dpi"):
        open_reader(f"{kind}:{tmp_path}", dpi=3)
