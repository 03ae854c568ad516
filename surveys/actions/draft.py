"""Every change of a draft goes through ``changing``: the lock, the checks, the snapshot and the audit line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from surveys.actions.checking import findings_of, open_remarks
from surveys.models import Act, Part, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire import definition
from surveys.questionnaire.checks import check
from surveys.questionnaire.document import to_yaml
from surveys.questionnaire.expression import ExpressionError, parse

MOST_SNAPSHOTS = 200  # of each questionnaire: some 10 MB for a long one
# What whoever saves a part is told at once, and then nothing is saved. All else may wait until publishing.
REFUSED = frozenset(
    {
        *("unknown_name", "unknown_code", "unknown_row", "wrong_use", "not_true_or_false", "not_several_marks"),
        *("does_not_compare", "forward_reference", "same_page", "loop", "condition_too_long"),
        *("bad_code", "duplicate_code", "duplicate_value", "register_prefix", "reserved_prefix", "reserved_word"),
        *("bad_slug", "bad_version", "bad_country", "bad_language", "period_backwards"),
        *("open_in_grid", "max_out_of_range", "max_length_out_of_range", "unknown_brace"),
    }
)
PLACES = {
    Part.QUESTION: "{}",
    Part.PAGE: "pages.{}",
    Part.SCALE: "scales.{}",
    Part.DERIVED: "derived.{}",
    Part.REGISTER: "register.{}",
    Part.TEXTS: "texts",
}


class DraftRefused(Exception):
    """What was to be saved has faults that its author can mend at once; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


class ChangedMeanwhile(Exception):
    """Somebody else has saved the same part since its form was opened; nothing was written."""


class PartGone(Exception):
    """Somebody else has deleted or renamed the part; nothing was written."""


@dataclass(slots=True)
class Draft:
    """A locked draft while it is changed.

    Attributes:
        elsewhere: the problems that the change makes in other parts.
        dropped: fields of a question left out because they do not go with the rest.
        followed: what else was changed, as it called the part by its old name.
    """

    questionnaire: Questionnaire
    act: Act | None = None
    part: Part = Part.QUESTIONNAIRE
    name: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    elsewhere: list[Problem] = field(default_factory=list)
    dropped: Sequence[str] = ()
    followed: Sequence[str] = ()

    def did(self, act: Act, part: Part, name: str = "", **facts: object) -> None:
        """Say what was done. Nothing is recorded when the draft is then what it was before."""
        self.act, self.part, self.name, self.facts = act, part, name, facts

    def is_own(self, where: str) -> bool:
        """Whether a problem lies in the part that was changed."""
        if self.part == Part.QUESTIONNAIRE:
            return where in ("", "reference_period")
        own = PLACES[self.part].format(self.name)
        return where == own or where.startswith(f"{own}.")


@contextmanager
def changing(questionnaire: Questionnaire, *, by: User | None, at: datetime) -> Iterator[Draft]:
    """Lock a draft, let the caller change its rows and say so with ``did``, then check and record it.

    Raises: QuestionnaireFrozen when it is published; DraftRefused when the changed part has faults of its own that it
        did not have before.
    """
    with transaction.atomic():
        locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
        if locked.published_at is not None:
            raise QuestionnaireFrozen
        if not locked.snapshots.exists():
            keep_snapshot(locked, act=Act.FOUND, part=Part.QUESTIONNAIRE, by=None, at=at)
        before = problems_of(locked)
        draft = Draft(locked)
        yield draft
        if draft.act is not None:
            _finish(draft, before, by=by, at=at)


def _finish(draft: Draft, before: Sequence[Problem], *, by: User | None, at: datetime) -> None:
    new = [problem for problem in problems_of(draft.questionnaire) if problem not in before]
    faults = [problem for problem in new if problem.code in REFUSED and draft.is_own(problem.where)]
    if faults and draft.act in (Act.ADDED, Act.CHANGED):
        raise DraftRefused(faults)
    draft.elsewhere = [problem for problem in new if not draft.is_own(problem.where)]
    assert draft.act is not None
    if keep_snapshot(draft.questionnaire, act=draft.act, part=draft.part, name=draft.name, by=by, at=at):
        facts = {"name": draft.name, **draft.facts} if draft.name else dict(draft.facts)
        what = f"questionnaire.{draft.act}" if draft.part == Part.QUESTIONNAIRE else f"{draft.part}.{draft.act}"
        audit.record(what, target=str(draft.questionnaire), by=by, at=at, facts=facts)


def keep_snapshot(
    questionnaire: Questionnaire, *, act: Act, part: Part, by: User | None, at: datetime, name: str = ""
) -> bool:
    """Keep what a locked draft is now; False when that is what the newest snapshot holds. The oldest go."""
    found = definition_of(questionnaire)
    if found is None:
        return False
    document = to_yaml(found)
    last = questionnaire.snapshots.order_by("-number").first()
    if last is not None and last.document == document:
        return False
    number = last.number + 1 if last else 1
    values = {"act": act, "part": part, "name": name, "by": by, "at": at}
    questionnaire.snapshots.create(number=number, document=document, **values)
    questionnaire.snapshots.filter(number__lte=number - MOST_SNAPSHOTS).delete()
    return True


def problems_of(questionnaire: Questionnaire) -> list[Problem]:
    """Everything that the checks find in the rows, errors first; seven queries for a draft."""
    found = definition_of(questionnaire)
    if found is None:
        return [Problem("unreadable_expression", "")]
    sorted_out = findings_of(found, [*open_remarks(questionnaire), *check(found)])
    return [*sorted_out.errors, *sorted_out.warnings]


def problems_in(found: definition.Questionnaire) -> list[Problem]:
    """Everything that the checks find in a definition, with what earlier editions show; errors first."""
    sorted_out = findings_of(found, check(found))
    return [*sorted_out.errors, *sorted_out.warnings]


def definition_of(questionnaire: Questionnaire) -> definition.Questionnaire | None:
    """None when the rows of a draft hold an expression that cannot be read."""
    try:
        return questionnaire.definition()
    except ExpressionError:
        return None


def refuse_unreadable(expressions: Mapping[str, str]) -> None:
    """Raise DraftRefused unless each of the expressions (by place) can be read; an empty one is none."""
    problems = []
    for where, text in expressions.items():
        try:
            parse(text) if text else None
        except ExpressionError as error:
            code = "expression_part" if error.part else "expression_syntax"
            problems.append(Problem(code, where, {"expression": text, "part": error.part}))
    if problems:
        raise DraftRefused(problems)


def refuse_taken(others: "models.QuerySet[models.Model]", field_name: str, code: str, where: str) -> None:
    """Raise DraftRefused when another row has the code already."""
    if others.filter(**{field_name: code}).exists():
        raise DraftRefused([Problem("duplicate_code", where, {"code": code})])


def save_row(row: models.Model) -> None:
    """Validate and save; forms have found before what a person can mend, so a ValidationError is our own mistake."""
    row.full_clean()
    row.save()
