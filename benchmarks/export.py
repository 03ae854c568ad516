"""How long the file of answers and the dataset of the figures take, for a full round of about 2,270 responses.

    DATABASE_URL=postgresql://… python -m benchmarks.export

Simulates a whole fieldwork first, in a database of its own; that takes minutes. Target: a file in 1 s.
"""

from functools import partial

from django.db import connection

from benchmarks.dashboard import full_round, measured
from responses import exports
from responses.dataset import make_dataset
from responses.estimates import expressions_of, indicators_of
from responses.models import Response
from surveys.models import Round

REPEATS = 3
STYLES = {
    "codes": exports.Style(),
    "labels, Danish": exports.Style(labels=True, language="da"),
    "raw": exports.Style(raw=True),
}


def write(round_: Round, style: exports.Style) -> int:
    return sum(len(piece) for piece in exports.lines(round_, style))


def main() -> None:
    with full_round() as round_:
        print(f"{connection.vendor}: {Response.objects.submitted(round_).count()} responses")
        for name, style in STYLES.items():
            print(f"{name:<16} {measured(partial(write, round_, style), REPEATS)}")
        questionnaire = round_.questionnaire.definition()
        texts = expressions_of(questionnaire, indicators_of(questionnaire))
        print(f"{'dataset':<16} {measured(lambda: make_dataset(round_, texts), REPEATS)}, {len(texts)} columns")


if __name__ == "__main__":
    main()
