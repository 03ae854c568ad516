"""The pages of waves, and what staff do there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from barometer.models import User
from responses import links
from responses.actions import contact, sending
from responses.actions import wave as actions
from responses.models import LinkHolder, Mail, Wave
from surveys.models import ContactStep, Round
from tests.factories import NOON, make_authority_contact, make_case, make_open_round, make_step, refreshed
from tests.people import audrey, browser_of, dana, finn, olga, paul

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    """In the field, its invitation due now, with three cases and a second person for its waves."""
    today = timezone.localdate()
    plan = {"opens_on": today, "deadline": today + timedelta(days=30), "closes_on": today + timedelta(days=45)}
    round_ = make_open_round(**plan)
    Round.objects.filter(pk=round_.pk).update(second_person=True)
    for number in range(3):
        make_case(round_, name=f"Skovbo {number}")
    return Round.objects.get(pk=round_.pk)


def approver() -> User:
    return dana()


def step(round_: Round, mail_name: str = "invitation") -> ContactStep:
    return round_.contact_steps.get(mail_name=mail_name)


def make_wave(round_: Round, *, by: User | None = None, proven: bool = True) -> Wave:
    wave = contact.prepare_wave(step=step(round_), at=timezone.now(), by=by)
    if proven:
        actions.prove(wave=wave, by=by, at=timezone.now())
    return Wave.objects.get(pk=wave.pk)


def make_released_wave(round_: Round) -> Wave:
    wave = make_wave(round_, by=finn())
    actions.release(wave=wave, by=dana(), at=timezone.now())
    return Wave.objects.get(pk=wave.pk)


def page_of(path: str, by: User | None = None, language: str = "en") -> str:
    response = browser_of(by or finn(), language).get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def press(wave: Wave, act: str, by: User | None = None, **data: str) -> str:
    """Press a button on the page of a wave, and return the page that comes after."""
    response: Any = browser_of(by or finn()).post(f"/waves/{wave.pk}/", {"act": act, **data}, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# The list


def test_the_list_shows_every_step_with_its_waves_and_when_it_is_due(round_: Round) -> None:
    wave = make_wave(round_)
    page = page_of(f"/rounds/{round_.slug}/waves/")
    assert f'href="/waves/{wave.pk}/"' in page
    assert "Proven, waits to be released" in page
    assert "First reminder" in page
    assert "Prepare for the planned day" in page


def test_a_kick_off_whose_day_has_gone_by_is_said_to_stay(round_: Round) -> None:
    kick_off = make_step(round_, "kick_off", day=-28)
    listed = (
        page_of(f"/rounds/{round_.slug}/waves/").partition(f'id="step-{kick_off.pk}"')[2].partition("</section>")[0]
    )
    assert "It is not sent any more" in listed
    assert "<button" not in listed


def test_a_wave_is_prepared_and_proven_with_one_button(round_: Round) -> None:
    browser = browser_of(finn())
    response = browser.post(f"/rounds/{round_.slug}/waves/", {"step": step(round_).pk, "act": "now"})
    wave = Wave.objects.get()
    assert response["Location"] == f"/waves/{wave.pk}/"
    assert (wave.prepared_by, wave.proven_by, wave.state) == (finn(), finn(), Wave.State.WAITING)


def test_a_wave_prepared_for_its_day_leaves_on_that_day(round_: Round) -> None:
    make_released_wave(round_)
    assert sending.send_due(at=timezone.now() + timedelta(hours=1)) == {"sent": 3}
    reminder = step(round_, "reminder_1")
    browser_of(finn()).post(f"/rounds/{round_.slug}/waves/", {"step": reminder.pk, "act": "planned"})
    wave = reminder.waves.get()
    due = timezone.localtime(wave.scheduled_for)
    assert (due.date(), due.hour) == (reminder.date, 10)


def test_a_step_in_which_nobody_is_left_to_write_to_gets_no_wave(round_: Round) -> None:
    make_released_wave(round_)
    response: Any = browser_of(finn()).post(
        f"/rounds/{round_.slug}/waves/", {"step": step(round_).pk, "act": "now"}, follow=True
    )
    assert "Nobody is due in this step" in response.content.decode()
    assert Wave.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"act": "now"}, {"act": "now", "step": "x"}, {"act": "x", "step": "0"}])
def test_a_strange_post_to_the_list_is_refused(data: dict[str, str], round_: Round) -> None:
    assert browser_of(finn()).post(f"/rounds/{round_.slug}/waves/", data).status_code == 400
    assert not Wave.objects.exists()


def test_no_wave_is_prepared_in_a_round_that_is_not_in_the_field(round_: Round) -> None:
    Round.objects.update(closed_at=timezone.now())
    browser_of(finn()).post(f"/rounds/{round_.slug}/waves/", {"step": step(round_).pk, "act": "now"})
    assert not Wave.objects.exists()


def test_only_a_publisher_decides_whether_a_second_person_approves(round_: Round) -> None:
    path = f"/rounds/{round_.slug}/waves/"
    assert "Do without a second person" not in page_of(path)
    assert browser_of(finn()).post(path, {"act": "one"}).status_code == 403
    assert "Do without a second person" in page_of(path, paul())
    browser_of(paul()).post(path, {"act": "one"})
    assert refreshed(round_).second_person is False
    assert "Ask for a second person" in page_of(path, paul())


# The proof


def test_the_page_of_a_wave_says_in_one_line_what_was_proven(round_: Round) -> None:
    page = page_of(f"/waves/{make_wave(round_).pk}/")
    assert "3 mails, 3 workplaces, 0 errors, 0 warnings." in page
    assert "nothing was found" in page
    assert "3 mails, 3 arbejdspladser, 0 fejl, 0 advarsler." in page_of(
        f"/waves/{Wave.objects.get().pk}/", language="da"
    )


def test_the_proof_stops_a_mailing_with_two_swapped_addresses_and_says_what_to_do(round_: Round) -> None:
    first, second, _ = LinkHolder.objects.order_by("pk")
    LinkHolder.objects.filter(pk=first.pk).update(email=second.email)
    LinkHolder.objects.filter(pk=second.pk).update(email=first.email)
    wave = make_wave(round_)
    page = page_of(f"/waves/{wave.pk}/", approver())
    assert "3 mails, 3 workplaces, 2 errors, 0 warnings." in page
    assert "In the register the address belongs to another workplace: perhaps two are swapped." in page
    assert "correct the address" in page
    assert f'<a href="/cases/{first.case_id}/">Skovbo 0</a>' in page
    assert f'<a href="/cases/{second.case_id}/">Skovbo 1</a>' in page
    assert 'value="approve"' not in page
    assert "it has not been proven without errors" in press(wave, "approve", approver(), proof=wave.proof_sha256)
    assert refreshed(wave).released_at is None


def test_errors_stand_before_warnings(round_: Round) -> None:
    for _ in range(5):
        make_case(round_, contact={"email": "post@skole.example"}, name="Skole & <By>")
    LinkHolder.objects.filter(case__sample_unit__workplace__name="Skovbo 0").update(name="")
    page = page_of(f"/waves/{make_wave(round_).pk}/")
    assert page.index("Error: A text is empty: the leader&#x27;s name.") < page.index("Warning: One address is written")


def test_who_is_left_out_is_counted_by_reason_and_can_be_taken_out_as_a_list(round_: Round) -> None:
    make_case(round_, contact={"email": ""}, name="=1+1")
    wave = make_wave(round_)
    assert "there was no address" in page_of(f"/waves/{wave.pk}/")
    answer: Any = browser_of(finn()).get(f"/waves/{wave.pk}/left-out/")
    file = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"].endswith('invitation-1-left-out.csv"')
    assert file.startswith("\ufeffRegister number,Workplace,Authority")
    assert ",'=1+1,Aarhus Kommune,there was no address" in file
    assert "Skovbo" not in file


def test_a_mail_can_be_read_as_it_would_leave_without_its_secrets(round_: Round) -> None:
    wave = make_wave(round_)
    mail = Mail.objects.order_by("pk")[0]
    assert f'href="/waves/{wave.pk}/mails/{mail.pk}/"' in page_of(f"/waves/{wave.pk}/")
    page = page_of(f"/waves/{wave.pk}/mails/{mail.pk}/")
    assert "Kære Lea Leder" in page
    assert "<strong>personal link</strong>" in page
    holder = mail.lines.get().holder
    assert links.token(links.ANSWER, holder) not in page
    assert links.typed_code(holder) not in page


def test_a_mail_to_an_authority_can_be_read_before_it_leaves() -> None:
    round_ = make_open_round()
    for _ in range(5):
        make_case(round_)
    person = make_authority_contact(round_)
    wave = contact.prepare_wave(step=make_step(round_, "kick_off", day=-28), at=NOON)
    actions.prove(wave=wave, by=finn(), at=NOON)
    [number] = set(re.findall(rf'href="/waves/{wave.pk}/mails/(\d+)/"', page_of(f"/waves/{wave.pk}/")))
    page = page_of(f"/waves/{wave.pk}/mails/{number}/")
    assert person.authority in page
    assert f"Kære {person.name}" in page
    assert "There is nothing to write" not in page


def test_a_mail_that_cannot_be_written_says_why(round_: Round) -> None:
    wave = make_wave(round_)
    LinkHolder.objects.update(name="")
    page = page_of(f"/waves/{wave.pk}/mails/{Mail.objects.order_by('pk')[0].pk}/")
    assert "this text is empty: the leader&#x27;s name" in page


# Approval


def test_a_second_person_with_the_right_approves(round_: Round) -> None:
    wave = make_wave(round_, by=finn())
    page = page_of(f"/waves/{wave.pk}/", approver())
    assert "3 mails about 3 workplaces leave from" in page
    assert "3 mails are released." in press(wave, "approve", approver(), proof=wave.proof_sha256)
    assert refreshed(wave).approved_by == dana()


def test_who_prepared_the_wave_is_told_that_somebody_else_approves_it(round_: Round) -> None:
    wave = make_wave(round_, by=approver())
    page = page_of(f"/waves/{wave.pk}/", approver())
    assert "You have prepared or proven this wave" in page
    assert 'value="approve"' not in page
    assert "You have prepared or proven this wave" in press(wave, "approve", approver(), proof=wave.proof_sha256)
    assert refreshed(wave).released_at is None


def test_staff_without_the_right_do_not_approve(round_: Round) -> None:
    wave = make_wave(round_, by=dana())
    assert "You do not have the right to approve waves" in page_of(f"/waves/{wave.pk}/", audrey())
    post = {"act": "approve", "proof": wave.proof_sha256}
    assert browser_of(audrey()).post(f"/waves/{wave.pk}/", post).status_code == 403
    assert refreshed(wave).released_at is None


def test_in_a_small_office_whoever_prepared_it_releases_it(round_: Round) -> None:
    Round.objects.update(second_person=False)
    wave = make_wave(round_, by=finn())
    assert "3 mails are released." in press(wave, "approve", proof=wave.proof_sha256)


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_proof_that_was_not_seen_is_not_approved(proof: str, round_: Round) -> None:
    wave = make_wave(round_, by=finn())
    assert "something has changed since the proof that you saw" in press(wave, "approve", approver(), proof=proof)
    assert refreshed(wave).released_at is None


# What else can be done


def test_a_wave_is_proven_again_prepared_anew_and_discarded(round_: Round) -> None:
    wave = make_wave(round_, proven=False)
    assert "The wave has not been proven." in page_of(f"/waves/{wave.pk}/")
    assert "no error was found" in press(wave, "prove")
    assert "no error was found" in press(wave, "anew")
    [fresh] = Wave.objects.all()
    assert fresh.pk != wave.pk
    assert "Nobody has been written to." in press(fresh, "discard")
    assert not Wave.objects.exists()


def test_a_released_wave_is_paused_resumed_and_stopped(round_: Round) -> None:
    wave = make_released_wave(round_)
    assert "The wave is paused" in press(wave, "pause")
    assert "The wave goes on." in press(wave, "resume")
    assert "cancelled for good" in press(wave, "stop")
    assert set(Mail.objects.values_list("status", flat=True)) == {"cancelled"}
    assert "somebody else was quicker" in press(wave, "pause")


@pytest.mark.parametrize("act", ["prove", "anew", "discard", "approve"])
def test_what_is_done_before_a_release_is_not_done_after_it(act: str, round_: Round) -> None:
    wave = make_released_wave(round_)
    assert "somebody else was quicker" in press(wave, act, approver(), proof=wave.proof_sha256)
    assert Mail.objects.filter(wave=wave, status="queued").count() == 3


def test_the_page_of_a_released_wave_shows_how_far_it_has_come(round_: Round) -> None:
    wave = make_released_wave(round_)
    waiting = page_of(f"/waves/{wave.pk}/")
    assert "<dt>Sent</dt><dd>0 of 3</dd>" in waiting
    assert "<dt>Done at</dt>" in waiting
    sending.send_due(at=timezone.now(), limit=2)
    page = page_of(f"/waves/{wave.pk}/")
    assert "<dt>Sent</dt><dd>2 of 3</dd>" in page
    assert "<dt>Workplaces reached</dt><dd>2 of 3 forecast</dd>" in page
    assert 'boernehave.example</th><td class="number">3</td><td class="number">2</td>' in page


def test_an_unknown_button_is_refused(round_: Round) -> None:
    assert browser_of(finn()).post(f"/waves/{make_wave(round_).pk}/", {"act": "x"}).status_code == 400


# Alarms


def test_an_alarm_stands_on_the_wave_the_list_and_the_overview(round_: Round) -> None:
    wave = make_released_wave(round_)
    Wave.objects.update(released_at=timezone.now() - timedelta(hours=3))
    Mail.objects.update(scheduled_for=timezone.now() - timedelta(hours=2))
    for path in (f"/waves/{wave.pk}/", f"/rounds/{round_.slug}/waves/", f"/rounds/{round_.slug}/"):
        assert "The wave should be over, and has sent nothing." in page_of(path)
        assert "Udsendelsen skulle være slut og har ikke sendt noget." in page_of(path, language="da")


# Who, and how


PATHS = ["/rounds/{slug}/waves/", "/waves/{pk}/", "/waves/{pk}/left-out/", "/waves/{pk}/mails/{mail}/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_of_waves_are_for_staff(path: str, round_: Round) -> None:
    wave = make_wave(round_)
    path = path.format(slug=round_.slug, pk=wave.pk, mail=Mail.objects.order_by("pk")[0].pk)
    assert browser_of(None).get(path)["Location"].startswith("/login/")
    assert browser_of(olga()).get(path).status_code == 403
    assert browser_of(finn()).get(path).status_code == 200
    assert browser_of(finn()).put(path).status_code == 405


@pytest.mark.parametrize("path", ["/rounds/nowhere/waves/", "/waves/0/", "/waves/0/left-out/", "/waves/0/mails/0/"])
def test_what_does_not_exist_is_not_found(path: str) -> None:
    response: HttpResponse = browser_of(finn()).get(path)  # type: ignore[assignment]
    assert response.status_code == 404


def test_looking_changes_nothing(round_: Round) -> None:
    wave = make_wave(round_)
    before = [list(model.objects.values()) for model in (Wave, Mail)]
    for act in ("approve", "discard", "stop"):
        browser_of(finn()).get(f"/waves/{wave.pk}/", {"act": act})
        browser_of(finn()).head(f"/waves/{wave.pk}/", {"act": act})
    assert [list(model.objects.values()) for model in (Wave, Mail)] == before


@pytest.mark.each_database
@pytest.mark.parametrize("state", ["waiting", "errors", "released"])
def test_a_page_asks_the_database_as_often_for_many_mails_as_for_few(state: str) -> None:
    finn()
    counts, today = [], timezone.localdate()
    for cases in (3, 12):
        round_ = make_open_round(opens_on=today, deadline=today, closes_on=today)
        for number in range(cases):
            make_case(round_, contact={"leader": "" if state == "errors" else "Lea", "email": f"a@{number}.example"})
        wave = make_released_wave(round_) if state == "released" else make_wave(round_)
        for path in (f"/waves/{wave.pk}/", f"/rounds/{round_.slug}/waves/", f"/rounds/{round_.slug}/"):
            with CaptureQueriesContext(connection) as asked:
                page_of(path)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
