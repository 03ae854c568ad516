"""One act on many cases: seen before it is done, one line in the audit log, undone where it still stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses.actions import bulk, bulk_undo, contact, events
from responses.actions.bulk import Wish
from responses.actions.case import NewContact
from responses.models import BulkAct, BulkChange, Case, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
SHARED = NewContact("", "faelles@kommune.example", "authority")
WISHES = {"language": Wish(language="en"), "address": Wish(contact=SHARED)}


@pytest.fixture
def round_() -> Round:
    return make_open_round()


def do(round_: Round, kind: str, cases: list[Case], **changes: Any) -> BulkAct:
    wish = WISHES.get(kind, Wish())
    planned = bulk.plan(round_=round_, kind=kind, cases=[case.pk for case in cases], wish=Wish(), at=NOON)
    how: dict[str, Any] = {"reason": "as agreed", "by": finn(), "at": NOON, "wish": wish} | changes
    return bulk.apply(round_=round_, kind=kind, seen={each.case.pk: each.seen for each in planned}, **how)


def undo(act: BulkAct) -> tuple[list[int], list[int]]:
    found = bulk_undo.undo(act=act, by=finn(), at=LATER)
    return [each.case_id for each in found.standing], [each.case_id for each in found.moved_on]


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def state(case: Case) -> tuple[object, ...]:
    """All that an act may change."""
    now = refreshed(case)
    held = owner(case)
    open_pauses = case.pauses.filter(ended_at=None).count()
    bounced = case.events.filter(kind__in=("bounced", "address_changed", "link_issued")).order_by("-pk").first()
    came_back = bounced is not None and bounced.kind == EventKind.BOUNCED
    return now.disposition, now.language, held.name, held.email, held.address_kind, held.phone, open_pauses, came_back


@pytest.mark.parametrize("kind", BulkAct.Kind.values)
@pytest.mark.parametrize(
    "before",
    [
        [],
        [EventKind.STARTED],
        [EventKind.BOUNCED],
        [EventKind.STARTED, EventKind.BOUNCED],
        [EventKind.REPORTED_CLOSED],
        [EventKind.DECLINED],
    ],
)
def test_undoing_at_once_leaves_every_case_as_it_was(round_: Round, kind: str, before: list[EventKind]) -> None:
    cases = [make_case(round_, events=before) for _ in range(2)]
    if kind == "resume":
        do(round_, "pause", cases) if before not in ([EventKind.REPORTED_CLOSED], [EventKind.DECLINED]) else None
    states = [state(case) for case in cases]
    try:
        act = do(round_, kind, cases)
    except bulk.NothingLeft:
        assert [state(case) for case in cases] == states
        return
    assert [state(case) for case in cases] != states
    assert undo(act) == ([case.pk for case in cases], [])
    assert [state(case) for case in cases] == states


def test_an_act_is_one_line_in_the_audit_log_and_an_event_in_each_case(round_: Round) -> None:
    cases = [make_case(round_) for _ in range(3)]
    act = do(round_, "refusal", cases)
    [line] = AuditEvent.objects.filter(what="cases.acted_on")
    assert (line.target, line.reason) == (f"bulkact:{act.pk}", "as agreed")
    assert line.facts == {"act": "refusal", "cases": 3, "left_out": 0}
    assert [case.events.filter(kind=EventKind.REFUSED, by=finn()).count() for case in cases] == [1, 1, 1]
    page = browser_of(finn()).get(reverse("case", args=[cases[0].pk])).content.decode()
    assert "“as agreed”" in page


def test_who_it_does_not_apply_to_is_left_out_and_counted_by_the_reason(round_: Round) -> None:
    done, said_no, paused = make_case(round_), make_case(round_, events=[EventKind.DECLINED]), make_case(round_)
    make_response(done, {"new": "yes"})
    do(round_, "pause", [paused])
    act = do(round_, "refusal", [done, said_no, paused])
    assert act.left_out == {"ended": 1, "declined": 1}
    assert [change.case_id for change in act.changes.all()] == [paused.pk]
    assert refreshed(done).disposition == Disposition.SUBMITTED


def test_a_case_that_has_changed_since_it_was_shown_is_left_alone(round_: Round) -> None:
    case, other = make_case(round_), make_case(round_)
    planned = bulk.plan(round_=round_, kind="ineligible", cases=[case.pk, other.pk], wish=Wish(), at=NOON)
    seen = {each.case.pk: each.seen for each in planned}
    events.record(events.lock(case.pk), kind=EventKind.STARTED, at=NOON)
    act = bulk.apply(round_=round_, kind="ineligible", seen=seen, wish=Wish(), reason="x", by=finn(), at=NOON)
    assert act.left_out == {"moved_on": 1}
    assert refreshed(case).disposition == Disposition.STARTED


def test_cases_of_another_round_are_never_touched(round_: Round) -> None:
    other = make_case()
    assert bulk.plan(round_=round_, kind="refusal", cases=[other.pk], wish=Wish(), at=NOON) == []
    with pytest.raises(bulk.NothingLeft):
        bulk.apply(round_=round_, kind="refusal", seen={other.pk: "x"}, wish=Wish(), reason="x", by=finn(), at=NOON)
    assert refreshed(other).disposition == Disposition.NOT_STARTED


def test_undoing_leaves_alone_what_has_moved_on_and_says_which(round_: Round) -> None:
    quiet, back = make_case(round_), make_case(round_)
    act = do(round_, "refusal", [quiet, back])
    events.record(events.lock(back.pk), kind=EventKind.DECLINE_UNDONE, at=NOON)
    events.record(events.lock(back.pk), kind=EventKind.STARTED, at=NOON)
    assert undo(act) == ([quiet.pk], [back.pk])
    assert refreshed(back).disposition == Disposition.STARTED
    assert back.events.order_by("-pk")[0].kind == EventKind.STARTED
    with pytest.raises(bulk_undo.ActUndone):
        undo(act)
    assert AuditEvent.objects.get(what="cases.act_undone").facts == {"act": "refusal", "cases": 1, "moved_on": 1}


def test_an_address_that_a_mail_has_gone_to_stays(round_: Round) -> None:
    case, other = make_case(round_), make_case(round_)
    act = do(round_, "address", [case, other])
    events.record_invited({case.pk: owner(case).pk}, at=NOON)
    assert undo(act) == ([other.pk], [case.pk])
    assert owner(case).email == SHARED.email


def test_a_pause_that_somebody_has_ended_and_begun_anew_is_not_the_one_to_undo(round_: Round) -> None:
    case = make_case(round_)
    act = do(round_, "pause", [case])
    do(round_, "resume", [case])
    do(round_, "pause", [case])
    assert undo(act) == ([], [case.pk])


def test_a_new_language_is_that_of_the_mails_that_wait(round_: Round) -> None:
    case = make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    act = do(round_, "language", [case])
    assert Mail.objects.get().language == "en"
    undo(act)
    assert Mail.objects.get().language == "da"


def test_mails_that_wait_go_to_the_shared_address_and_back(round_: Round) -> None:
    cases = [make_case(round_), make_case(round_)]
    addresses = {owner(case).email for case in cases}
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    act = do(round_, "address", cases)
    assert set(Mail.objects.filter(status="queued").values_list("address", flat=True)) == {SHARED.email}
    undo(act)
    assert set(Mail.objects.filter(status="queued").values_list("address", flat=True)) == addresses


def test_there_is_a_limit_and_it_is_told(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responses.actions.bulk.MOST_CASES", 1)
    monkeypatch.setattr("responses.views.bulk.MOST_CASES", 1)
    cases = [make_case(round_), make_case(round_)]
    page = browser_of(finn()).post(
        reverse("bulk", args=[round_.slug]), {"act": "pause", "which": "found", "query": ""}, follow=True
    )
    assert "At most 1 cases at a time" in page.content.decode()
    with pytest.raises(bulk.TooMany):
        bulk.apply(
            round_=round_,
            kind="pause",
            seen={case.pk: "x" for case in cases},
            wish=Wish(),
            reason="x",
            by=finn(),
            at=NOON,
        )


# The pages


@pytest.fixture
def now() -> Round:
    """In the field today, so that the pages' own clock fits."""
    today = timezone.localdate()
    return make_open_round(opens_on=today, deadline=today, closes_on=today + timedelta(days=9))


