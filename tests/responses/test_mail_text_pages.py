"""The pages on which staff write the words of the mails of a round, see them, and send themselves a test."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from django.core.mail import EmailMessage

from barometer.models import AuditEvent, User
from responses import links
from responses.actions import contact, mail_text, sending
from responses.mail_words import TEXTS
from responses.models import LinkHolder, Mail
from responses.references import reference
from responses.statistics.dispositions import EventKind
from surveys.models import AuthorityContact, ContactStep, MailText, Round
from tests.factories import NOON, make_case, make_frame, make_open_round, make_round, make_step, make_workplace
from tests.people import browser_of, dana, finn

pytestmark = pytest.mark.django_db

REMINDER = ContactStep.MailName.REMINDER_1
BODY = "[opening]\n\n[selected] Ring til **{help_phone}**.\n\n[links]\n\n[footer]"


def path(round_: Round, name: str = REMINDER, *, started: bool = False) -> str:
    return f"/rounds/{round_.slug}/contact/texts/{name}/" + ("started/" if started else "")


def typed(round_: Round, name: str = REMINDER, *, started: bool = False) -> dict[str, str]:
    """What the form sends when nothing is changed."""
    texts = mail_text.texts_in_effect(round_, name, started=started)
    data = {"seen": mail_text.fingerprint(texts)}
    for language, words in texts.items():
        data |= {f"subject__{language}": words.subject, f"body__{language}": words.body}
    return data


def press(
    round_: Round, act: str, name: str = REMINDER, *, started: bool = False, extra: Any = (), **changes: str
) -> Any:
    data = typed(round_, name, started=started) | changes | dict(extra) | {"act": act}
    return browser_of(finn()).post(path(round_, name, started=started), data)


def page(response: Any) -> str:
    return unescape(response.content.decode())


def plain(response: Any) -> str:
    found = re.search(r'<div class="mail-plain"[^>]*>(.*?)</div>', response.content.decode(), re.DOTALL)
    assert found
    return unescape(found[1])


def as_html(response: Any) -> str:
    found = re.search(r'<div class="mail-html"[^>]*>(.*?)</div>', response.content.decode(), re.DOTALL)
    assert found
    return found[1]


def visible(html: str) -> str:
    text = re.sub(r"\s*<br>\s*", "\n", html)
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</p>\s*<p>", "\n\n", text))).strip()


# The list


def test_every_mail_of_the_plan_is_listed_with_who_wrote_its_words() -> None:
    round_ = make_open_round()
    make_step(round_, ContactStep.MailName.LAST)
    press(round_, "save", subject__da="Husk svaret om {subject_name}")
    listed = page(browser_of(finn()).get(f"/rounds/{round_.slug}/contact/texts/"))
    in_plan, _, others = listed.partition("Not in the contact plan")
    for label in ("Invitation", "First reminder", "First reminder – to those who have started", "Last mail"):
        assert label in in_plan
    assert "Thank-you" in others
    assert len(re.findall("Written by finn", listed)) == 1


def test_mails_that_carry_no_words_have_no_page() -> None:
    round_ = make_open_round()
    for address in (path(round_, "calls"), path(round_, "x"), path(round_, "invitation", started=True)):
        assert browser_of(finn()).get(address).status_code == 404


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_mail_has_a_page_with_a_preview_and_its_languages_side_by_side(name: str, language: str) -> None:
    round_ = make_open_round()
    make_case(round_)
    AuthorityContact.objects.create(round=round_, authority_code="751", authority="Aarhus", email="a@b.example")
    response = browser_of(finn(), language).get(path(round_, name))
    assert response.status_code == 200
    for field in ("subject__da", "body__da", "subject__en", "body__en"):
        assert f'name="{field}"' in page(response)
    assert "{" not in plain(response)
    assert "[" not in plain(response)


# Saving


def test_words_that_staff_write_stand_in_the_mails_that_leave(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    danish, english = make_case(round_, name="Skovbo"), make_case(round_, name="Lakeside", language="en")
    assert press(round_, "save", subject__da="Husk {subject_name}", body__da=BODY).status_code == 302
    contact.queue_step(step=round_.contact_steps.get(mail_name=REMINDER), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 2}
    of_danish, of_english = sorted(mailoutbox, key=lambda mail: mail.to != [danish.holders.get().email])
    assert of_danish.subject == "Husk Skovbo"
    assert "også hvis I ikke har indført noget nyt. Ring til 00 00 00 00." in of_danish.body
    assert links.address(links.ANSWER, danish.holders.get()) in of_danish.body
    assert of_english.subject == "Innovation 2018-19: we hope to hear from Lakeside"
    assert english.pk


def test_saving_is_audited_without_the_words() -> None:
    round_ = make_open_round()
    press(round_, "save", subject__da="Husk {subject_name}")
    event = AuditEvent.objects.get(what="mail_text.saved")
    assert event.who == "finn"
    assert event.facts == {"mail": "reminder_1", "started": False, "languages": ["da"]}


def test_words_that_are_the_shipped_ones_are_not_kept() -> None:
    round_ = make_open_round()
    press(round_, "save")
    assert not MailText.objects.exists()
    press(round_, "save", subject__da="Husk {subject_name}")
    shipped = mail_text.texts_in_effect(make_open_round(), REMINDER, started=False)
    press(round_, "save", subject__da=shipped["da"].subject)
    assert not MailText.objects.exists()


def test_one_goes_back_to_the_shipped_words() -> None:
    round_ = make_open_round()
    press(round_, "save", subject__da="Husk {subject_name}", subject__en="Remember {subject_name}")
    assert MailText.objects.count() == 2
    assert press(round_, "restore", subject__da="not saved").status_code == 302
    assert not MailText.objects.exists()


def test_those_who_have_started_get_what_is_written_for_all_until_they_have_their_own() -> None:
    round_ = make_open_round()
    press(round_, "save", subject__da="Til alle: {subject_name}")
    in_effect = mail_text.texts_in_effect(round_, REMINDER, started=True)
    assert in_effect["da"].subject == "Til alle: {subject_name}"
    press(round_, "save", started=True, subject__da="Til jer: {subject_name}")
    assert mail_text.texts_in_effect(round_, REMINDER, started=True)["da"].subject == "Til jer: {subject_name}"
    assert mail_text.texts_in_effect(round_, REMINDER, started=False)["da"].subject == "Til alle: {subject_name}"
    press(round_, "restore", started=True)
    restored = mail_text.texts_in_effect(round_, REMINDER, started=True)["da"]
    assert restored.subject == "Jeres svar er ikke sendt endnu: {subject_name}"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("subject__da", "", "Write a subject."),
        ("subject__en", "{link}", "{link} cannot stand in the subject."),
        ("body__da", "{navn}", "There is no merge field {navn}."),
        ("body__en", "[opening]", "The link to the questionnaire is missing. Put in [links]."),
        ("body__da", "x" * 10_001, "10,001"),
        ("body__da", "http://evil.example", "must be a whole address that begins with https://."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(field: str, text: str, said: str) -> None:
    round_ = make_open_round()
    response = press(round_, "save", extra={field: text})
    assert response.status_code == 422
    of_field = page(response).split(f'id="div_id_{field}"')[1].split("</div>")[0]
    assert said.replace("10,001", "") in of_field
    assert not MailText.objects.exists()


def test_signs_that_cannot_be_seen_are_taken_out_and_a_line_break_in_the_subject_is_refused() -> None:
    round_ = make_open_round()
    body = BODY.replace("Ring", "R\u200bi\u202eng\u202c\x00".replace("\x00", "\x07"))
    assert press(round_, "save", subject__da="Hu\u200bsk \u202e{subject_name}", body__da=body).status_code == 302
    text = MailText.objects.get()
    assert text.subject == "Husk {subject_name}"
    assert "Ring " in text.body
    assert press(round_, "save", subject__da="Husk\r\nBcc: x@evil.example").status_code == 422


def test_a_typed_placeholder_can_never_become_the_link_of_somebody(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case, other = make_case(round_), make_case(make_open_round())
    number = other.holders.get().pk
    press(round_, "save", body__da=f"{BODY}\n\n⟦link:{number}⟧ ⟦code:{number}⟧")
    assert "⟦" not in MailText.objects.get().body
    MailText.objects.update(body=f"{BODY}\n\n⟦link:{number}⟧")  # however it came there
    contact.queue_step(step=round_.contact_steps.get(mail_name=REMINDER), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 1}
    assert links.token(links.ANSWER, other.holders.get()) not in mailoutbox[0].body
    assert links.token(links.ANSWER, case.holders.get()) in mailoutbox[0].body


def test_a_stored_text_with_a_part_that_is_gone_stops_its_mail_and_no_other(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    make_case(round_, language="en")
    press(round_, "save", body__da=BODY)
    MailText.objects.update(body=f"{BODY} [gone]")
    contact.queue_step(step=round_.contact_steps.get(mail_name=REMINDER), at=NOON)
    assert sending.send_due(at=NOON) == {"failed": 1, "sent": 1}
    assert Mail.objects.get(status=Mail.Status.FAILED).outcome == "bad_text: gone"


def test_words_are_not_changed_while_mails_that_were_made_with_them_wait() -> None:
    round_ = make_open_round()
    make_case(round_)
    step = round_.contact_steps.get(mail_name=REMINDER)
    contact.prepare_wave(step=step, at=NOON, for_day=step.date)
    for act in ("save", "restore"):
        Round.objects.get()
        MailText.objects.update_or_create(
            round=round_, name=REMINDER, language="en", defaults={"subject": "x", "body": "y", "edited_at": NOON}
        )
        response = press(round_, act, subject__da="Husk {subject_name}", subject__en="Hi", body__en=BODY)
        assert response.status_code == 409
        assert "have been prepared and wait to leave" in page(response)
    assert MailText.objects.count() == 1
    assert press(round_, "save", "invitation", subject__da="Til {subject_name}").status_code == 302
    Mail.objects.update(status=Mail.Status.CANCELLED, ended_at=NOON)
    assert press(round_, "restore").status_code == 302


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten_unseen() -> None:
    round_ = make_open_round()
    seen = typed(round_)["seen"]
    press(round_, "save", subject__da="Først {subject_name}")
    response = press(round_, "save", subject__da="Sidst {subject_name}".replace("Sidst", "Siden"), seen=seen)
    assert response.status_code == 409
    assert "Siden {subject_name}" in page(response)
    assert MailText.objects.get().subject == "Først {subject_name}"


# The preview


def test_the_preview_shows_what_was_typed_and_saves_nothing() -> None:
    round_ = make_open_round()
    make_case(round_, name="Skov & bo")
    response = press(round_, "preview", subject__da="Husk {subject_name}", body__da=BODY)
    assert response.status_code == 200
    assert "Ring til 00 00 00 00." in plain(response)
    assert "Ring til <strong>00 00 00 00</strong>." in as_html(response)
    assert visible(as_html(response)) == plain(response)
    assert "Husk Skov & bo" in page(response)
    assert "(14 of 78 characters)" in page(response)
    assert not MailText.objects.exists()
    assert not AuditEvent.objects.filter(what__startswith="mail_text").exists()


def test_the_preview_is_of_the_case_that_is_asked_for() -> None:
    round_ = make_open_round()
    cases = [make_case(round_, name=f"Bo {number}", register_id=f"10{number}") for number in range(3)]
    make_case(make_open_round(), name="Fremmed")
    for words in ("Bo 2", "102", reference(cases[2].pk)):
        assert "Bo 2" in plain(press(round_, "preview", extra={"for-case": words}))
    missing = press(round_, "preview", extra={"for-case": "Fremmed"})
    assert "There is none like this in the round." in page(missing)
    following = press(round_, "next", extra={"for-case": "Bo 0", "for-number": str(cases[0].sample_unit.workplace_id)})
    assert "Bo 1" in plain(following)
    assert 'value="Bo 0"' not in page(following)
    around = press(round_, "next", extra={"for-number": str(cases[2].sample_unit.workplace_id)})
    assert "Bo 0" in plain(around)


@pytest.mark.parametrize("number", ["-1", "x", "9" * 30, "999999"])
def test_a_strange_number_of_a_case_is_taken_as_no_choice(number: str) -> None:
    round_ = make_open_round()
    make_case(round_, name="Skovbo")
    assert "Skovbo" in plain(press(round_, "preview", extra={"for-number": number}))


def test_no_secret_of_a_case_stands_in_the_preview() -> None:
    round_ = make_open_round()
    make_case(round_, contact={"email": "a@b.example"})
    make_case(round_, contact={"email": "A@b.example"})
    shown = press(round_, "preview")
    assert "2 workplaces in all" in page(shown)
    for holder in LinkHolder.objects.all():
        for secret in (*(links.token(purpose, holder) for purpose in links.PATHS), links.typed_code(holder)):
            assert secret not in page(shown)
    addresses = re.findall(r"http://testserver/\w/[^/\s<]+/", plain(shown))
    assert len(addresses) == 4
    for address in set(addresses):
        assert browser_of(None).get(address.removeprefix("http://testserver")).status_code == 404
    assert "0000-0000-0000" in plain(shown)


def test_the_preview_can_be_in_the_other_language() -> None:
    round_ = make_open_round()
    make_case(round_, contact={"leader": "Lea Leder"})
    assert plain(press(round_, "preview")).count("Kære Lea Leder") == 1
    assert "Dear Lea Leder" in plain(press(round_, "preview", extra={"for-language": "en"}))


def test_before_a_round_is_opened_the_preview_is_of_its_frame_or_of_somebody_made_up() -> None:
    round_ = make_round()
    assert "Eksempelvej 1" in plain(press(round_, "preview"))
    make_workplace(round_, name="Skovbo")
    assert "Skovbo" in plain(press(round_, "preview", extra={"for-case": "Skovbo"}))
    framed = make_round()
    make_frame(framed)
    assert "(øvelse)" in plain(press(framed, "preview"))


def test_a_preview_that_cannot_be_made_says_why() -> None:
    round_ = make_open_round()
    make_case(round_, contact={"leader": ""})
    response = press(round_, "preview")
    assert "Not sent, because this text is empty: the leader's name." in page(response)


def test_a_preview_lists_every_web_address() -> None:
    round_ = make_open_round()
    make_case(round_)
    response = press(round_, "preview", body__da=f"{BODY}\n\nSe https://www.example.org/om?a=1, tak.")
    listed = page(response).split('<ul class="mail-addresses">')[1].split("</ul>")[0]
    assert "<li>https://www.example.org/om?a=1</li>" in listed
    assert "<li>https://www.example.org/oevelse</li>" in listed
    assert '<a href="https://www.example.org/om?a=1">https://www.example.org/om?a=1</a>, tak.' in as_html(response)


@pytest.mark.parametrize("name", [ContactStep.MailName.LETTER, ContactStep.MailName.PRE_NOTICE])
def test_words_for_paper_must_say_how_to_answer(name: str) -> None:
    round_ = make_open_round()
    without = {"body__da": typed(round_, name)["body__da"].replace("[access]", "").replace("[announced]", "")}
    response = press(round_, "save", name, extra=without)
    assert response.status_code == 422
    assert "The code is missing. Put in [access]." in page(response)
    assert not MailText.objects.exists()


def test_the_preview_of_a_step_that_goes_by_post_is_its_letter(mailoutbox: list[EmailMessage]) -> None:
    with_address("finn@office.example")
    round_ = make_open_round()
    name = ContactStep.MailName.PRE_NOTICE
    make_case(round_, name="Skovbo", contact={"email": ""})
    mail = page(press(round_, "preview", name))
    assert "0000-0000-0000" not in mail
    assert "mail-html" in mail
    make_step(round_, name, channel="letter")
    letter = press(round_, "preview", name)
    assert plain(letter).splitlines().count("0000-0000-0000") == 1
    assert "mail-html" not in page(letter)
    assert "Send me a test mail" not in page(letter)
    assert press(round_, "test", name).status_code == 422
    assert mailoutbox == []


def test_what_is_typed_cannot_smuggle_markup_into_the_page() -> None:
    round_ = make_open_round()
    make_case(round_, name="<img src=x>")
    response = press(round_, "preview", body__da=f"{BODY}\n\n<script>alert(1)</script>")
    assert "is HTML. Write plain text" in page(response)
    assert "<script>alert" not in response.content.decode()
    assert "<img src=x>" not in response.content.decode()


def test_no_browser_keeps_the_page() -> None:
    assert "no-store" in browser_of(finn()).get(path(make_open_round()))["Cache-Control"]


def test_a_page_asks_the_database_as_often_for_many_cases_as_for_few(django_assert_max_num_queries: Any) -> None:
    round_ = make_open_round()
    for _ in range(12):
        make_case(round_, contact={"email": "a@b.example"})
    browser = browser_of(finn())
    with django_assert_max_num_queries(35):
        assert browser.get(path(round_)).status_code == 200


# A test mail


def with_address(email: str) -> User:
    user = finn()
    user.email = email
    user.save(update_fields=["email"])
    return user


def test_a_test_mail_goes_to_oneself_with_a_mark_and_no_secret(mailoutbox: list[EmailMessage]) -> None:
    user = with_address("finn@office.example")
    round_ = make_open_round()
    holder = make_case(round_, name="Skovbo").holders.get()
    data = {"subject__da": "Husk {subject_name}", "to": "x@evil.example", "email": "x@evil.example"}
    response = press(round_, "test", extra=data)
    assert "The test mail has been sent to finn@office.example." in page(response)
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    assert mail.subject == "[Prøve] Husk Skovbo", "in the language of the mail"
    for secret in (links.token(links.ANSWER, holder), links.token(links.OPT_OUT, holder), links.typed_code(holder)):
        assert secret not in str(mail.message().as_bytes())
    assert not Mail.objects.exists()
    assert not MailText.objects.exists()
    assert AuditEvent.objects.filter(what="mail_text.tested", who="finn").count() == 1


@pytest.mark.parametrize(("email", "said"), [("", "has no e-mail address"), ("finn@aarhus.dk", "This is a rehearsal")])
def test_a_test_mail_that_may_not_leave_says_why(mailoutbox: list[EmailMessage], email: str, said: str) -> None:
    with_address(email)
    round_ = make_open_round()
    make_case(round_)
    assert said in page(press(round_, "test"))
    assert mailoutbox == []


def test_in_a_real_round_a_test_mail_reaches_the_colleague(mailoutbox: list[EmailMessage]) -> None:
    with_address("finn@aarhus.dk")
    round_ = make_open_round()
    make_case(round_)
    Round.objects.update(rehearsal=False)
    press(round_, "test")
    assert [mail.to for mail in mailoutbox] == [["finn@aarhus.dk"]]


def test_words_with_faults_are_not_sent_as_a_test(mailoutbox: list[EmailMessage]) -> None:
    with_address("finn@office.example")
    round_ = make_open_round()
    make_case(round_)
    assert press(round_, "test", body__da="{navn}").status_code == 422
    assert mailoutbox == []


def test_a_strange_act_is_refused() -> None:
    round_ = make_open_round()
    for act in ("", "x"):
        assert press(round_, act).status_code == 400


# Text and HTML


@pytest.mark.parametrize("events", [(), (EventKind.STARTED,)], ids=["not started", "started"])
def test_text_and_html_of_words_that_staff_wrote_say_the_same(
    mailoutbox: list[EmailMessage], events: tuple[EventKind, ...]
) -> None:
    round_ = make_open_round()
    body = (
        "[opening]\n\nA & B < C \"citat\" 'x' **fed\nlinje** til {workplace}: https://www.example.org/?a=1&b=2.\n"
        "ny linje  med   mellemrum\n\n\n\n{link}\n\n[voluntary] [confidential]\n[delegated]\n[data]\n[help]\n[opt_out]"
    )
    people: list[Mapping[str, str]] = [{}, {"kind": "workplace", "email": "a@b.example"}, {"email": "c@d.example"}]
    for person in (*people, people[2]):
        make_case(round_, contact=person, events=events, name="Skov & bo <x>")
    assert press(round_, "save", body__da=body).status_code == 302, "good words"
    contact.queue_step(step=round_.contact_steps.get(mail_name=REMINDER), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 3}
    for mail in Mail.objects.all():
        fragment = re.search(r"<div[^>]*>(.*)</div>", mail.html_body, re.DOTALL)
        assert fragment
        assert visible(fragment[1]) == mail.text_body
        assert "<strong>fed<br>\nlinje</strong>" in fragment[1]
        assert "**" not in mail.text_body + mail.html_body
        assert mail.text_body.count("⟦link:") == mail.lines.count()
        assert ("2 arbejdspladser" in mail.text_body) is (mail.lines.count() == 2)


def test_dana_and_finn_see_who_wrote_what() -> None:
    round_ = make_open_round()
    press(round_, "save", subject__da="Husk {subject_name}")
    assert "written by finn" in page(browser_of(dana()).get(path(round_)))
