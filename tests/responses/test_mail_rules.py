"""What staff may write in a mail, and what they are told when they may not."""

from dataclasses import replace
from itertools import product

import pytest

from barometer.problems import sentence
from responses import mail_checks, mail_rules, mail_words
from responses.mail_format import Malformed, Words, expand
from responses.mail_words import TEXTS
from responses.problem_texts import TEXTS as SENTENCES
from surveys.models import TO_STARTED, ContactStep, Round
from tests.factories import make_open_round

pytestmark = pytest.mark.django_db

REMINDER, LAST = ContactStep.MailName.REMINDER_1, ContactStep.MailName.LAST
GOOD = Words("Svar om {subject_name}", "[opening]\n\n[selected] Svar senest {deadline}.\n\n[links]\n\n[footer]")


@pytest.fixture
def round_() -> Round:
    return make_open_round()


def codes(words: Words, round_: Round, name: str = REMINDER, language: str = "da") -> list[str]:
    found = mail_rules.problems(words, name, language, round_)
    assert all(sentence(replace(problem, where=""), SENTENCES) for problem in found)
    return [problem.code for problem in found]


def with_body(body: str) -> Words:
    return replace(GOOD, body=f"{GOOD.body}\n\n{body}")


@pytest.mark.parametrize("voluntary", [True, False])
@pytest.mark.parametrize("language", ["da", "en"])
def test_all_that_is_shipped_passes_the_editors_own_checks(language: str, voluntary: bool) -> None:
    round_ = make_open_round()
    round_.voluntary = voluntary
    for name, started in product(TEXTS, (False, True)):
        words = mail_words.shipped(name, language, started=started, voluntary=voluntary)
        assert codes(words, round_, name, language) == [], name


def test_words_of_staff_that_say_what_is_needed_are_good(round_: Round) -> None:
    assert codes(GOOD, round_) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{workplce}", "mail_field_unknown"),
        ("{Workplace}", "mail_field_unknown"),
        ("{}", "mail_field_unknown"),
        ("{ deadline }", "mail_field_unknown"),
        ("{submitted_at}", "mail_field_unknown"),
        ("{leader}", "mail_field_elsewhere"),
        ("{opt_out_link}", "mail_field_elsewhere"),
        ("{code}", "mail_field_elsewhere"),
        ("[foter]", "mail_part_unknown"),
        ("[answered]", "mail_part_unknown"),
        ("[rehearsal]", "mail_part_unknown"),
        ("[Se her](https://www.example.org)", "mail_part_unknown"),
        ("svar { nu", "mail_bracket_alone"),
        ("svar nu]", "mail_bracket_alone"),
        ("{deadline", "mail_bracket_alone"),
        ("**svar nu", "mail_bold_alone"),
        ("**svar\n\nnu**", "mail_bold_alone"),
        ("<b>svar</b>", "mail_html"),
        ("<script>alert(1)</script>", "mail_html"),
        ("<!-- -->", "mail_html"),
        ("&nbsp;", "mail_html"),
        ("http://www.example.org", "mail_address_not_https"),
        ("www.example.org", "mail_address_not_https"),
        ("javascript:alert(1)", "mail_address_not_https"),
        ("HTTPS://www.example.org", "mail_address_not_https"),
        ("https://localhost/x", "mail_address_broken"),
        ("https://www.example.org@evil.example/", "mail_address_broken"),
        ("https://www.example.org:99999/", "mail_address_broken"),
        ("https://[::1/", "mail_address_broken"),
        ("https://exa_mple.org/", "mail_address_broken"),
        ("https://xn--e1afmkfd.xn--p1ai1$/", "mail_address_broken"),
        ("https://www.example.org/{code_address}", "mail_address_with_field"),
        ("https://bit.ly/3x", "mail_address_short"),
        ("https://www.example.org/?utm_source=mail", "mail_address_tracking"),
        ("https://www.example.org/?a=1&fbclid=2", "mail_address_tracking"),
        ("https://www.example.org/logo.png", "mail_image"),
        ("![x]", "mail_image"),
        ("Dette er sidste mail", "mail_says_last"),
        ("Your last chance", "mail_says_last"),
    ],
)
def test_what_cannot_be_sent_is_told_by_its_name(round_: Round, body: str, code: str) -> None:
    assert code in codes(with_body(body), round_)


def test_a_slip_is_told_with_what_was_meant(round_: Round) -> None:
    (problem,) = mail_rules.problems(with_body("{workplce}"), REMINDER, "da", round_)
    assert problem.where == "body"
    assert "{workplace}" in sentence(problem, SENTENCES)


