"""Answers in words, as pages print them."""

from barometer.templatetags.answers import answer_list
from surveys.answering.wording import AnswerLine


def test_what_people_have_written_is_text_and_never_markup() -> None:
    printed = answer_list([("<b>?", [AnswerLine("<i>", ("<u>", "&")), AnswerLine("", ("<s>", "x"))])])
    assert "<dt>&lt;b&gt;?</dt>" in printed
    assert "<span>&lt;i&gt;</span> <strong>&lt;u&gt;, &amp;</strong>" in printed
    assert "<dd>&lt;s&gt;<br>x</dd>" in printed


def test_a_question_without_an_answer_says_so() -> None:
    assert '<dd class="form-hint">' in answer_list([("Why?", [])])
