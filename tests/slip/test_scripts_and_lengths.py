"""The slip in languages that run from right to left, with words longer than a line, and with many choices."""

import io
import itertools
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

import right_to_left
from letters import letters, page_size, visual_lines
from testigo.ballot import Ballot, new_slip_number
from testigo.election import Contest, Definition, District, Option, Party, Preferences, Station, limits
from testigo.errors import InvalidInput
from testigo.paper.frame import BETWEEN_MARKS, CORNER_MARKS, DOTS_PER_MM, LONGEST, MARK, TOP_MARKS
from testigo.slip import Slip
from testigo.slip.first_slip import FirstSlip
from testigo.slip.lengths import require_printable
from testigo.slip_reader import SlipReader
from testigo.slip_reader.legal_print import LegalPrint

LONG_NAME = "Andriantsimitoviaminandriandehibe"


@pytest.fixture(autouse=True, scope="module")
def hebrew_and_arabic():
    right_to_left.add()


def council(options, *, languages=("es",), choose=1, parties=()):
    """An election of one contest; `options`: of each its names by language."""
    named = tuple(
        Option(f"o{place}", option if isinstance(option, dict) else dict.fromkeys(languages, option))
        for place, option in enumerate(options)
    )
    everywhere = dict.fromkeys(languages, "Concejo")
    return Definition(
        id="e",
        title=dict.fromkeys(languages, "Elecciones"),
        date="2027-05-09",
        opens="07:00",
        closes="17:00",
        languages=languages,
        districts=(District("d1", everywhere),),
        stations=(Station("s1", "Escuela", "d1", 50),),
        contests=(
            Contest(
                "c",
                "d1",
                everywhere,
                "choose-up-to" if choose > 1 else "choose-one",
                named,
                seats=choose,
                choose=choose,
            ),
        ),
        parties=parties,
    )


def slip_of(definition, *chosen, language=None):
    ballot = Ballot.mark(definition, definition.styles()[0], {"c": chosen})
    return Slip(definition, "s1", ballot, new_slip_number(), language or definition.languages[0])


def pixels(slip):
    return np.asarray(Image.open(io.BytesIO(slip.png())).convert("L"))


NAMES = (
    {"es": "David Cohen (PSOE)", "he": "דוד כהן (PSOE)", "ar": "دافيد كوهين (PSOE)"},
    {"es": "Moisés Leví 3", "he": "משה לוי 3", "ar": "موسى ليفي ٣"},
    {"es": "Candidate 3 (PSOE)", "he": "Candidate 3 (PSOE)", "ar": "Candidate 3 (PSOE)"},
)


@pytest.mark.parametrize("languages", [("he",), ("ar",), ("es", "he", "ar"), ("he", "es")])
def test_slips_from_right_to_left_are_read_back(languages):
    definition = council(NAMES, languages=languages, choose=2)
    reader = SlipReader(definition)
    ids = [option.id for option in definition.contests[0].options]
    for chosen in [(), *((one,) for one in ids), *itertools.combinations(ids, 2)]:
        slip = slip_of(definition, *chosen)
        (reading,) = reader.read(slip.png())
        assert (reading.refused, reading.choices, reading.agrees_with_qr) == (None, slip.ballot, True)


@pytest.mark.parametrize("languages", [("es",), ("he",), ("ar", "es")])
def test_the_frame_stands_in_one_place_in_every_language(languages):
    image = pixels(slip_of(council(NAMES, languages=languages)))
    lower = LegalPrint(*_of(council(NAMES, languages=languages))).length
    places = [*TOP_MARKS, *((x, y + lower) for x, y in TOP_MARKS)]
    assert TOP_MARKS[1][0] - TOP_MARKS[0][0] == BETWEEN_MARKS
    for rows, (left, top) in zip(CORNER_MARKS, places, strict=True):
        x, y, side = (round(each * DOTS_PER_MM) for each in (left, top, MARK))
        seen = image[y + 4 : y + side : DOTS_PER_MM, x + 4 : x + side : DOTS_PER_MM] == 0
        assert ["".join("01"[bit] for bit in row) for row in seen.astype(int)] == list(rows)


def _of(definition):
    return definition, "s1", definition.styles()[0]


def test_words_of_both_directions_stand_in_the_order_in_which_they_are_read():
    parties = (Party("p", {"he": "המפלגה (1879)"}, "PSOE"),)
    definition = council(({"he": "דוד כהן (PSOE)"},), languages=("he",), parties=parties)
    (contest,) = definition.contests
    option = msgspec.structs.replace(contest.options[0], party="p")
    definition = msgspec.structs.replace(definition, contests=(msgspec.structs.replace(contest, options=(option,)),))
    lines = visual_lines(slip_of(definition, "o0").pdf())
    name = next(line for line in lines if "ןהכ דוד" in line)
    assert name.index("PSOE") < name.index("ןהכ")
    party = next(line for line in lines if "הגלפמה" in line)
    assert party.index("1879") < party.index("הגלפמה") < party.index("·") < party.index("PSOE")


