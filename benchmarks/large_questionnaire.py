"""Whether 300 questions cost more: CPU for opening and for saving a page, beside the shipped questionnaire.

    DATABASE_URL=postgresql://… python -m benchmarks.large_questionnaire

Both questionnaires are filled in up to the middle in a database of its own; then that page is opened and saved again
and again by the test client, so without a network and a web server. Target: README.md.
"""

import argparse
import os
import time
from collections.abc import Callable, Mapping
from statistics import median

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import environment

os.environ.setdefault("DATABASE_URL", "sqlite:///benchmark.sqlite3")  # replaced by one in memory
assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.test import Client  # noqa: E402

from responses.models import LinkHolder, Response  # noqa: E402
from surveys.actions.questionnaire import shipped_document  # noqa: E402
from tests.factories import make_case, make_open_round, make_questionnaire  # noqa: E402
from tests.instruments import BAROMETER  # noqa: E402
from tests.large_questionnaire import document  # noqa: E402
from tests.leaders import LONG_WAY, current_route, filled, link, owner_of, stored_answers, walk  # noqa: E402

TARGET = 2.0
PAGES = {"the shipped questionnaire": (BAROMETER, 7), "300 questions": ("", 15)}


def measure(act: Callable[[int], object], times: int) -> float:
    """Return the median milliseconds of CPU of one call, after some that are not counted."""
    spent = []
    for number in range(times + 10):
        begun = time.process_time()
        act(number)
        spent.append((time.process_time() - begun) * 1000)
    return median(spent[10:])


def costs(name: str, number: int, times: int) -> tuple[float, float]:
    """Return what opening and saving a page costs somebody who has answered every page."""
    text = shipped_document(name) if name else document()
    holder = owner_of(make_case(make_open_round(questionnaire=make_questionnaire(text or ""))))
    client, path = Client(), link(holder, "answer-page", number)
    list(walk(client, holder, LONG_WAY if name else every_yes(holder)))
    page = current_route(holder).page(number)
    assert page
    question = next(item for item in page.items if item.question.type == "multi")
    data = filled(page, stored_answers(holder), LONG_WAY)
    del data["_stored"]  # or the second save would be of somebody who has not seen the first

    def save(turn: int) -> None:
        """Each time another answer, so that there is something to save."""
        mark = [code for code in question.option_codes if code not in question.exclusive_codes][turn % 2]
        answer = client.post(path, {**data, question.code: [mark]})
        assert answer.status_code == 303, answer.content.decode()

    return measure(lambda turn: client.get(path), times), measure(save, times)


def every_yes(holder: LinkHolder) -> Mapping[str, list[str]]:
    questions = holder.case.round.questionnaire.definition().questions
    return {question.code: ["yes"] for question in questions if question.type == "single"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="how often each page is opened and saved")
    options = parser.parse_args()
    found = {title: costs(*page, options.times) for title, page in PAGES.items()}
    for title, (opened, saved) in found.items():
        print(f"{title}: opening {opened:.1f} ms, saving {saved:.1f} ms of CPU")
    (small_open, small_save), (large_open, large_save) = found.values()
    ratios = large_open / small_open, large_save / small_save
    print(f"ratio: opening {ratios[0]:.2f}, saving {ratios[1]:.2f}; at most {TARGET} on {connection.vendor}")
    assert Response.objects.count() == len(PAGES)


if __name__ == "__main__":
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
