"""Galleries: who is found, what files keep, what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint import Gallery, Matcher, Template, prepare, synthetic, warm_up
from testigo.fingerprint.parameters import GALLERY, MATCHING
from testigo.stored import NewerFormat

SIZE = 1200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of 1,200 fingers, numbered from 1000, in files."""
    place = tmp_path_factory.mktemp("galleries") / "fingers"
    with Gallery.create(place) as gallery:
        for number, template in enumerate(synthetic.templates(0, SIZE, 0.4)):
            gallery.add(1000 + number, template)
    return place


def second_impression(seed: int) -> Template:
    return synthetic.TemplateFinger(seed).impression(1, 0.4)


def test_another_impression_finds_its_finger_among_all(folder: Path) -> None:
    gallery = Gallery.open(folder)
    assert len(gallery) == SIZE
    assert gallery.numbers.tolist() == list(range(1000, 1000 + SIZE))
    seeds = range(0, SIZE, 40)
    found = [gallery.identify(second_impression(seed)) for seed in seeds]
    hits = [bool(list_) and list_[0].number == 1000 + seed for list_, seed in zip(found, seeds, strict=True)]
    assert sum(hits) >= 0.9 * len(hits)
    for candidates in found:
        scores = [candidate.score for candidate in candidates]
        assert scores == sorted(scores, reverse=True)
        assert all(score > 0 for score in scores)


