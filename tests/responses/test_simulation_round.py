"""A whole fieldwork at small size, and the commands that make it."""

from collections import Counter
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from responses.models import Case, CaseEvent, Mail, Response
from responses.monitoring import monitor
from responses.simulation.truth import plant
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Questionnaire, Round, Workplace
from surveys.questionnaire.routing import route

SMALL = ("--population", "430", "--size", "140", "--today", "2020-02-21")


def simulate(slug: str = "demo", until_day: int = 45, *options: str) -> Round:
    call_command("simulate_round", slug, *SMALL, "--until-day", str(until_day), *options, stdout=StringIO())
    return Round.objects.get(slug=slug)


@pytest.fixture(scope="module")
def simulated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Round]:
    """A round simulated once for several tests, which only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield simulate("whole")
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_simulated_fieldwork_ends_near_one_half_with_all_that_happens_in_a_real_one(simulated: Round) -> None:
    round_ = simulated
    counts = monitor(round_)
    outcome = counts.overall
    assert outcome.sampled == 140
    assert 0.38 < outcome.submitted / outcome.sampled < 0.60
    assert outcome.declined and outcome.not_eligible and outcome.started and counts.invited > 130
    assert round_.rehearsal and str(round_.opens_on) == "2020-01-07"
    happened = {EventKind(kind) for kind in CaseEvent.objects.values_list("kind", flat=True)}
    assert happened >= {EventKind.BOUNCED, EventKind.DECLINED, EventKind.INELIGIBLE_CONFIRMED, EventKind.SUBMITTED}


@pytest.mark.django_db
def test_what_is_submitted_is_the_truth(simulated: Round) -> None:
    round_ = simulated
    workplaces = {workplace.register_id: workplace for workplace in Workplace.objects.of_round(round_)}
    truth = plant(((key, workplace.register()) for key, workplace in workplaces.items()), seed=1)
    submitted = Response.objects.submitted(round_).select_related("case__sample_unit__workplace")
    assert len(submitted) > 30
    for response in submitted:
        workplace = response.case.sample_unit.workplace
        asked = route(round_.questionnaire.definition(), workplace.register(), truth[workplace.register_id])
        assert response.answers == asked.answers


@pytest.mark.django_db
def test_mails_are_marked_as_sent_and_nobody_gets_one(simulated: Round) -> None:
    mails = Mail.objects.filter(round=simulated)
    steps = Counter(mails.filter(status=Mail.Status.SENT).values_list("step__mail_name", flat=True))
    assert steps["invitation"] > 100 and 40 < steps["reminder_1"] < steps["invitation"]
    assert not mails.filter(status=Mail.Status.QUEUED).exists()
    assert django_mail.outbox == []
    before_the_reminder = Response.objects.submitted(simulated).filter(submitted_at__date__lt="2020-01-12")
    reminded = mails.filter(step__mail_name="reminder_1").values("lines__case")
    assert before_the_reminder.exists()
    assert not before_the_reminder.filter(case__in=reminded).exists()


@pytest.mark.django_db
def test_the_same_seed_and_dates_make_the_same_fieldwork_and_another_seed_another(simulated: Round) -> None:
    again = simulate("again", 2, "--today", "2020-01-09")
    other = simulate("other", 2, "--today", "2020-01-09", "--seed", "2")
    assert len(first_two_days(again)) > 150
    assert first_two_days(simulated) == first_two_days(again) != first_two_days(other)


def first_two_days(round_: Round) -> list[tuple[object, ...]]:
    events = CaseEvent.objects.filter(case__round=round_, at__date__lt="2020-01-09")
    return sorted(events.values_list("case__sample_unit__workplace__register_id", "kind", "at"))


@pytest.mark.django_db
def test_a_published_instrument_is_used_and_not_loaded_again() -> None:
    simulate("first", 0)
    simulate("second", 0)
    assert Questionnaire.objects.count() == 1
    cases = Case.objects.filter(round__slug__in=("first", "second"))
    assert set(cases.values_list("disposition", flat=True)) == {Disposition.NOT_STARTED}


@pytest.mark.django_db
def test_the_command_tells_every_day() -> None:
    said = StringIO()
    call_command("simulate_round", "demo", *SMALL, "--until-day", "2", stdout=said)
    days = said.getvalue().splitlines()
    assert [line.partition(",")[0].split()[1] for line in days] == ["0", "1"]
    assert "2020-02-20" in days[-1] and "140" in days[-1]


@pytest.mark.django_db
@pytest.mark.parametrize("options", [("--until-day", "46"), ("--size", "100")])
def test_what_cannot_be_simulated_is_refused_and_leaves_nothing_behind(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("simulate_round", "demo", *SMALL, *options, stdout=StringIO())
    assert not Round.objects.filter(slug="demo").exists()


@pytest.mark.django_db
def test_a_slug_that_is_taken_is_refused() -> None:
    simulate("demo", 0)
    with pytest.raises(CommandError, match="demo"):
        simulate("demo", 0)


@pytest.mark.django_db
def test_the_printed_link_opens_a_questionnaire_that_nobody_has_begun(client: Client, simulated: Round) -> None:
    said = StringIO()
    call_command("personal_link", simulated.slug, stdout=said)
    link = said.getvalue().strip()
    assert link.startswith("http://testserver/s/")
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    assert page.status_code == 200
    assert "(øvelse)" in page.content.decode()


@pytest.mark.django_db
def test_a_real_round_gives_no_link_away() -> None:
    round_ = simulate(until_day=0)
    round_.rehearsal = False
    round_.save(update_fields=["rehearsal"])
    with pytest.raises(CommandError):
        call_command("personal_link", "demo", stdout=StringIO())
