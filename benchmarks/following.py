"""How long the pages take on which a round is followed, with 4,540 cases and with 100,000.

    DATABASE_URL=postgresql://… python -m benchmarks.following [--cases 100000]

In a database of its own. Targets: the round page 150 ms and 1 s; representativity and what next 2 s with 4,540 cases.
"""

import argparse
import random
from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from barometer.bulk import copy_rows
from benchmarks.dashboard import visit
from benchmarks.rates import make_field
from responses.case_search import search_row
from responses.models import Case, CaseSearch, ContactAttempt, LinkHolder, Mail, Response
from responses.statistics.dispositions import Disposition
from responses.statistics.outcomes import CaseOutcome
from surveys.models import ContactStep, Round
from tests.people import browser_of, finn

STANDS = {
    CaseOutcome.COMPLETE: Disposition.SUBMITTED,
    CaseOutcome.PARTIAL: Disposition.STARTED,
    CaseOutcome.BREAK_OFF: Disposition.STARTED,
    CaseOutcome.REFUSAL: Disposition.DECLINED,
    CaseOutcome.BOUNCED: Disposition.BOUNCED,
    CaseOutcome.REPORTED: Disposition.INELIGIBLE_REPORTED,
    CaseOutcome.CLOSED: Disposition.INELIGIBLE,
    CaseOutcome.MERGED: Disposition.INELIGIBLE,
}
PAGES = ("round", "groups", "rates", "forecast", "representativity", "what-next", "work", "cases", "calls", "mails")


def fill(round_: Round, day: int = 15) -> None:
    """Put the round on its fieldwork's day, with answers, owners, and a mail to each case."""
    opened, rng = timezone.now() - timedelta(days=day), random.Random(day)
    opens_on = timezone.localdate(opened)
    dates = {
        "opens_on": opens_on,
        "deadline": opens_on + timedelta(days=30),
        "closes_on": opens_on + timedelta(days=45),
    }
    Round.objects.filter(pk=round_.pk).update(opened_at=opened, **dates)
    for outcome, disposition in STANDS.items():
        Case.objects.filter(round=round_, outcome=outcome).update(disposition=disposition)
    cases = list(Case.objects.filter(round=round_).select_related("sample_unit__workplace").order_by("pk"))
    copy_rows(CaseSearch, [search_row(case, case.sample_unit.workplace) for case in cases])
    copy_rows(LinkHolder, [_owner(case, rng) for case in cases])
    copy_rows(
        Response, [_response(case, opened, rng) for case in cases if case.disposition in ("started", "submitted")]
    )
    step = round_.contact_steps.get(mail_name="invitation")
    copy_rows(Mail, [_mail(case, step, opened) for case in cases])
    of_case = zip(Mail.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True), cases, strict=True)
    owners = dict(LinkHolder.objects.filter(case__round=round_).values_list("case", "pk"))
    lines = [ContactAttempt(case=case, step=step, mail_id=pk, holder_id=owners[case.pk]) for pk, case in of_case]
    copy_rows(ContactAttempt, lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _owner(case: Case, rng: random.Random) -> LinkHolder:
    phone = "70123456" if rng.random() < 0.7 else ""
    return LinkHolder(case=case, email=f"leder{case.pk}@by.example", phone=phone, address_kind="person")


def _response(case: Case, opened: datetime, rng: random.Random) -> Response:
    at = opened + timedelta(days=14 * rng.random() ** 2)
    sent = at + timedelta(minutes=rng.randrange(5, 60)) if case.disposition == "submitted" else None
    device = rng.choice(Response.Device.values)
    return Response(
        case=case,
        questionnaire_id=case.round.questionnaire_id,
        resumes_at="only",
        device=device,
        started_at=at,
        submitted_at=sent,
    )


def _mail(case: Case, step: ContactStep, at: datetime) -> Mail:
    address, times = f"leder{case.pk}@by.example", dict.fromkeys(("scheduled_for", "handed_over_at", "ended_at"), at)
    status = Mail.Status.SENT
    return Mail(
        round_id=case.round_id, name="invitation", step=step, language="da", address=address, status=status, **times
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="*", default=[4_540, 100_000])
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        browser = browser_of(finn())
        for cases in parser.parse_args().cases:
            round_ = make_field(cases)
            fill(round_)
            print(f"{cases} cases")
            for name in PAGES:
                visit(browser, name, round_, 5)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
