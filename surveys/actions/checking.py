"""Everything that is to be known about a questionnaire before it is published: errors, warnings, minutes to answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from barometer.problems import Problem
from surveys.models import Questionnaire
from surveys.questionnaire import definition
from surveys.questionnaire.checks import check, is_error
from surveys.questionnaire.duration import Duration, durations
from surveys.questionnaire.expression import ExpressionError
from surveys.questionnaire.meaning import check_meaning, is_earlier, same_instrument

# Errors that do not keep a draft from being shown: what is asked can still be worked out, something is only missing.
SHOWABLE = frozenset(
    {
        *("missing_translation", "missing_translation_of_code", "unknown_language", "unknown_brace"),
        *("unreachable", "unreachable_choice", "no_options", "no_rows", "empty_scale", "duplicate_value"),
        *("max_out_of_range", "max_length_out_of_range", "bad_slug", "bad_version", "bad_country", "period_backwards"),
    }
)


IMPORT = "xls_"  # begins the codes of what an import could not take over


@dataclass(frozen=True, slots=True)
class Findings:
    """``errors`` block publishing, ``warnings`` do not."""

    errors: Sequence[Problem]
    warnings: Sequence[Problem]

    @property
    def hidden(self) -> list[Problem]:
        """The errors that must be mended before the questionnaire can be shown as respondents get it."""
        return [one for one in self.errors if one.code not in SHOWABLE and not one.code.startswith(IMPORT)]

    @classmethod
    def sorted_out(cls, problems: Sequence[Problem]) -> "Findings":
        errors = [problem for problem in problems if is_error(problem)]
        return cls(errors, [problem for problem in problems if not is_error(problem)])


def findings(questionnaire: Questionnaire) -> Findings:
    """Check a questionnaire as it stands in the database."""
    try:
        found = questionnaire.definition()
    except ExpressionError as error:
        code = "expression_part" if error.part else "expression_syntax"
        return Findings([Problem(code, "", {"expression": error.text, "part": error.part})], [])
    return findings_of(found, [*open_remarks(questionnaire), *check(found)])


def open_remarks(questionnaire: Questionnaire) -> list[Problem]:
    """What an import could not take over, and nobody has settled yet."""
    return [remark.problem for remark in questionnaire.import_remarks.unsettled().order_by("number")]


def findings_of(found: definition.Questionnaire, problems: Sequence[Problem]) -> Findings:
    """Add to the problems of a questionnaire what the earlier editions of the same instrument show."""
    return Findings.sorted_out([*problems, *check_meaning(found, earlier_editions(found))])


def earlier_editions(found: definition.Questionnaire) -> list[definition.Questionnaire]:
    """The published editions of the same instrument that came before."""
    published = (row.definition() for row in Questionnaire.objects.published().order_by("code", "version"))
    return [other for other in published if same_instrument(other, found) and is_earlier(other, found)]


def minutes_to_answer(questionnaire: Questionnaire) -> tuple[Duration, ...]:
    """By language, of a questionnaire without errors, else (); half a second of work for a long one."""
    return () if findings(questionnaire).errors else durations(questionnaire.definition())
