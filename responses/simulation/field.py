"""A fieldwork in fast-forward: simulated leaders answer through the same actions as real ones."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from django.core.mail.backends.dummy import EmailBackend
from django.db import transaction
from django.utils.datastructures import MultiValueDict

from responses import links
from responses.actions import answering, bounce, case, contact, sending
from responses.models import Case, LinkHolder, Mail, Response
from responses.simulation.behaviour import CONFIRM_DAYS, Leader, at_work, bounces, leader
from responses.simulation.rehearsal import local
from responses.simulation.truth import plant
from responses.statistics.dispositions import Disposition
from surveys.answering.controls import controls
from surveys.models import ContactStep, Round, Workplace
from surveys.questionnaire.definition import Answers, Register
from surveys.questionnaire.routing import RoutePage, route

MAILS_LEAVE = time(10)
BATCH, BATCH_LASTS = 500, timedelta(minutes=5)
MAIL_RETURNS_AFTER = timedelta(minutes=20)
CONFIRMED_BY_PHONE = "Bekræftet over telefonen (øvelse)"


class Act(Protocol):
    """Something that somebody is going to do."""

    def __call__(self, *, at: datetime) -> object: ...


@dataclass(slots=True)
class _Person:
    """A leader with a personal link; ``pages`` of the route have been answered."""

    leader: Leader
    holder: LinkHolder
    register: Register
    answers: Answers
    pages: int = 0
    has_come: bool = False


class Field:
    """The leaders of a round that is open, and what they are going to do.

    Mails end in nothing, but are marked as sent. Only this round's mails and cases are touched. ``biased``: who had an
    innovation answers oftener.
    """

    def __init__(self, round_: Round, *, seed: int, biased: bool = True) -> None:
        self.round = round_
        self.seed = seed
        self.definition = round_.questionnaire.definition()
        self.people = _people(round_, seed, biased)
        self._due: list[tuple[datetime, int, Act]] = []
        self._number = 0

    def days(self, count: int) -> Iterator[date]:
        """Run the first so many days of the fieldwork, and yield each when it is over."""
        for day in (self.round.opens_on + timedelta(days=number) for number in range(count)):
            for step in self.round.contact_steps.filter(channel=ContactStep.Channel.EMAIL).order_by("day", "pk"):
                if step.date == day:
                    self._write_to_all(step, local(day, MAILS_LEAVE))
            midnight = local(day + timedelta(days=1), time(0))
            self._run_until(midnight)
            self._send_all(midnight)
            yield day

    def submitted(self) -> int:
        return Case.objects.of_round(self.round).filter(disposition=Disposition.SUBMITTED).count()

    def _later(self, at: datetime, act: Act) -> None:
        self._number += 1
        heapq.heappush(self._due, (at, self._number, act))

    def _run_until(self, end: datetime) -> None:
        while self._due and self._due[0][0] < end:
            at, _, act = heapq.heappop(self._due)
            with transaction.atomic():
                act(at=at)

    def _write_to_all(self, step: ContactStep, at: datetime) -> None:
        """Send a step's mails into nothing, and see whom they reach."""
        contact.queue_step(step=step, at=at)
        self._send_all(at)
        reminder = step.mail_name != ContactStep.MailName.INVITATION
        sent = step.mails.filter(status=Mail.Status.SENT)
        for mail in sent.prefetch_related("lines").order_by("pk"):
            assert mail.ended_at is not None
            if bounces(mail.address, self.seed):
                self._later(mail.ended_at + MAIL_RETURNS_AFTER, partial(bounce.record_bounce, mail=mail, by=None))
                continue
            for line in mail.lines.all():
                if not line.left_out:
                    self._reach(line.case_id, mail.ended_at, reminder=reminder)

    def _send_all(self, at: datetime) -> None:
        while self._send_batch(at):
            at += BATCH_LASTS

    @transaction.atomic
    def _send_batch(self, at: datetime) -> bool:
        sent = sending.send_due(at=at, limit=BATCH, connection=EmailBackend(), round_=self.round)
        return bool(sent)

    def _reach(self, case_id: int, contacted: datetime, *, reminder: bool) -> None:
        person = self.people[case_id]
        if person.leader.scanned:
            links.holder_of(links.ANSWER, links.token(links.ANSWER, person.holder))  # a GET reads, and nothing happens
        if (at := person.leader.reacts_at(contacted, reminder=reminder)) is not None:
            self._later(at, partial(self._come, person))

    def _come(self, person: _Person, at: datetime) -> None:
        """The first visit; a contact that brings somebody who has been here already changes nothing."""
        if person.has_come:
            return
        person.has_come = True
        visit = person.leader.visit
        if visit.declines:
            case.decline(holder=person.holder, at=at)
            return
        self._answer(person, at, most=visit.pages, returns_after=visit.returns_after)

    def _answer(
        self, person: _Person, at: datetime, *, most: int | None = None, returns_after: int | None = None
    ) -> None:
        """Answer the next pages; submit unless the leader leaves before, or the workplace is closed or merged."""
        holder = person.holder
        device = Response.Device.PHONE if person.leader.on_phone else Response.Device.COMPUTER
        planned = route(self.definition, person.register, person.answers)
        for page in planned.pages[person.pages : most]:
            answering.save_page(
                holder=holder,
                number=page.number,
                data=post_of(page, person.answers),
                at=at,
                complete=True,
                language=holder.case.language,
                device=device,
            )
            at += timedelta(seconds=person.leader.seconds)
            person.pages += 1
        if person.pages < len(planned.pages):
            if returns_after is not None:
                self._later(person.leader.returns_at(at, returns_after), partial(self._answer, person))
        elif planned.in_scope:
            answering.submit(holder=holder, at=at)
        else:
            confirm = partial(case.confirm_ineligible, case=holder.case, reason=CONFIRMED_BY_PHONE, by=None)
            self._later(at_work(at, CONFIRM_DAYS, person.leader.rng), confirm)


def post_of(page: RoutePage, answers: Answers) -> MultiValueDict[str, str]:
    """Return what a browser sends when the page is filled in with these answers."""
    post: MultiValueDict[str, str] = MultiValueDict()
    for control in (control for item in page.items for control in controls(item)):
        key = control.item.text_key(control.option) if control.option else control.item.code
        answer = answers.get(key)
        if control.row is not None and isinstance(answer, dict):
            answer = answer[control.row]
        if isinstance(answer, list):
            post.setlist(control.name, answer)
        elif answer is not None:
            post[control.name] = str(answer)
    return post


def _people(round_: Round, seed: int, biased: bool) -> dict[int, _Person]:
    """Return the leader of every case, by case."""
    frame = {workplace.register_id: workplace.register() for workplace in Workplace.objects.of_round(round_)}
    truth = plant(frame.items(), seed)
    holders = LinkHolder.objects.filter(case__round=round_, role=LinkHolder.Role.OWNER)
    people = {}
    for holder in holders.select_related("case__sample_unit__workplace").order_by("case_id"):
        register_id = holder.case.sample_unit.workplace.register_id
        register, answers = frame[register_id], truth[register_id]
        holder.case.round = round_
        people[holder.case_id] = _Person(
            leader=leader(register_id, register, answers, holder.address_kind, seed, biased=biased),
            holder=holder,
            register=register,
            answers=answers,
        )
    return people
