"""Somebody reads what respondents wrote in their own words, before any of it may leave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions.answering import route_of
from responses.exports.own_words import own_words
from responses.models import Response, Screening
from surveys.answering.wording import Wording
from surveys.models import Round
from surveys.questionnaire.routing import Route


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What one response says in its own words on its route, by the name of its column."""

    response: Response
    route: Route
    texts: Mapping[str, str]

    def in_words(self, language: str) -> list[tuple[str, str]]:
        """Return each text with the question that it answers."""
        wording = Wording.of(self.route, language)
        items = {item.code: item for item in self.route.items}
        return [
            (wording.text(items[name.partition("__")[0]].question.label), text) for name, text in self.texts.items()
        ]


def to_screen(round_: Round, limit: int) -> list[OwnWords]:
    """Return submitted responses with words that nobody has read yet, the oldest first."""
    return [each for each in _waiting(round_, limit) if each.texts]


def _waiting(round_: Round, limit: int) -> Iterator[OwnWords]:
    """Yield what is not screened, wordless ones too, until so many with words are found."""
    waiting = Response.objects.submitted(round_).filter(screening__isnull=True)
    found = 0
    for response in waiting.select_related("case__sample_unit__workplace").iterator(chunk_size=200):
        response.case.round = round_
        taken = route_of(response.case, response.answers)
        texts = own_words(taken)
        yield OwnWords(response, taken, texts)
        found += bool(texts)
        if found == limit:
            return


@transaction.atomic
def screen(*, round_: Round, decisions: Mapping[int, bool], by: User, at: datetime) -> int:
    """Note of these responses whether their words may leave; return of how many. What is screened already is left.

    Responses without a word that stand before them are noted too: there is nothing to read in them.

    Args:
        decisions: whether it passes, by response; those of other rounds and unsubmitted ones are passed over.
    """
    wordless = {each.response.pk: True for each in _waiting(round_, len(decisions) + 1) if not each.texts}
    known = Response.objects.submitted(round_).filter(pk__in=decisions, screening__isnull=True)
    numbers: Sequence[int] = list(known.values_list("pk", flat=True))
    read = wordless | {number: decisions[number] for number in numbers}
    Screening.objects.bulk_create(
        [Screening(response_id=number, passes=passes, at=at, by=by) for number, passes in read.items()]
    )
    if numbers:
        facts = {"responses": len(numbers), "passed": sum(decisions[number] for number in numbers)}
        audit.record("texts.screened", target=round_, by=by, at=at, facts=facts)
    return len(numbers)
