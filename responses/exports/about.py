"""What a file says of itself, whatever is in it."""

from barometer import PROGRAM
from responses.exports.table import About
from responses.models import WeightSet
from responses.variables import Privacy
from surveys.models import Round

LIVE = "live"


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


FILTERS = {
    "responses": "submitted, or known not to be eligible",
    "texts": "submitted, read by staff and free to leave",
    "paradata": "answers begun",
    "contacts": "all cases of the sample",
    "events": "all cases of the sample",
}