def preview(round_: Round, act: str, **choice: Any) -> str:
    data = {"act": act, "which": "ticked"} | choice
    return browser_of(finn()).post(reverse("bulk", args=[round_.slug]), data, follow=True).content.decode()


def seen_of(round_: Round, act: str, cases: list[Case]) -> str:
    planned = bulk.plan(round_=round_, kind=act, cases=[case.pk for case in cases], wish=Wish(), at=timezone.now())
    return ",".join(f"{each.case.pk}:{each.seen}" for each in planned if not each.why_not)


def test_the_preview_shows_who_is_changed_and_who_is_left_out_and_changes_nothing(now: Round) -> None:
    one, done = make_case(now, name="<i>Birk</i>"), make_case(now, name="Done school")
    make_response(done, {"new": "yes"})
    page = preview(now, "refusal", case=[str(one.pk), str(done.pk)])
    assert "It is done to 1 case" in page
    assert "&lt;i&gt;Birk&lt;/i&gt;" in page
    assert "nothing is asked of it any longer" in page
    assert not BulkAct.objects.exists()
    assert refreshed(one).disposition == Disposition.NOT_STARTED


def test_all_cases_found_are_those_of_the_list_that_was_shown(now: Round) -> None:
    make_case(now, name="Birk"), make_case(now, name="Elm")
    assert "It is done to 1 case" in preview(now, "pause", which="found", query="q=birk")
    assert "It is done to 2 cases" in preview(now, "pause", which="found", query="")
    assert "Choose at least one case" in preview(now, "pause")


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("pause", {"until": (timezone.localdate() + timedelta(days=3)).isoformat()}),
        ("refusal", {}),
        ("ineligible", {}),
        ("language", {"language": "en"}),
        ("address", {"name": "", "email": "faelles@kommune.example", "kind": "authority"}),
    ],
)
def test_an_act_is_done_and_undone_on_its_pages(now: Round, act: str, fields: dict[str, str]) -> None:
    case = make_case(now, name="Birk")
    before, browser = state(case), browser_of(finn())
    path = reverse("bulk-apply", args=[now.slug, act])
    data = {"seen": seen_of(now, act, [case]), **fields}
    refused = browser.post(path, data)
    assert refused.status_code == 422
    assert "Write the reason." in refused.content.decode()
    assert state(case) == before
    done = browser.post(path, data | {"reason": "as agreed"})
    assert done.status_code == 302
    assert state(case) != before
    page = browser.get(done["Location"]).content.decode()
    assert "Birk" in page
    assert "Undo it for 1 case" in page
    undone = browser.post(done["Location"], follow=True).content.decode()
    assert "1 case is as it was." in undone
    assert state(case) == before
    assert "cannot be undone" in browser.post(done["Location"], follow=True).content.decode()


