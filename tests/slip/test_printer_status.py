"""Which bytes of a printer count as *there is paper*: compared with a grammar, for any bytes and any pieces of them."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from testigo.slip.printer_status import IN_ORDER, MOST, NOW, judge

GOOD_ASB = (
    rb"[\x10\x14\x50\x54][\x00-\x07]"
    + rb"[\x00-\x03\x20-\x23\x40-\x43\x60-\x63]"
    + rb"[\x00-\x0f\x20-\x2f\x40-\x4f\x60-\x6f]"
)
ANSWERS = {NOW: rb"[\x12\x1e]", IN_ORDER: rb"[\x00\x03]"}
CERTAIN = {
    question: re.compile(rb"(?:%s)*%s(?:%s)*" % (GOOD_ASB, answer, GOOD_ASB)) for question, answer in ANSWERS.items()
}

near = st.sampled_from(
    [b"\x12", b"\x1e", b"\x72", b"\x00", b"\x03", b"\x0c", b"\x13", b"\x11", b"\x10\x00\x00\x00", b"\x18\x00\x0c\x00",
     b"\x14\x00\x03\x0f", b"\x30\x00\x00\x00", b"\x10\x08\x00\x00", b"\x10", b"\x00\x0c\x00", b"A", b"\xff"]
)  # fmt: skip
received = st.one_of(st.binary(max_size=12), st.lists(near, max_size=6).map(b"".join))
questions = st.sampled_from([NOW, IN_ORDER])


@given(received, questions)
@example(b"\x13\x0c", IN_ORDER)
@example(b"\x18\x00\x0c\x00", IN_ORDER)
@example(b"\x00\x0c\x00", IN_ORDER)
def test_paper_is_exactly_the_grammar(data, question):
    assert (judge(data, question) == "paper") == bool(CERTAIN[question].fullmatch(data))


@given(received, questions, st.data())
def test_no_more_bytes_make_a_refusal_good(data, question, draw):
    """What was refused after a piece stays refused, so it does not matter in which pieces bytes come."""
    piece = data[: draw.draw(st.integers(0, len(data)))]
    if judge(piece, question) not in ("incomplete", "paper"):
        assert judge(data, question) == judge(piece, question)


@given(received)
def test_before_a_question_only_whole_reports_are_good(data):
    assert (judge(data, None) == "paper") == bool(re.fullmatch(rb"(?:%s)*" % GOOD_ASB, data))


def test_more_than_a_printer_may_say_is_foreign():
    assert judge(b"\x10\x00\x00\x00" * (MOST // 4), None) == "paper"
    assert judge(b"\x10\x00\x00\x00" * (MOST // 4 + 1), None) == "foreign"