def test_the_search_keeps_whom_the_matcher_would_find_in_everything(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With shares so small that the stages must choose, what the matcher finds on all is still what is found."""
    monkeypatch.setattr(
        "testigo.fingerprint.search.gallery.GALLERY", GALLERY._replace(least_prefiltered=80, least_matched=12)
    )
    gallery = Gallery.open(folder)
    everything = np.arange(SIZE)
    reached = kept = 0
    for seed in range(5, SIZE, 50):
        probe = second_impression(seed)
        scores = gallery.compare(probe, everything)
        if scores.max() >= 4 and gallery.numbers[scores.argmax()] == 1000 + seed:
            reached += 1
            candidates = gallery.identify(probe)
            kept += candidates[0].number == 1000 + seed
            assert candidates[0].score == scores.max()
    assert reached >= 15
    assert kept == reached


def test_memory_and_files_give_the_same(folder: Path) -> None:
    here, there = Gallery(), Gallery.open(folder)
    for number, template in enumerate(synthetic.templates(0, SIZE, 0.4)):
        here.add(1000 + number, template)
    probe = second_impression(77)
    assert here.identify(probe, 5) == there.identify(probe, 5)
    assert np.array_equal(here.scan([probe]), there.scan([probe], cores=2))
    part = there.scan([probe], after=100, before=300)
    assert np.array_equal(part, there.scan([probe])[:, 100:300])
    assert there.search(probe, before=77).max() < 77
    assert 77 in there.search(probe, after=60)
    assert there.search(probe, after=78).min() >= 78


def test_many_cores_find_what_one_finds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "testigo.fingerprint.search.gallery.GALLERY",
        GALLERY._replace(scan_share=50, prefilter_share=50, match_share=50),
    )
    gallery, probe, rows = Gallery.open(folder), second_impression(77), np.arange(SIZE)[::-1]
    assert np.array_equal(gallery.scan([probe], cores=3), gallery.scan([probe], cores=1))
    assert np.array_equal(gallery.prefilter(probe, rows, cores=3), gallery.prefilter(probe, rows, cores=1))
    assert np.array_equal(gallery.compare(probe, rows, cores=3), gallery.compare(probe, rows, cores=1))


def test_the_gallerys_glance_is_the_matchers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom the matcher's prefilter leaves out the gallery ranks below whom it looks at: both measure the same."""
    prefilter_alone = MATCHING._replace(least_promise=0.0, least_similarity=-1.0)
    monkeypatch.setattr("testigo.fingerprint.matching.matcher.MATCHING", prefilter_alone)
    gallery, probe = Gallery.open(folder), prepare(second_impression(77))
    scores = gallery.compare(probe, np.arange(SIZE))
    below = gallery.prefilter(probe, np.arange(SIZE)) < MATCHING.least_prefilter * len(probe)
    assert 0.5 < np.mean(below) < 1
    assert (scores[below] == 0).all()
    assert np.mean(scores[~below] > 0) > 0.5


def test_what_is_warmed_up_is_all_that_comparing_and_searching_need(folder: Path) -> None:
    """In memory or mapped, from files or not: nothing is compiled before the first voter's finger."""
    from testigo.fingerprint.matching import _alignment, _comparison, _descriptor, _leads, _points
    from testigo.fingerprint.search import _scan

    kernels = [
        one
        for module in (_alignment, _comparison, _descriptor, _leads, _points, _scan)
        for one in vars(module).values()
    ]
    warm_up()
    before = [len(kernel.signatures) for kernel in kernels if hasattr(kernel, "signatures")]
    gallery = Gallery.open(folder)
    gallery.identify(second_impression(5))
    gallery.identify(gallery.prepared(5))
    rows = np.arange(9)
    rows.flags.writeable = False
    gallery.compare(gallery.prepared(5), rows)
    assert sum(before) >= 7
    assert [len(kernel.signatures) for kernel in kernels if hasattr(kernel, "signatures")] == before


def test_as_many_are_found_as_are_asked_for(folder: Path) -> None:
    gallery = Gallery.open(folder)
    probe = second_impression(5)
    for most in (0, 1, 7):
        assert len(gallery.search(probe, most)) == most
    assert len(gallery.search(probe, SIZE + 5)) == SIZE
    assert gallery.search(probe, 1).tolist() == [5]


def test_scores_are_the_matchers_own(folder: Path) -> None:
    gallery = Gallery.open(folder)
    templates = list(synthetic.templates(0, 20, 0.4))
    probe = second_impression(3)
    assert np.array_equal(gallery.compare(probe, np.arange(20)), Matcher(templates).scores(probe))


def test_an_empty_probe_and_an_empty_gallery_find_nobody(folder: Path, tmp_path: Path) -> None:
    nobody = Template(288, 384, *(np.zeros(0, int) for _ in range(5)))
    assert Gallery.open(folder).identify(nobody) == []
    with Gallery.create(tmp_path / "none"):
        pass
    assert Gallery.open(tmp_path / "none").identify(second_impression(1)) == []
    assert Gallery().identify(nobody) == []


def test_only_a_complete_gallery_of_this_release_is_opened(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no complete gallery"):
        Gallery.open(tmp_path)
    half = Gallery.create(tmp_path / "half")
    half.add(1, second_impression(1))
    with pytest.raises(InvalidInput, match="no complete gallery"):
        Gallery.open(tmp_path / "half")
    with pytest.raises(StorageError):
        Gallery.create(folder)
    header = json.loads((folder / "gallery.json").read_bytes())
    for change in ({"descriptor": "0" * 16}, {"templates": -5}, {"templates": 10**15}, {"minutiae": 3}):
        other = tmp_path / f"changed-{next(iter(change))}-{next(iter(change.values()))}"
        other.mkdir()
        for path in folder.iterdir():
            (other / path.name).write_bytes(path.read_bytes())
        (other / "gallery.json").write_text(json.dumps(header | change))
        with pytest.raises(InvalidInput, match="gallery"):
            Gallery.open(other)


def test_a_gallery_whose_format_had_a_word_for_its_number_is_opened(folder: Path, tmp_path: Path) -> None:
    first = Path(shutil.copytree(folder, tmp_path / "first"))
    header = json.loads((folder / "gallery.json").read_bytes())
    (first / "gallery.json").write_text(json.dumps(header | {"format": "testigo gallery 1"}))
    assert len(Gallery.open(first)) == len(Gallery.open(folder))
    (first / "gallery.json").write_text(json.dumps(header | {"format": 3}))
    with pytest.raises(NewerFormat, match="use a newer release"):
        Gallery.open(first)


def test_a_gallery_of_files_does_not_grow(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="grow"):
        Gallery.open(folder).add(1, second_impression(1))


def test_a_gallery_that_is_being_written_does_not_answer_for_a_part_of_it(tmp_path: Path) -> None:
    gallery = Gallery.create(tmp_path / "new")
    gallery.add(1, second_impression(1))
    for _ in ("before", "after"):
        with pytest.raises(InvalidInput, match="open it"):
            gallery.identify(second_impression(1))
        gallery.close()
    assert Gallery.open(tmp_path / "new").identify(second_impression(1))[0].number == 1


def test_the_folder_is_for_its_owner_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0