def test_a_date_beside_arabic_words_keeps_its_order():
    definition = council(("Ana", "Eva"), languages=("ar",))
    station = msgspec.structs.replace(definition.stations[0], name="مدرسة")
    lines = visual_lines(slip_of(msgspec.structs.replace(definition, stations=(station,)), "o0").pdf())
    assert any("2027-05-09" in line and "ةسردم" in line for line in lines)


def test_every_slip_says_all_languages_the_official_one_first():
    definition = council(NAMES, languages=("es", "he", "ar"))
    lines = visual_lines(slip_of(definition, "o1").pdf())
    spanish, hebrew, arabic = (
        next(place for place, line in enumerate(lines) if part in line) for part in ("Moisés", "יול", "يفيل")
    )
    assert spanish < hebrew < arabic
    assert sum("Candidate 3 (PSOE)" in line for line in visual_lines(slip_of(definition, "o2").pdf())) == 1


def test_the_paper_is_the_same_whatever_language_the_voter_read():
    definition = council(NAMES, languages=("es", "he", "ar"), choose=2)
    papers, number = set(), new_slip_number()
    for language in definition.languages:
        slip = Slip(definition, "s1", slip_of(definition, "o0").ballot, number, language)
        papers.add((slip.png(), slip.pdf(), slip.qr_payload()))
    assert len(papers) == 1


def test_a_language_with_a_region_or_script_is_printed():
    definition = council(("Ana", "Eva"), languages=("pt-BR", "az-Arab"))
    assert len(slip_of(definition, "o0").png()) > 1000


@pytest.mark.parametrize("choose", [2, 12])
def test_its_length_tells_nothing_however_many_are_chosen(choose):
    definition = council([f"Persona {place}" for place in range(24)], choose=choose)
    ids = [option.id for option in definition.contests[0].options]
    slips = [slip_of(definition), slip_of(definition, *ids[:choose]), slip_of(definition, *ids[-choose:])]
    assert len({pixels(slip).shape for slip in slips}) == 1
    (reading,) = SlipReader(definition).read(slips[2].png())
    assert (reading.choices, reading.agrees_with_qr) == (slips[2].ballot, True)


def test_choices_for_which_no_code_is_large_enough_are_in_the_text_alone():
    definition = council([f"Persona {place}" for place in range(600)], choose=500)
    page = slip_of(definition, *(option.id for option in definition.contests[0].options[:500])).page()
    assert (page["qr"], page["qr-modules"]) == ("", 0)


def test_a_slip_longer_than_a_metre_is_read():
    names = [f"Lista {place} " + "de nombres que no acaban " * 6 for place in range(3)]
    (contest,) = council(names, choose=3).contests
    contests = tuple(msgspec.structs.replace(contest, id=f"c{place}") for place in range(12))
    definition = msgspec.structs.replace(council(names), contests=contests)
    ballot = Ballot.mark(definition, definition.styles()[0], {one.id: ("o0", "o2") for one in contests})
    slip = Slip(definition, "s1", ballot, new_slip_number(), "es")
    image = pixels(slip)
    assert 1000 < image.shape[0] / DOTS_PER_MM == slip.length() < LONGEST
    (reading,) = SlipReader(definition).read(slip.png())
    assert (reading.refused, reading.choices, reading.agrees_with_qr) == (None, ballot, True)


def test_slips_longer_than_a_sheet_are_an_error(municipality, republic):
    for definition in (municipality, republic, council(NAMES, languages=("es", "he", "ar"), choose=3)):
        require_printable(definition)
    endless = council([f"Lista {place} " + "de nombres que no acaban " * 6 for place in range(121)], choose=120)
    with pytest.raises(InvalidInput, match=r"ballot style 'd1' are 3,[0-9]{3} mm long; 3,000 mm"):
        require_printable(endless)


def test_a_word_longer_than_its_line_is_broken_and_the_last_letter_tells():
    definition = council((f"{LONG_NAME}a", f"{LONG_NAME}o"))
    reader = SlipReader(definition)
    for chosen in ("o0", "o1"):
        slip = slip_of(definition, chosen)
        assert_nothing_cut(slip)
        (reading,) = reader.read(slip.png())
        assert reading.choices == slip.ballot


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007", " \u2060", "\ufeff ", "‚\u200d ", "» ‚ "])
def test_words_between_which_no_line_ends_are_broken_all_the_same(space):
    definition = council((f"Concepcionistas{space}" * 8 + "de Ana", f"Concepcionistas{space}" * 8 + "de Eva"))
    slip = slip_of(definition, "o1")
    assert_nothing_cut(slip)
    (reading,) = SlipReader(definition).read(slip.png())
    assert reading.choices == slip.ballot