def test_a_list_that_was_tampered_with_does_nothing(now: Round) -> None:
    case = make_case(now)
    for seen in ("", "x", f"{case.pk}", f"{case.pk}:wrong", "9" * 30 + ":x", "-1:x", "1" * 1_000_000):
        answer = browser_of(finn()).post(
            reverse("bulk-apply", args=[now.slug, "refusal"]), {"seen": seen, "reason": "x"}, follow=True
        )
        assert answer.status_code == 200
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert not BulkAct.objects.exists()


def test_a_rehearsal_writes_many_cases_to_no_real_address(now: Round) -> None:
    case = make_case(now)
    data = {"email": "leder@kommune.dk", "kind": "authority", "reason": "x", "seen": seen_of(now, "address", [case])}
    assert browser_of(finn()).post(reverse("bulk-apply", args=[now.slug, "address"]), data).status_code == 422
    assert not BulkAct.objects.exists()


def test_an_act_of_another_round_is_not_found(now: Round) -> None:
    act = do(now, "refusal", [make_case(now)])
    path = reverse("bulk-act", args=[make_open_round().slug, act.pk])
    assert browser_of(finn()).get(path).status_code == browser_of(finn()).post(path).status_code == 404


def test_the_pages_are_for_staff_and_for_the_right_method(now: Round) -> None:
    act = do(now, "refusal", [make_case(now)])
    assert BulkChange.objects.count() == 1
    for path in (reverse("bulk-acts", args=[now.slug]), reverse("bulk-act", args=[now.slug, act.pk])):
        assert browser_of(finn()).get(path).status_code == 200
        assert browser_of(olga()).get(path).status_code == 403
        assert browser_of(None).get(path)["Location"].startswith(reverse("account_login"))
        assert browser_of(finn()).put(path).status_code == 405
    for path in (reverse("bulk", args=[now.slug]), reverse("bulk-apply", args=[now.slug, "pause"])):
        assert browser_of(finn()).get(path).status_code == 405
    assert browser_of(finn()).post(reverse("bulk-apply", args=[now.slug, "delete"])).status_code == 404
    Round.objects.update(closed_at=timezone.now())
    assert "The round is not in the field" in preview(now, "pause", case=["1"])
