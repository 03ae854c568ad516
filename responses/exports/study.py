"""What the documents about a round's files say of the study: its title, who is responsible, sample and weights."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Sum
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.formats import number
from responses.models import WeightSet
from responses.models.weighting import IMPORTED
from responses.variables import Texts, said, written
from surveys.models import Round, RoundText, Stratum

SAMPLED = _(
    "Stratified random sample without replacement: %(units)s of %(workplaces)s workplaces in %(strata)s strata of "
    "level, industry group and size class."
)
LIVE_WEIGHTS = _(
    "case_weight is the number of workplaces that a row stands for: the workplaces of its stratum in the frame, "
    "divided by the rows of the stratum. Strata in which too little is known are joined (case_weighting_stratum)."
)
STORED_WEIGHTS = _(
    "case_weight is the number of workplaces that a row stands for, of the weight set “%(name)s” (%(stage)s), which "
    "the figures use."
)
READY_WEIGHTS = _("case_weight is the number of workplaces that a row stands for, as it stood in the imported file.")


@dataclass(frozen=True, slots=True)
class Study:
    """Texts are by language, and empty where nobody has written them; dates are None where there are none.

    Attributes:
        producer: who is responsible: the data controller, else the sender of the mails.
        period: the first and the last day that the questions are about.
        collected: the first and the last day of the fieldwork.
        sampling: how the workplaces were drawn; empty where the program does not know.
    """

    titles: Texts = field(default_factory=dict)
    producer: Texts = field(default_factory=dict)
    purpose: Texts = field(default_factory=dict)
    sampling: Texts = field(default_factory=dict)
    weighting: Texts = field(default_factory=dict)
    country: str = ""
    period: tuple[date, date] | None = None
    collected: tuple[date, date] | None = None


def study_of(round_: Round, languages: Sequence[str]) -> Study:
    """Return what is known of a round's study; a handful of queries."""
    definition = round_.questionnaire.definition()
    chosen = WeightSet.objects.used(round_)
    return Study(
        titles=written(definition.title, languages),
        producer=_text(round_, RoundText.Field.CONTROLLER) or _text(round_, RoundText.Field.SENDER),
        purpose=_text(round_, RoundText.Field.PURPOSE),
        sampling={} if chosen and chosen.method == IMPORTED else _sampling(round_, languages),
        weighting=_weighting(chosen, languages),
        country=round_.country,
        period=(definition.reference_start, definition.reference_end),
        collected=_collected(round_),
    )


def _text(round_: Round, field_: str) -> Texts:
    texts = RoundText.objects.filter(round=round_, field=field_, language__in=round_.languages).order_by("pk")
    return dict(texts.values_list("language", "text"))


def _sampling(round_: Round, languages: Sequence[str]) -> Texts:
    strata = Stratum.objects.filter(sample__round=round_)
    found = strata.aggregate(strata=Count("pk"), units=Sum("sample_size"), workplaces=Sum("population_size"))
    return _filled(SAMPLED, found, languages) if found["strata"] else {}


def _filled(text: Promise, numbers: dict[str, int], languages: Sequence[str]) -> Texts:
    found = {}
    for language in languages:
        with translation.override(language):
            found[language] = str(text) % {name: number(value) for name, value in numbers.items()}
    return found


def _weighting(chosen: WeightSet | None, languages: Sequence[str]) -> Texts:
    if chosen is None:
        return said(LIVE_WEIGHTS, languages)
    if chosen.method == IMPORTED:
        return said(READY_WEIGHTS, languages)
    found = {}
    for language in languages:
        with translation.override(language):
            found[language] = str(STORED_WEIGHTS) % {"name": chosen.name, "stage": chosen.get_stage_display()}
    return found


def _collected(round_: Round) -> tuple[date, date]:
    """Return the days on which it happened, else those that are planned."""
    first = timezone.localtime(round_.opened_at).date() if round_.opened_at else round_.opens_on
    last = timezone.localtime(round_.closed_at).date() if round_.closed_at else round_.closes_on
    return first, max(first, last)