@pytest.mark.parametrize(
    "body",
    [
        "Læs mere på https://www.example.org/om?side=2#a.",
        "Tryk på den sidste side",
        "3 > 2, og A & B",
        "**Svar** nu, **gerne** i dag",
    ],
)
def test_what_harms_nobody_may_be_written(round_: Round, body: str) -> None:
    assert codes(with_body(body), round_) == []


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("", "mail_subject_empty"),
        ("Svar\nBcc: x@evil.example", "mail_subject_lines"),
        ("Svar\rBcc: x@evil.example", "mail_subject_lines"),
        ("**Svar**", "mail_subject_bold"),
        ("[opening]", "mail_subject_part"),
        ("{link}", "mail_field_not_in_subject"),
        ("{privacy_link}", "mail_field_not_in_subject"),
        ("{code}", "mail_field_elsewhere"),
        ("{name}", "mail_field_unknown"),
        ("Svar om {workplace}", "mail_subject_too_long"),
        ("Svar om {authority}", "mail_subject_too_long"),
        ("x" * 79, "mail_subject_too_long"),
        ("x" * 43 + "{subject_name}", "mail_subject_too_long"),
        ("Sidste chance", "mail_says_last"),
        ("https://bit.ly/3x", "mail_address_short"),
    ],
)
def test_a_subject_fits_every_reader(round_: Round, subject: str, code: str) -> None:
    assert code in codes(replace(GOOD, subject=subject), round_)


def test_a_subject_may_fill_its_line(round_: Round) -> None:
    assert codes(replace(GOOD, subject="x" * 42 + "{subject_name}"), round_) == []


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("[links]", "mail_needs_link"),
        ("[voluntary]", "mail_needs_voluntary"),
        ("[data]", "mail_needs_privacy"),
        ("[help]", "mail_needs_help"),
        ("[opt_out]", "mail_needs_opt_out"),
    ],
)
def test_a_mail_without_one_of_its_musts_is_told_what_to_put_in(round_: Round, part: str, code: str) -> None:
    pieces = ["[opening]", "[links]", "[voluntary]", "[confidential]", "[data]", "[help]", "[opt_out]", "[regards]"]
    assert codes(replace(GOOD, body="\n\n".join(pieces)), round_) == []
    assert codes(replace(GOOD, body="\n\n".join(each for each in pieces if each != part)), round_)[0] == code


def test_a_mail_must_say_who_asks(round_: Round) -> None:
    body = "[links]\n\n[voluntary]\n\nVi er {controller}. {privacy_link}\n\n[help]\n\n[opt_out]"
    assert codes(replace(GOOD, body=body), round_) == ["mail_needs_sender"]


def test_own_words_can_take_the_place_of_the_footer(round_: Round) -> None:
    body = (
        "{sender} spørger. Det er frivilligt.\n\n{link}\n\nOm dine oplysninger: {privacy_link}\n"
        "Ring til {help_phone}\n[opt_out]"
    )
    assert codes(replace(GOOD, body=body), round_) == []


def test_only_the_last_mail_says_so_and_it_must(round_: Round) -> None:
    assert codes(with_body("Dette er den sidste mail."), round_, LAST) == []
    assert codes(GOOD, round_, LAST) == ["mail_needs_last"]


def test_a_mandatory_round_need_not_say_that_answering_is_voluntary(round_: Round) -> None:
    round_.voluntary = False
    body = "[links]\n\n[confidential]\n\n[data]\n\n[help]\n\n[opt_out]"
    assert codes(replace(GOOD, body=body), round_) == []


def test_an_empty_or_endless_text_is_refused(round_: Round) -> None:
    assert codes(replace(GOOD, body=" \n"), round_) == ["mail_body_empty"]
    assert codes(with_body("x" * 10_000), round_) == ["mail_body_too_long"]


@pytest.mark.once
def test_checks_of_a_long_hostile_text_end_soon(round_: Round) -> None:
    for piece in ("{", "[", "**", "<a", "https://", "www.", "{a}[b]", "&a", "a://" * 3):
        codes(with_body(piece * (9_000 // len(piece))), round_)


def test_parts_that_hold_themselves_end_and_are_told() -> None:
    parts = {"a": "x [b]", "b": "y [a]"}
    with pytest.raises(Malformed, match="a"):
        expand("[a]", parts.get)
    with pytest.raises(Malformed, match="c"):
        expand("[c]", parts.get)


def test_a_merge_field_has_the_same_rules_wherever_it_may_stand() -> None:
    for name in TEXTS:
        fields = mail_rules.fields_of(name)
        assert set(fields) <= set(mail_words.FIELDS)
        assert set(mail_rules.parts_of(name)) <= set(mail_words.PARTS)
        for elsewhere in mail_rules.rules(name, "da", voluntary=True).elsewhere.values():
            assert elsewhere in mail_rules.parts_of(name)


def test_every_problem_is_said_in_words() -> None:
    source = mail_checks.__file__ + "\n" + mail_rules.__file__
    for path in source.split("\n"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for code in {word.strip('"') for word in text.replace("(", " ").replace(",", " ").split() if '"mail_' in word}:
            assert code in SENTENCES, code


@pytest.mark.parametrize("name", sorted(TO_STARTED))
def test_reminders_have_other_words_for_those_who_have_started_but_for_the_last(name: str) -> None:
    plain, started = (mail_words.shipped(name, "da", started=each, voluntary=True) for each in (False, True))
    assert (plain == started) is (name == LAST)
