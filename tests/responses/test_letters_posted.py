"""Letters are posted, listed, thrown away and made anew, on pages that staff use."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import letters
from responses.actions import contact
from responses.actions import letter as actions
from responses.actions.wave_alarms import alarms_of
from responses.models import Case, ContactAttempt, Wave
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import LeftOut
from responses.views import letters as views
from surveys.models import ContactStep, Round
from tests.factories import make_case, make_open_round, make_response
from tests.people import browser_of, dana, finn
from tests.responses.test_letters import prepared, refreshed

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    today = timezone.localdate()
    dates = {"opens_on": today - timedelta(days=20), "deadline": today, "closes_on": today + timedelta(days=30)}
    return make_open_round(**dates)


@pytest.fixture
def step(round_: Round) -> ContactStep:
    return ContactStep.objects.create(round=round_, day=10, channel="letter", mail_name="letter")


# Printed, posted


def test_posting_is_told_in_the_history_of_each_case_and_only_once(round_: Round, step: ContactStep) -> None:
    case = make_case(round_)
    wave = prepared(step)
    with pytest.raises(actions.LettersNotPrinted):
        actions.record_posted(wave=wave, on=timezone.localdate(), taken_out=False, by=finn(), at=timezone.now())
    actions.note_printed(wave=wave, by=finn(), at=timezone.now())
    assert actions.record_posted(wave=wave, on=timezone.localdate(), taken_out=False, by=dana(), at=timezone.now()) == 1
    event = case.events.get(kind=EventKind.LETTER_SENT)
    assert (event.by, event.holder) == (dana(), case.holders.get())
    assert refreshed(wave).released_at == event.at
    with pytest.raises(actions.LettersPosted):
        actions.record_posted(wave=wave, on=timezone.localdate(), taken_out=False, by=dana(), at=timezone.now())
    assert case.events.filter(kind=EventKind.LETTER_SENT).count() == 1
    html = browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()
    assert "A letter was sent" in html
    assert "posted" in html


def test_who_has_a_letter_or_has_answered_meanwhile_is_not_listed_again(round_: Round, step: ContactStep) -> None:
    written, answered = make_case(round_), make_case(round_)
    first = prepared(step)
    make_response(answered, {"new": "yes"})
    assert actions.note_printed(wave=first, by=finn(), at=timezone.now()) == 1
    actions.record_posted(wave=first, on=timezone.localdate(), taken_out=False, by=finn(), at=timezone.now())
    late = make_case(round_)
    assert [holder.case_id for holder in actions.plan(step, timezone.now())[0]] == [late.pk]
    second = prepared(step)
    assert (second.number, second.forecast) == (2, 1)
    assert not answered.events.filter(kind=EventKind.LETTER_SENT).exists()
    assert written.events.filter(kind=EventKind.LETTER_SENT).exists()


@pytest.mark.parametrize(("taken_out", "sent"), [("on", 1), ("", 2)])
def test_letters_overtaken_after_printing_are_listed_and_count_unless_they_were_taken_out(
    round_: Round, step: ContactStep, taken_out: str, sent: int
) -> None:
    make_case(round_)
    answered = make_case(round_, name="Skolen der svarede")
    wave = prepared(step)
    actions.note_printed(wave=wave, by=finn(), at=timezone.now())
    make_response(answered, {"new": "yes"})
    path, browser = reverse("letter-wave", args=[wave.pk]), browser_of(finn())
    html = browser.get(path).content.decode()
    assert "Overtaken since they were printed" in html
    assert "the answers had been submitted" in html
    data = {"act": "posted", "posted_on": str(timezone.localdate()), "taken_out": taken_out}
    assert browser.post(path, data).status_code == 302
    assert Case.objects.filter(events__kind=EventKind.LETTER_SENT).count() == sent


def test_letters_are_posted_neither_before_they_were_printed_nor_in_the_future(
    round_: Round, step: ContactStep
) -> None:
    make_case(round_)
    wave = prepared(step)
    path, browser, today = reverse("letter-wave", args=[wave.pk]), browser_of(finn()), timezone.localdate()
    actions.note_printed(wave=wave, by=finn(), at=timezone.now())
    for day in ("", "x", str(today + timedelta(days=1)), str(today - timedelta(days=1))):
        assert browser.post(path, {"act": "posted", "posted_on": day}).status_code == 422
    assert refreshed(wave).released_at is None
    assert browser.post(path, {"act": "nothing"}).status_code == 400


def test_letters_that_were_not_posted_can_be_thrown_away_and_made_anew(round_: Round, step: ContactStep) -> None:
    make_case(round_)
    wave = prepared(step)
    browser_of(finn()).post(reverse("letter-wave", args=[wave.pk]), {"act": "throw-away"})
    assert not ContactAttempt.objects.exists()
    assert prepared(step).forecast == 1
    with pytest.raises(actions.LettersPosted):
        actions.note_printed(wave=wave, by=finn(), at=timezone.now())


def test_the_pages_lead_from_the_plan_to_the_file(round_: Round, step: ContactStep) -> None:
    make_case(round_)
    browser = browser_of(finn())
    answer = browser.post(reverse("letters", args=[round_.slug]), {"step": str(step.pk)})
    wave = Wave.objects.get()
    assert answer["Location"] == reverse("letter-wave", args=[wave.pk])
    contact_page = f'<a href="{reverse("contact-plan", args=[round_.slug])}" aria-current="true">'
    assert contact_page in browser.get(answer["Location"]).content.decode()
    assert "1 letter, prepared" in browser.get(reverse("letters", args=[round_.slug])).content.decode()
    assert browser.post(reverse("letters", args=[round_.slug]), {"step": "x"}).status_code == 404
    Round.objects.filter(pk=round_.pk).update(closed_at=timezone.now())
    browser.post(reverse("letters", args=[round_.slug]), {"step": str(step.pk)})
    assert Wave.objects.count() == 1


def test_of_letters_without_a_postal_code_a_page_names_some_and_counts_all(
    round_: Round, step: ContactStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    for number in range(4):
        make_case(
            round_, name=f"Uden {number}" if number else "Med", address="Øvelsesvej 1" + ", 8000 Aarhus" * (not number)
        )
    before = reverse("letters", args=[round_.slug])
    told = [browser_of(finn()).get(before).content.decode()]
    told.append(browser_of(finn()).get(reverse("letter-wave", args=[prepared(step).pk])).content.decode())
    for html in told:
        found = re.search(r"3 letters without a postal code, so last in the file:(.*?)</p>", html, re.DOTALL)
        assert found and re.findall(r"Uden \d|…", found[1]) == ["Uden 1", "Uden 2", "…"]


@pytest.mark.each_database
@pytest.mark.parametrize("name", ["letters", "letter-wave"])
def test_a_page_asks_the_database_as_often_for_many_as_for_few(round_: Round, step: ContactStep, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            of = round_.slug if name == "letters" else Wave.objects.get().pk
            assert browser_of(finn()).get(reverse(name, args=[of])).status_code == 200
        return len(asked)

    def more(number: int) -> None:
        for _ in range(number):
            make_case(round_, address="Uden nummer")
            make_case(round_, events=[EventKind.DECLINED])
        if name == "letter-wave":
            ContactAttempt.objects.all().delete()
            Wave.objects.all().delete()
            prepared(step)

    more(2)
    queries()
    few = queries()
    more(7)
    assert queries() == few


def test_letters_wait_for_whoever_posts_them_and_are_no_wave_of_mails(round_: Round, step: ContactStep) -> None:
    make_case(round_, address="Vej 1, 1000 København K")
    wave, later = prepared(step), timezone.now() + timedelta(days=2)
    contact.queue_due_steps(at=later)
    assert refreshed(wave).released_at is None
    assert [alarm for alarm in alarms_of(round_, later) if alarm.step == step] == []
    for name in ("wave", "wave-left-out"):
        assert browser_of(finn()).get(reverse(name, args=[wave.pk])).status_code == 404


def test_only_the_audience_of_the_step_gets_a_letter(round_: Round, step: ContactStep) -> None:
    ContactStep.objects.filter(pk=step.pk).update(audience="reg_level == 'region'")
    make_case(round_, address="Vej 1, 1000 København K")
    region = make_case(round_, address="Vej 2, 2000 Frederiksberg", level="region")
    wave = prepared(ContactStep.objects.get(pk=step.pk))
    assert [attempt.case_id for attempt in letters.attempts_of(wave)] == [region.pk]
    assert wave.left_out.keys() == {LeftOut.NOT_IN_AUDIENCE}
