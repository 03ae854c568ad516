"""Set up a rehearsal round on a made-up register, through the same actions that staff use."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from responses.actions.fieldwork import open_round
from responses.simulation.register import FULL_SIZE, write_register
from surveys.actions.default_plan import StepPlan
from surveys.actions.frame import load_frame
from surveys.actions.questionnaire import load_questionnaire, publish_questionnaire, shipped_document
from surveys.actions.round import create_round
from surveys.actions.sample import draw_sample
from surveys.models import ContactStep, Questionnaire, Round

INSTRUMENT = "innovation-barometer-dk-2018-19"
FULL_SAMPLE = 4_540
START = 0.25
FIELD_DAYS, DEADLINE_DAY = 45, 40
# On these very days, whatever day it is today: the fieldwork is the same whenever it is simulated.
PLAN = (
    StepPlan(ContactStep.MailName.INVITATION, 0, waits=False),
    StepPlan(ContactStep.MailName.REMINDER_1, 5, waits=False),
    StepPlan(
        ContactStep.MailName.CALLS, 23, ContactStep.Channel.PHONE, waits=False
    ),  # nobody calls, or posts a letter:
    StepPlan(ContactStep.MailName.LETTER, 32, ContactStep.Channel.LETTER, waits=False),  # that is for whoever tries it
)
OPENING, SET_UP_DAYS_BEFORE = time(9), 7


@transaction.atomic
def set_up(*, slug: str, opens_on: date, seed: int, size: int = FULL_SAMPLE, population: int = FULL_SIZE) -> Round:
    """Create the round, load its frame, draw its sample a week before it opens, and open it.

    Raises: SampleRefused when a sample of this size cannot be drawn; IntegrityError for a slug that is taken.
    """
    at = local(opens_on - timedelta(days=SET_UP_DAYS_BEFORE), OPENING)
    round_ = create_round(
        slug=slug,
        questionnaire=_shipped_instrument(at),
        opens_on=opens_on,
        deadline=opens_on + timedelta(days=DEADLINE_DAY),
        closes_on=opens_on + timedelta(days=FIELD_DAYS),
        rehearsal=True,
        second_person=False,
        plan=PLAN,
        by=None,
        at=at,
    )
    register = write_register(population, seed)
    load_frame(round_=round_, name="oevelsesregister.csv", data=register, by=None, at=at)
    draw_sample(round_=round_, size=size, start=START, accept_merges=True, by=None, at=at)
    open_round(round_=round_, by=None, at=local(opens_on, OPENING))
    return Round.objects.select_related("questionnaire").get(pk=round_.pk)


def local(day: date, hour: time) -> datetime:
    """Return a time of the clock on the wall in Denmark."""
    return datetime.combine(day, hour, timezone.get_default_timezone())


def _shipped_instrument(at: datetime) -> Questionnaire:
    """Return the shipped version of the instrument; load and publish it if nobody has."""
    published = Questionnaire.objects.filter(code=INSTRUMENT, published_at__isnull=False)
    if (found := published.order_by("version").first()) is not None:  # later versions are somebody's own
        return found
    document = shipped_document(INSTRUMENT)
    assert document is not None
    questionnaire = load_questionnaire(document=document, by=None, at=at).questionnaire
    publish_questionnaire(questionnaire=questionnaire, by=None, at=at)
    return questionnaire
