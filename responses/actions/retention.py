"""The three clocks of a round: what is deleted how long after its publication (docs/methods/retention.md)."""

import secrets
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.models import User
from responses.actions import erasure, export
from responses.models import Case, CaseContact, CaseSearch, LinkHolder, Mail, Response, ResultRequest, Retention
from surveys.models import AuthorityContact, Round, RoundText, Workplace, WorkplaceContact

AT_ONCE = 1000


class Clock(StrEnum):
    """What is deleted; the order is that in which it is done."""

    CONTACTS = "contacts"
    KEY = "key"
    ANSWERS = "answers"


class ArchiveUndecided(Exception):
    """Nothing is deleted before it is decided what goes to the archives."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one clock of a round will delete: how much there is now, from which day on, and when it was done.

    ``due_on`` is None until the round is published, and for answers that are kept.
    """

    clock: Clock
    months: int | None
    due_on: date | None
    done_at: datetime | None
    rows: int


def retention_of(round_: Round) -> Retention:
    """Return the round's clocks; the usual ones, not saved, while nobody has set any."""
    return Retention.objects.filter(round=round_).first() or Retention(round=round_)


def archive_decided(round_: Round) -> bool:
    """Return whether the archive decision is written down in every language of the round."""
    written = round_.texts.filter(field=RoundText.Field.ARCHIVE_DECISION).values_list("language", flat=True)
    return set(round_.languages) <= set(written)


def plan(round_: Round) -> list[Planned]:
    """Return what the three clocks will delete and when, for the page and for the night; about eight queries."""
    kept = retention_of(round_)
    published = timezone.localtime(round_.published_at).date() if round_.published_at else None
    named = Workplace.objects.of_round(round_).exclude(name="").count()
    responses = Response.objects.filter(case__round=round_).count()
    clocks = {
        Clock.CONTACTS: (kept.contacts_months, kept.contacts_deleted_at, _contacts(round_)),
        Clock.KEY: (kept.key_months, kept.key_deleted_at, named),
        Clock.ANSWERS: (kept.answers_months, kept.answers_deleted_at, responses),
    }
    return [
        Planned(clock, months, _due_on(published, months), done, rows) for clock, (months, done, rows) in clocks.items()
    ]


def months_after(start: date, months: int) -> date:
    """Return the same day so many months later, the last of the month where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def delete_due(*, at: datetime) -> int:
    """Carry out every clock whose day has come; return how many. A round without archive decision is left alone.

    Safe to run twice: what has been done is noted in the same transaction.
    """
    done = 0
    for round_ in Round.objects.filter(published_at__isnull=False).order_by("pk"):
        if archive_decided(round_):
            for clock in _due(round_, at):
                carry_out(round_=round_, clock=clock, by=None, at=at)
                done += 1
    return done


@transaction.atomic
def carry_out(*, round_: Round, clock: Clock, by: User | None, at: datetime) -> None:
    """Delete what this clock is about.

    Raises: ArchiveUndecided.
    """
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    if not archive_decided(round_):
        raise ArchiveUndecided
    kept = retention_of(round_)
    rows = next(planned.rows for planned in plan(round_) if planned.clock is clock)
    match clock:
        case Clock.CONTACTS:
            _delete_contacts(round_, at)
            kept.contacts_deleted_at = at
        case Clock.KEY:
            _delete_key(round_)
            kept.key_deleted_at = at
        case Clock.ANSWERS:
            Response.objects.filter(case__round=round_).delete()
            kept.answers_deleted_at = at
    kept.save()
    audit.record(f"retention.{clock.value}_deleted", target=round_, by=by, at=at, facts={"rows": rows})
    export.withdraw(round_=round_, at=at)


@transaction.atomic
def set_clocks(*, round_: Round, contacts: int, key: int, answers: int | None, by: User | None, at: datetime) -> None:
    """Say after how many months what is deleted; ``answers`` None keeps them."""
    kept = retention_of(round_)
    kept.contacts_months, kept.key_months, kept.answers_months = contacts, key, answers
    kept.save()
    facts = {"contacts_months": contacts, "key_months": key, "answers_months": answers}
    audit.record("retention.set", target=round_, by=by, at=at, facts=facts)


def _due(round_: Round, at: datetime) -> Iterator[Clock]:
    today = timezone.localtime(at).date()
    for planned in plan(round_):
        if planned.done_at is None and planned.due_on is not None and planned.due_on <= today:
            yield planned.clock


def _due_on(published: date | None, months: int | None) -> date | None:
    return months_after(published, months) if published and months is not None else None


def _contacts(round_: Round) -> int:
    """Return how many people the round knows: in the register, behind links, in authorities, beside the answers."""
    return (
        WorkplaceContact.objects.filter(workplace__round=round_).exclude(leader="", email="", phone="").count()
        + LinkHolder.objects.filter(case__round=round_).exclude(name="", email="", phone="").count()
        + AuthorityContact.objects.filter(round=round_).exclude(name="", email="").count()
        + CaseContact.objects.filter(round=round_, withdrawn_at__isnull=True).count()
        + ResultRequest.objects.filter(round=round_).count()
    )


def _delete_contacts(round_: Round, at: datetime) -> None:
    erasure.forget_contacts(Case.objects.filter(round=round_), at=at)
    erasure.forget_authorities(round_, at=at)
    erasure.forget_mails(Mail.objects.filter(round=round_), at=at)
    erasure.withdraw_consents(CaseContact.objects.filter(round=round_), at=at)
    ResultRequest.objects.filter(round=round_).delete()
    WorkplaceContact.objects.filter(workplace__round=round_).update(leader="", email="", phone="")


def _delete_key(round_: Round) -> None:
    """Give every unit of the frame a made-up number, and no name: nothing tells any more which one an answer is from.

    Stratum, authority and the coarse register variables stay, for the figures rest on them.
    """
    blank = {"name": "", "address": "", "p_number": "", "cvr": ""}
    numbers = list(Workplace.objects.of_round(round_).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        units = [_nameless(pk) for pk in numbers[start : start + AT_ONCE]]
        Workplace.objects.bulk_update(units, ["register_id", "permanent_random_number"])
    Workplace.objects.of_round(round_).update(**blank)
    CaseSearch.objects.filter(round=round_).update(name_key="", words="")


def _nameless(pk: int) -> Workplace:
    number = secrets.randbelow(2**53) / 2**53  # the permanent one can be computed from the register's number
    return Workplace(pk=pk, register_id=f"x{secrets.token_hex(9)}", permanent_random_number=number)