def test_words_that_fit_look_as_they_did():
    definition = council(("Ana María de la Concepción Álvarez-Castellón Fernández de Córdoba", "Eva"))
    now, before = LegalPrint(*_of(definition)), LegalPrint(*_of(definition), "es", FirstSlip)
    for one, other in zip(now.rows, before.rows, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() < 0.01


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    texts=st.lists(
        st.text(
            st.one_of(
                st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_categories=["Cc", "Cf", "Zs"]),
                st.characters(min_codepoint=0x391, max_codepoint=0x3CE, categories=["Lu", "Ll"]),
                st.characters(min_codepoint=0x410, max_codepoint=0x44F),
                st.characters(min_codepoint=0x5D0, max_codepoint=0x5EA),
                st.characters(min_codepoint=0x621, max_codepoint=0x64A, categories=["Lo"]),
                st.sampled_from(" -/\u00a0\u202f\u2060(«“‚»”%"),
            ),
            min_size=40,
            max_size=160,
        ).filter(lambda text: text.strip()),
        min_size=4,
        max_size=4,
    ),
    languages=st.sampled_from([("es",), ("ar",), ("en", "he")]),
)
def test_nothing_is_ever_cut(texts, languages):
    parties = (Party("p", dict.fromkeys(languages, texts[2]), texts[3][:12]),)
    definition = council((texts[0], "Eva"), languages=languages, parties=parties)
    (contest,) = definition.contests
    option = msgspec.structs.replace(contest.options[0], party="p")
    contest = msgspec.structs.replace(
        contest, title=dict.fromkeys(languages, texts[1]), options=(option, contest.options[1])
    )
    station = Station("s1", texts[1], "d1", 50)
    title = dict.fromkeys(languages, texts[3])
    definition = msgspec.structs.replace(definition, contests=(contest,), stations=(station,), title=title)
    assert_nothing_cut(slip_of(definition, "o0"))


def assert_nothing_cut(slip):
    """No letter stands outside the printed 72 mm, or above or below the page."""
    pdf = slip.pdf()
    width, height = page_size(pdf)
    for letter in letters(pdf):
        assert letter.left >= 4 - 0.3 and letter.right <= width - 4 + 0.3, letter
        assert letter.bottom >= 0 and letter.top <= height, letter


def test_measuring_many_slips_takes_no_more_memory_than_measuring_a_few():
    """The editor measures after every change, the booth for every voter."""
    definition = council([f"Candidata {number} de la lista" for number in range(30)])
    style = definition.styles()[0]
    blank = Ballot.mark(definition, style, {})

    def measure(slips: int) -> int:
        for _ in range(slips):
            assert Slip(definition, definition.stations[0].id, blank, new_slip_number(), "es").length() > 50
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    first = measure(30)
    assert measure(60) - first < 40_000_000


ABOVE, BELOW = "\u0301\u0308\u0303\u030c", "\u0323\u0331\u032d\u0330"


@pytest.mark.parametrize("marks", [ABOVE, ABOVE[:2], BELOW, BELOW[:2], ABOVE[:2] + BELOW[:2]], ids=ascii)
def test_letters_with_as_many_marks_as_check_accepts_are_read_back(marks):
    assert len(marks) <= limits.MARKS
    names = ["".join(letter + marks for letter in word) for word in ("ABCDEFGH", "qpgjybk", "xzuvw", "Ếệ")]
    definition = council(names, choose=3)
    reader = SlipReader(definition)
    for chosen in itertools.combinations(["o0", "o1", "o2", "o3"], 3):
        slip = slip_of(definition, *chosen)
        (reading,) = reader.read(slip.png())
        assert (reading.refused, reading.choices) == (None, slip.ballot)


def test_letters_of_one_row_that_reach_into_another_are_no_print_of_it():
    """Capitals with two accents reach above their row; the legal print of the candidate above has nothing of them."""
    plain, tall = tuple(f"Candidato {place}" for place in range(1, 4)), ("ỖỖ ẾẾ ỂỂ ẪẪ ỄỄ ỖỖ ẾẾ ỂỂ ẪẪ",) * 3
    lists = (
        Option("a", {"es": "A"}, "", tuple(name for both in zip(plain, tall, strict=True) for name in both)),
        Option("b", {"es": "B"}, "", ("Eva", "Luis")),
    )
    one = council(("X", "Y"))
    contest = msgspec.structs.replace(
        one.contests[0], kind="party-list", method="dhondt", options=lists, preferences=Preferences(3)
    )
    definition = msgspec.structs.replace(one, contests=(contest,))
    slip = slip_of(definition, "a", "a/1", "a/3", "a/5")
    (reading,) = SlipReader(definition).read(slip.png())
    assert (reading.refused, reading.choices) == (None, slip.ballot)
