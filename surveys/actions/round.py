"""Create a round, change it while it is a draft, and keep the texts in which it presents itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from barometer import audit, stale
from barometer.models import User
from surveys.actions.default_plan import DEFAULT_PLAN, StepPlan, add_steps, follow_the_closing
from surveys.models import Questionnaire, Round, RoundText
from surveys.models.round import new_stamp

DEFAULT_TEXTS = Path(__file__).resolve().parent.parent / "round_texts"
DEFAULT_DAYS_AFTER_DEADLINE = 14

Field = RoundText.Field
# Texts that stand inside a sentence of a mail or a page, and how many characters there is room for.
IN_MAILS: Mapping[Field, int] = {
    Field.SENDER: 60,
    Field.HELP_PHONE: 40,
    Field.HELP_HOURS: 60,
    Field.HELP_EMAIL: 80,
    Field.OFFICIAL_PAGE: 120,
    Field.RELEASE: 40,
    Field.MINUTES: 8,
    Field.CASE_RECIPIENT: 60,
    Field.CONTROLLER: 60,
    Field.ADDRESS_SOURCE: 80,
}


OPTIONAL = (Field.CASE_RECIPIENT,)


class QuestionnaireNotPublished(Exception):
    """A round uses only a published questionnaire: a draft can still change."""


class RoundFrozen(Exception):
    """The round has gone too far in its life for this change."""


@transaction.atomic
def create_round(
    *,
    slug: str,
    questionnaire: Questionnaire,
    opens_on: date,
    deadline: date,
    rehearsal: bool,
    by: User | None,
    at: datetime,
    closes_on: date | None = None,
    target_response_rate: Decimal = Decimal("0.50"),
    second_person: bool | None = None,
    plan: Sequence[StepPlan] = DEFAULT_PLAN,
) -> Round:
    """Make a draft round with a contact plan, the default one unless another is given, and the default texts.

    It closes 14 days after the deadline unless told otherwise. A rehearsal gets complete texts, a real round
    only those that do not depend on who runs it. Unless told otherwise a second
    person approves the mails of a real one.
    Raises: QuestionnaireNotPublished; IntegrityError if the slug is taken or the dates are out of order.
    """
    _require_published(questionnaire)
    round_ = Round.objects.create(
        slug=slug,
        questionnaire=questionnaire,
        country=questionnaire.country,
        languages=questionnaire.languages,
        opens_on=opens_on,
        deadline=deadline,
        closes_on=closes_on or deadline + timedelta(days=DEFAULT_DAYS_AFTER_DEADLINE),
        target_response_rate=target_response_rate,
        rehearsal=rehearsal,
        second_person=not rehearsal if second_person is None else second_person,
    )
    add_steps(round_, plan)
    _add_default_texts(round_, questionnaire.languages)
    audit.record("round.created", target=round_, by=by, at=at, facts={"slug": slug, **_plan(round_)})
    return round_


@transaction.atomic
def edit_round(
    *,
    round_: Round,
    questionnaire: Questionnaire,
    opens_on: date,
    deadline: date,
    closes_on: date,
    target_response_rate: Decimal,
    by: User | None,
    at: datetime,
    seen: str = "",
) -> Round:
    """Change the plan of a draft round; a language without any text yet gets its default texts.

    Args:
        seen: ``plan_seen()`` of what was there when it was decided.

    Raises: RoundFrozen once it is open; stale.ChangedMeanwhile; QuestionnaireNotPublished; IntegrityError if the dates
        are out of order.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("questionnaire").get(pk=round_.pk)
    if round_.status != Round.Status.DRAFT:
        raise RoundFrozen
    stale.require(seen, plan_seen(round_))
    _require_published(questionnaire)
    before, closed_on_day = _plan(round_), round_.field_day(round_.closes_on)
    has_texts = set(round_.texts.values_list("language", flat=True))
    round_.questionnaire = questionnaire
    round_.country = questionnaire.country
    round_.languages = questionnaire.languages
    round_.opens_on, round_.deadline, round_.closes_on = opens_on, deadline, closes_on
    round_.target_response_rate = target_response_rate
    round_.save()
    follow_the_closing(round_, round_.field_day(closes_on) - closed_on_day)
    _add_default_texts(round_, [language for language in questionnaire.languages if language not in has_texts])
    changes = {name: [before[name], value] for name, value in _plan(round_).items() if value != before[name]}
    if changes:
        audit.record("round.edited", target=round_, by=by, at=at, facts=changes)
    return round_


