"""How many cases each step of a contact plan reaches on which day, and how many of them move and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from django.utils import timezone

from barometer.postal import postal_address
from responses import recipients
from responses.contact_days import Contact, Days
from responses.contact_elsewhere import LEAST_UNITS_FOR_KICK_OFF, TO_NO_CASE
from responses.models import Case, LinkHolder, ResultRequest, Wave
from responses.recipients import Audiences
from responses.statistics.dispositions import Disposition
from responses.statistics.eligibility import KINDS, Contactable, LeftOut, by_another_way, left_out
from surveys.calendar import ContactDay, Obstacle
from surveys.models import AddressKind, AuthorityContact, ContactStep, Round, SampleUnit

MOST_LOOKED_AT = 2_000  # open cases: a share of them is within two percentage points of that of all
NOBODY_YET = Contactable(
    disposition=Disposition.NOT_STARTED,
    reminders_stopped=False,
    link_retired=False,
    has_address=True,
    bounced=False,
    reads_for_the_authority=False,
    round_open=True,
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whom a step reaches as things stand now, and has reached.

    Attributes:
        days: how many cases (authorities for a kick-off, addresses for results) on which day.
        moved: how many of those who are still to be contacted are not on the planned day, by the reason.
        left_out: how many are not written to at all, by the reason.
    """

    step: ContactStep
    days: tuple[tuple[date, int], ...]
    moved: tuple[tuple[Obstacle, int], ...] = ()
    left_out: tuple[tuple[LeftOut, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(count for _, count in self.days)


def forecasts(round_: Round, days: Days, units: Mapping[str, int], at: datetime) -> list[Forecast]:
    """Return the forecast of every step; at most seven queries, however many cases there are.

    Before the round opens they are counted over the sample, afterwards over the cases that may be written to now.

    Args:
        units: the number of sampled workplaces by authority code.
    """
    to_cases = [step for step in days.steps if step.mail_name not in TO_NO_CASE]
    elsewhere = [step for step in days.steps if step.mail_name in TO_NO_CASE]
    found = _of_cases(to_cases, list(_people(round_, at)), days, round_)
    if elsewhere:
        waves = list(Wave.objects.filter(step__in=elsewhere).order_by("scheduled_for"))
        found |= {step.pk: _elsewhere(step, days, waves, units) for step in elsewhere}
    return [found[step.pk] for step in days.steps]


def open_cases_reached(steps: Sequence[ContactStep], round_: Round, at: datetime) -> dict[int, float]:
    """Return how many of the open cases each step would go to, as things stand now; at most seven queries.

    Looked at are ``MOST_LOOKED_AT`` of them at the most, evenly spread; their share is taken for that of all.
    """
    open_ = list(Case.objects.of_round(round_).unfinished().order_by("pk").values_list("pk", flat=True))
    if not (steps and open_):
        return dict.fromkeys((step.pk for step in steps), 0.0)
    looked_at = open_[:: ceil(len(open_) / MOST_LOOKED_AT)]
    audiences, people = Audiences(steps, [round_.pk]), list(recipients.receivers(round_, at, looked_at))
    found = {}
    for step in steps:
        judged = (audiences.judged(step.pk, holder, _by_channel(step, holder, each)) for holder, each in people)
        reached = sum(left_out(each, KINDS[step.mail_name]) is None for each in judged)
        found[step.pk] = reached / len(looked_at) * len(open_)
    return found


def _people(round_: Round, at: datetime) -> Iterator[tuple[LinkHolder, Contactable]]:
    """Yield who is written to; of a draft who would be, as the register has them."""
    if round_.status != Round.Status.DRAFT:
        yield from recipients.receivers(round_, at)
        return
    units = SampleUnit.objects.filter(sample__round=round_).select_related("workplace__contact").order_by("pk")
    for unit in units:
        person = unit.workplace.contact
        case = Case(pk=0, round=round_, sample_unit=unit, language=person.language)
        holder = LinkHolder(case=case, email=person.email, phone=person.phone, address_kind=person.kind)
        by_authority = person.kind == AddressKind.AUTHORITY
        yield holder, replace(NOBODY_YET, has_address=bool(person.email), reads_for_the_authority=by_authority)


def _of_cases(
    steps: Sequence[ContactStep], people: Sequence[tuple[LinkHolder, Contactable]], days: Days, round_: Round
) -> dict[int, Forecast]:
    audiences = Audiences(steps, [round_.pk])
    return {step.pk: _forecast(step, people, days, audiences) for step in steps}


def _forecast(
    step: ContactStep, people: Sequence[tuple[LinkHolder, Contactable]], days: Days, audiences: Audiences
) -> Forecast:
    on: Counter[date] = Counter()
    moved: Counter[Obstacle] = Counter()
    reasons: Counter[LeftOut] = Counter()
    kind, past, pk, nothing = KINDS[step.mail_name], _is_past(step), step.pk, dict[int, Contact]()
    for holder, contactable in people:
        reached = days.contacts.get(holder.case_id, nothing)
        day = days.of(step, holder.case_id, holder.case.sample_unit.workplace.authority_code)
        if pk in reached:
            on[reached[pk].day] += 1
        elif past or (step.swept_on is not None and day.day <= step.swept_on):
            continue  # its day is over
        elif reason := left_out(audiences.judged(pk, holder, _by_channel(step, holder, contactable)), kind):
            reasons[reason] += 1
        else:
            _count(day, on, moved)
    return Forecast(step, tuple(sorted(on.items())), tuple(moved.items()), tuple(reasons.items()))


def _count(day: ContactDay, on: Counter[date], moved: Counter[Obstacle]) -> None:
    on[day.day] += 1
    if day.moved_by is not None:
        moved[day.moved_by] += 1


def _by_channel(step: ContactStep, holder: LinkHolder, contactable: Contactable) -> Contactable:
    """Return how things stand where no e-mail address is needed, but a telephone number, or an address of paper.

    Calls and letters go to the workplace, so not where somebody else has the task.
    """
    if step.channel == ContactStep.Channel.EMAIL:
        return contactable
    if step.channel == ContactStep.Channel.PHONE:
        reachable = bool(holder.phone)
    else:
        reachable = bool(postal_address(holder.case.sample_unit.workplace.address).lines)
    elsewhere = contactable.task_elsewhere or holder.role == LinkHolder.Role.DELEGATE
    return replace(by_another_way(contactable, reachable=reachable), task_elsewhere=elsewhere)


def _elsewhere(step: ContactStep, days: Days, waves: Sequence[Wave], units: Mapping[str, int]) -> Forecast:
    """Return the forecast of a step that goes to no case; one query while none has been prepared."""
    on: Counter[date] = Counter()
    moved: Counter[Obstacle] = Counter()
    of_step = [wave for wave in waves if wave.step_id == step.pk]
    if of_step:
        for wave in of_step:
            on[timezone.localdate(wave.scheduled_for)] += wave.forecast
    elif step.mail_name == ContactStep.MailName.RESULT:
        addresses = ResultRequest.objects.filter(round=step.round_id).order_by().values_list("email", flat=True)
        for _ in {address.casefold() for address in addresses}:
            _count(days.of(step, 0, ""), on, moved)
    elif not _is_past(step):
        codes = AuthorityContact.objects.filter(round=step.round_id).order_by().values_list("authority_code", flat=True)
        for code in codes:
            if units.get(code, 0) >= LEAST_UNITS_FOR_KICK_OFF:
                _count(days.of(step, 0, code), on, moved)
    return Forecast(step, tuple(sorted(on.items())), tuple(moved.items()))


def _is_past(step: ContactStep) -> bool:
    """Whether the step announces an invitation that left, or was due, when the round was opened."""
    announces = step.mail_name in (ContactStep.MailName.KICK_OFF, ContactStep.MailName.PRE_NOTICE)
    opened_at = step.round.opened_at
    return announces and opened_at is not None and timezone.localdate(opened_at) >= step.round.opens_on
