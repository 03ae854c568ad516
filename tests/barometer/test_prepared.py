"""A prepared query answers as the queryset does that it was made from."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from barometer.prepared import Given, Prepared, PreparedInsert, PreparedUpdate
from responses import links
from responses.actions import answering, events
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import RoundText
from surveys.models.round import TEXTS
from tests.factories import NOON, make_case, make_open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder() -> LinkHolder:
    """Of a case with a response, among others."""
    round_ = make_open_round()
    make_case(round_)
    case = make_case(round_)
    answers = {"innov": {"product": "yes"}, "text": "æøå"}
    Response.objects.create(case=case, questionnaire=round_.questionnaire, answers=answers, started_at=NOON)
    return LinkHolder.objects.get(case=case)


def loaded(instance: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_it_returns_what_the_queryset_returns_joined_models_included(holder: LinkHolder) -> None:
    prepared = links.HOLDER.first(holder.pk)
    queried = links.HOLDERS.get(pk=holder.pk)
    assert prepared is not None
    pairs = [
        (prepared, queried),
        (prepared.case, queried.case),
        (prepared.case.response, queried.case.response),
        (prepared.case.round, queried.case.round),
        (prepared.case.round.questionnaire, queried.case.round.questionnaire),
        (prepared.case.sample_unit, queried.case.sample_unit),
        (prepared.case.sample_unit.workplace, queried.case.sample_unit.workplace),
    ]
    for one, other in pairs:
        assert type(one) is type(other)
        assert loaded(one) == loaded(other)
        assert (one._state.db, one._state.adding) == (other._state.db, other._state.adding)


def test_one_query_gives_all_of_it(holder: LinkHolder) -> None:
    links.HOLDER.first(holder.pk)
    with CaptureQueriesContext(connection) as queries:
        prepared = links.HOLDER.first(holder.pk)
        assert prepared is not None
        assert prepared.case.response.answers["text"] == "æøå"
        assert prepared.case.sample_unit.workplace.name
        assert prepared.case.round.questionnaire.code
    assert len(queries) == 1


def test_a_case_without_a_response_has_none(holder: LinkHolder) -> None:
    other = LinkHolder.objects.exclude(pk=holder.pk).get()
    prepared = links.HOLDER.first(other.pk)
    assert prepared is not None
    assert not hasattr(prepared.case, "response")
    assert events.RESPONSE.first(other.case_id) is None


def test_an_instance_can_be_changed_and_saved(holder: LinkHolder) -> None:
    response = events.RESPONSE.first(holder.case_id)
    assert response is not None
    response.answers = {"a": "b"}
    response.save(update_fields=["answers"])
    assert Response.objects.get(case=holder.case_id).answers == {"a": "b"}


def test_rows_are_those_of_the_values(holder: LinkHolder) -> None:
    round_ = holder.case.round
    RoundText.objects.filter(round=round_, language="en", field=RoundText.Field.DPO).update(text="Dørte")
    for language in ("da", "en"):
        texts = round_.texts.filter(language=language).values_list("field", "text")
        assert sorted(TEXTS.rows(round_.pk, language)) == sorted(texts)
    assert TEXTS.rows(round_.pk, "sv") == []


def test_what_is_saved_is_what_the_model_would_save_and_nothing_else(holder: LinkHolder) -> None:
    response = Response.objects.get(case=holder.case_id)
    response.answers, response.accepted_checks = {"text": "æøå", "many": ["a", "b"]}, ["text"]
    response.proxy = True
    with CaptureQueriesContext(connection) as queries:
        answering.ANSWERS.save(response)
    assert len(queries) == 1
    saved = Response.objects.get(pk=response.pk)
    assert (saved.answers, saved.accepted_checks) == (response.answers, response.accepted_checks)
    assert saved.proxy is False
    response.save(update_fields=["answers", "accepted_checks", "mode"])
    assert loaded(Response.objects.get(pk=response.pk)) == loaded(saved)


def test_a_row_that_is_gone_is_not_saved_in_silence(holder: LinkHolder) -> None:
    response = Response.objects.get(case=holder.case_id)
    Response.objects.all().delete()
    with pytest.raises(DatabaseError):
        answering.ANSWERS.save(response)


def test_no_other_row_is_saved(holder: LinkHolder) -> None:
    case = Case.objects.get(pk=holder.case_id)
    others = list(Case.objects.exclude(pk=case.pk).values())
    case.disposition = Disposition.STARTED
    events.STANDING.save(case)
    assert Case.objects.get(pk=case.pk).disposition == Disposition.STARTED
    assert list(Case.objects.exclude(pk=case.pk).values()) == others


@pytest.mark.postgresql
def test_a_row_is_locked_as_the_queryset_would(holder: LinkHolder) -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        events.LOCKED.first(holder.case_id)
    assert any(query["sql"].rstrip().endswith("FOR UPDATE") for query in queries)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only(holder: LinkHolder) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        events.LOCKED.first(holder.case_id)


def test_a_value_that_does_not_become_a_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="parameter"):
        Prepared(lambda pk: Case.objects.all(), -1).first(1)


EVENT = PreparedInsert(CaseEvent)
ENDED = PreparedUpdate(
    lambda: Response.objects.filter(
        pk=Given("id", Response._meta.pk), started_at=Given("at", Response._meta.get_field("started_at")), proxy=False
    ),
    submitted_at=Given("at", Response._meta.get_field("submitted_at")),
    answers=Given("answers", Response._meta.get_field("answers")),
    mode=Response.Mode.PHONE,
)


def test_a_new_row_is_what_the_model_would_save_and_has_its_key(holder: LinkHolder) -> None:
    values = {"case": holder.case, "kind": EventKind.STARTED, "at": NOON, "holder": holder}
    inserted, created = EVENT.insert(CaseEvent(**values)), CaseEvent.objects.create(**values)
    assert (inserted._state.db, inserted._state.adding) == (created._state.db, created._state.adding)
    assert loaded(inserted) | {"id": created.pk} == loaded(created)
    assert loaded(CaseEvent.objects.get(pk=inserted.pk)) == loaded(inserted)


def test_a_new_row_with_an_object_in_it_is_read_as_it_was_written(holder: LinkHolder) -> None:
    case = LinkHolder.objects.exclude(pk=holder.pk).get().case
    response = Response(case=case, questionnaire=case.round.questionnaire, answers={"a": ["æ"]}, started_at=NOON)
    assert Response.objects.get(pk=answering.BEGUN.insert(response).pk).answers == {"a": ["æ"]}


def test_several_new_rows_are_one_query_and_none_is_none(holder: LinkHolder) -> None:
    case, kinds = holder.case, [EventKind.STARTED, EventKind.SUBMITTED]
    with CaptureQueriesContext(connection) as queries:
        EVENT.insert_all([CaseEvent(case=case, kind=kind, at=NOON) for kind in kinds])
        EVENT.insert_all([])
    assert len(queries) == 1
    assert list(case.events.values_list("kind", flat=True)) == [EventKind.OPENED, *kinds]


def test_a_row_is_updated_as_the_queryset_would_if_the_conditions_hold(holder: LinkHolder) -> None:
    response = Response.objects.get(case=holder.case_id)
    assert ENDED.run(id=response.pk, at=NOON + timedelta(seconds=1), answers={}) == 0
    assert ENDED.run(id=response.pk + 1, at=NOON, answers={}) == 0
    assert loaded(Response.objects.get(pk=response.pk)) == loaded(response)
    for answers in ({"a": "æøå"}, {"a": ["b"]}):  # the second time it is not put together anew
        assert ENDED.run(id=response.pk, at=NOON, answers=answers) == 1
        found = Response.objects.get(pk=response.pk)
        assert (found.submitted_at, found.answers, found.mode) == (NOON, answers, Response.Mode.PHONE)


def test_what_is_not_told_is_an_error(holder: LinkHolder) -> None:
    with pytest.raises(KeyError):
        ENDED.run(id=holder.case.response.pk, at=NOON)


def test_a_failed_statement_cannot_be_committed(holder: LinkHolder) -> None:
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        with suppress(IntegrityError):
            EVENT.insert(CaseEvent(case=holder.case, kind="nonsense", at=NOON))
        CaseEvent.objects.exists()