def plan_seen(round_: Round) -> str:
    """Return the digest of a round's plan."""
    return stale.digest(*_plan(round_).values())


def texts_seen(round_: Round) -> str:
    """Return the digest of a round's texts; one query."""
    return stale.digest(*round_.texts.order_by("field", "language").values_list("field", "language", "text"))


@transaction.atomic
def save_texts(
    *, round_: Round, texts: Mapping[tuple[str, str], str], by: User | None, at: datetime, seen: str = ""
) -> list[tuple[str, str]]:
    """Store texts by (field, language), "" for none; return which ones changed. ``seen`` is ``texts_seen()`` of before.

    The audit line names the fields and not the words, which may name a person.
    Raises: RoundFrozen once the round is closed; stale.ChangedMeanwhile; ValueError for an empty text in a round that
        is open.
    """
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    if round_.status not in (Round.Status.DRAFT, Round.Status.OPEN):
        raise RoundFrozen
    stale.require(seen, texts_seen(round_))
    stored = {(text.field, text.language): text for text in round_.texts.all()}
    changed = [key for key, text in texts.items() if text != (stored[key].text if key in stored else "")]
    if round_.status == Round.Status.OPEN and not all(texts[key] for key in changed if key[0] not in OPTIONAL):
        raise ValueError("a text of an open round cannot be emptied")
    round_.texts.filter(pk__in=[stored[key].pk for key in changed if key in stored]).delete()
    RoundText.objects.bulk_create(
        RoundText(round=round_, field=field, language=language, text=texts[field, language])
        for field, language in changed
        if texts[field, language]
    )
    if changed:
        round_.texts_stamp = new_stamp()
        round_.save(update_fields=["texts_stamp"])
        names = [f"{field}.{language}" for field, language in changed]
        audit.record("round.texts_changed", target=round_, by=by, at=at, facts={"texts": names})
    return changed


def missing_texts(round_: Round) -> list[tuple[RoundText.Field, str]]:
    """Return which texts are empty, as (field, language) in the order of the fields; one query.

    A round can be opened when none is: its mails and its privacy page are made of them.
    """
    there = set(round_.texts.values_list("field", "language"))
    needed = [field for field in Field if field not in OPTIONAL]
    return [(field, language) for field in needed for language in round_.languages if (field, language) not in there]


def default_texts(language: str, *, rehearsal: bool) -> dict[str, str]:
    """Return the texts that a new round starts with, by field; none for a language without any."""
    document = _default_texts(language)
    texts: dict[str, str] = document.get("every_round", {})
    if not (document and rehearsal):
        return dict(texts)
    mark: str = document["rehearsal_mark"]
    return {
        field: text if Field(field) in IN_MAILS else f"{mark}{text}"
        for field, text in (texts | document["rehearsal"]).items()
    }


@cache
def _default_texts(language: str) -> dict[str, Any]:
    path = DEFAULT_TEXTS / f"{language}.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _add_default_texts(round_: Round, languages: Sequence[str]) -> None:
    RoundText.objects.bulk_create(
        RoundText(round=round_, field=field, language=language, text=text)
        for language in languages
        for field, text in default_texts(language, rehearsal=round_.rehearsal).items()
    )


def _require_published(questionnaire: Questionnaire) -> None:
    if questionnaire.published_at is None:
        raise QuestionnaireNotPublished


def _plan(round_: Round) -> dict[str, object]:
    return {
        "questionnaire": str(round_.questionnaire),
        "opens_on": round_.opens_on.isoformat(),
        "deadline": round_.deadline.isoformat(),
        "closes_on": round_.closes_on.isoformat(),
        "target_response_rate": str(round_.target_response_rate),
        "rehearsal": round_.rehearsal,
    }
