"""How long the files of a full round of about 2,270 responses take, in every format.

    DATABASE_URL=postgresql://… python -m benchmarks.export

Simulates a whole fieldwork first, in a database of its own; that takes minutes. Target: all formats in 5 s together.
"""

import tempfile
from functools import partial
from pathlib import Path

from django.db import connection

from benchmarks.dashboard import full_round, measured
from responses.dataset import make_dataset
from responses.estimates import expressions_of, indicators_of
from responses.exports.formats import FORMATS
from responses.exports.making import Made, Order, make_file
from responses.models import Response
from responses.variables import Privacy
from surveys.models import Round

REPEATS = 3


def write(round_: Round, format_: str) -> Made:
    with tempfile.TemporaryDirectory() as folder:
        order = Order("responses", Privacy.STATISTICAL, format_, "da")
        return make_file(round_, order, Path(folder, "file"), lambda rows, of: None)


def main() -> None:
    with full_round() as round_:
        print(f"{connection.vendor}: {Response.objects.submitted(round_).count()} responses")
        for name in FORMATS:
            print(f"{name:<16} {measured(partial(write, round_, name), REPEATS)}")
        questionnaire = round_.questionnaire.definition()
        texts = expressions_of(questionnaire, indicators_of(questionnaire))
        print(f"{'dataset':<16} {measured(lambda: make_dataset(round_, texts), REPEATS)}, {len(texts)} columns")


if __name__ == "__main__":
    main()
