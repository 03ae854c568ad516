"""What a file says of itself, whatever is in it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from barometer import PROGRAM
from responses.exports.table import About, Part
from responses.models import WeightSet
from responses.variables import Kind, Privacy, Variable, said, truths
from surveys.models import Round

LIVE = "live"
CONSTANTS = (
    ("case_round", Kind.TEXT, _("Round")),
    ("case_rehearsal", Kind.MARK, _("Rehearsal: made-up data")),
    ("case_questionnaire", Kind.TEXT, _("Questionnaire and its version")),
    ("file_privacy", Kind.TEXT, _("Privacy level of the file")),
    ("file_filter", Kind.TEXT, _("Which rows there are")),
    ("file_weights", Kind.TEXT, _("Which weights: a weight set, or live (of what is known today)")),
    ("file_program", Kind.TEXT, _("Program that made the file")),
)


def about_of(round_: Round, content: str, privacy: Privacy, language: str) -> About:
    definition = round_.questionnaire.definition()
    chosen = WeightSet.objects.used(round_)
    return About(
        round=round_.slug,
        title=definition.title.text(language, {}),
        rehearsal=round_.rehearsal,
        questionnaire=definition.name,
        content=content,
        privacy=privacy.value,
        filter=FILTERS[content],
        weights=f"{chosen.name} {chosen.diagnostics['digest'][:16]}" if chosen else LIVE,
        program=PROGRAM,
        language=language,
    )


def constant_variables(languages: Sequence[str]) -> tuple[Variable, ...]:
    """Return the last columns of every file: what it says of itself also where a format has no other room for it."""
    return tuple(
        Variable(name, kind, said(label, languages), truths(languages) if kind is Kind.MARK else ())
        for name, kind, label in CONSTANTS
    )


def constants(about: About) -> Part:
    """Return their cells, the same in all rows."""
    rehearsal = int(about.rehearsal)
    file = (about.privacy, about.filter, about.weights, about.program)
    return Part((about.round, rehearsal, about.questionnaire, *file))


FILTERS = {
    "responses": "submitted, or known not to be eligible",
    "texts": "submitted, read by staff and free to leave",
    "paradata": "answers begun",
    "contacts": "all cases of the sample",
    "events": "all cases of the sample",
}
