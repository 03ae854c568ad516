"""A respondent's own copy of the answers, at a signed address that only the browser that submitted is sent to.

The address holds no secret that is stored: it is signed over the response and the moment of submission, so that it dies
after 24 hours, and at once when the answers are opened again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from barometer.formats import moment
from barometer.pdf import tagged_pdf
from barometer.prepared import Prepared
from responses import links
from responses.models import Response
from responses.references import reference
from surveys.answering.wording import AnswerLine, Wording
from surveys.questionnaire.definition import POSSIBLE_CASE
from surveys.questionnaire.routing import Route, RoutePage, route

LASTS = timedelta(hours=24)
TEMPLATE = Path(__file__).resolve().parent / "copy.typ"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RESPONSES = Response.objects.select_related("case__round__questionnaire", "case__sample_unit__workplace").order_by()
RESPONSE = Prepared(lambda pk: RESPONSES.filter(pk=pk), -1)


@dataclass(frozen=True, slots=True)
class AnsweredPage:
    """A page of the route in words; the items are questions with their answers."""

    page: RoutePage
    title: str
    items: tuple[tuple[str, tuple[AnswerLine, ...]], ...]


def token(response: Response) -> str:
    """Return the secret part of the address of a submitted response's receipt and copy."""
    return links.signed(links.COPY, response.pk, _generation(response))


def response_of(text: str, at: datetime) -> Response | None:
    """Return the submitted response, with case, round and workplace, whose receipt this opens at this moment."""
    if (number := links.number_in(text)) is None:
        return None
    response = RESPONSE.first(number)
    if response is None or response.submitted_at is None or not at - LASTS < response.submitted_at <= at:
        return None
    return response if links.is_signed(links.COPY, text, response.pk, _generation(response)) else None


def seen(response: Response) -> str:
    """Return what a page that shows these answers carries: whoever sends it back has seen them."""
    return links.signed(links.SEEN, response.pk, _digest(response))


def has_seen(response: Response, text: str) -> bool:
    """Whether this came from a page that showed the answers as they are now."""
    return links.is_signed(links.SEEN, text, response.pk, _digest(response))


def in_words(found: Route, language: str) -> list[AnsweredPage]:
    """Return what was asked on this route and answered, page by page."""
    wording = Wording.of(found, language)
    return [
        AnsweredPage(
            page=page,
            title=wording.text(page.label),
            items=tuple(
                (wording.text(item.question.label), wording.answer(item, found.answers))
                for item in page.items
                if item.question.type != "display"
            ),
        )
        for page in found.pages
    ]


def pages_of(response: Response, language: str) -> list[AnsweredPage]:
    """Return a response in words."""
    case = response.case
    found = route(case.round.questionnaire.definition(), case.sample_unit.workplace.register(), response.answers)
    return in_words(found, language)


def may_be_a_case(response: Response) -> bool:
    """Whether the questionnaire says of these answers that its workplace may be asked for a case contact."""
    case = response.case
    found = route(case.round.questionnaire.definition(), case.sample_unit.workplace.register(), response.answers)
    return found.value(POSSIBLE_CASE) is True


def as_pdf(response: Response, language: str) -> bytes:
    """Return the answers as a tagged PDF in the active language, which is to be ``language``."""
    case = response.case
    workplace = case.sample_unit.workplace
    assert response.submitted_at is not None
    survey = case.round.questionnaire.title[language]
    unanswered = [{"row": "", "text": _("Not answered")}]
    return tagged_pdf(
        TEMPLATE,
        {
            "language": language,
            "title": _("Your answers to %(survey)s") % {"survey": survey},
            "rehearsal": _("Rehearsal – not a real survey") if case.round.rehearsal else "",
            "facts": [
                [_("Workplace"), f"{workplace.name}, {workplace.address}"],
                [_("Received"), moment(response.submitted_at)],
                [_("Reference number"), reference(case.pk)],
            ],
            "pages": [
                {
                    "title": page.title,
                    "items": [
                        {"question": question, "lines": _lines(lines) or unanswered} for question, lines in page.items
                    ],
                }
                for page in pages_of(response, language)
            ],
        },
    )


def _lines(lines: tuple[AnswerLine, ...]) -> list[dict[str, str]]:
    return [{"row": line.row, "text": text} for line in lines for text in line.texts]


def _generation(response: Response) -> int:
    assert response.submitted_at is not None
    return (response.submitted_at - EPOCH) // timedelta(microseconds=1)


def _digest(response: Response) -> int:
    answers = json.dumps(response.answers, sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(answers.encode()).digest()[:8])
