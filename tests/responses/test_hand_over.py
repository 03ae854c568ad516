"""The task handed over and back: one case, one response, whoever works on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.datastructures import MultiValueDict

from barometer.models import AuditEvent
from responses import links
from responses.actions import answering, events, hand_over
from responses.actions.case import CaseClosed, decline
from responses.models import Case, CaseEvent, HandOver, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_workplace, refreshed
from tests.leaders import current_route, filled, stored_answers
from tests.people import finn

pytestmark = pytest.mark.django_db

Role, Standing = LinkHolder.Role, LinkHolder.Standing
LATER = NOON + timedelta(hours=1)
OWN_DOMAIN, OTHER_DOMAIN = "boernehave.example", "elsewhere.example"


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=Role.OWNER)


def wish(
    role: LinkHolder.Role = Role.DELEGATE, email: str = f"dorte@{OWN_DOMAIN}", name: str = "Dorte Delegat"
) -> hand_over.Wish:
    return hand_over.Wish(role=role, given_by="Lea Leder", name=name, email=email)


def pass_on(case: Case, email: str = f"dorte@{OWN_DOMAIN}", at: datetime = LATER) -> LinkHolder:
    return hand_over.hand_over(owner=owner(case), wish=wish(email=email), at=at)


def share(case: Case, email: str = f"karl@{OWN_DOMAIN}", at: datetime = LATER) -> LinkHolder:
    return hand_over.hand_over(owner=owner(case), wish=wish(Role.SHARED, email, "Karl Kollega"), at=at)


def save(holder: LinkHolder, answer: str = "yes", at: datetime = LATER) -> answering.PageSaved:
    found = links.holder_of(links.ANSWER, links.token(links.ANSWER, refreshed(holder)))
    assert found
    page = current_route(found).page(1)
    assert page
    data = MultiValueDict(filled(page, stored_answers(found), {"new": [answer]}))
    return answering.save_page(holder=found, number=1, data=data, at=at, complete=True, language="da")


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("pk").values_list("kind", flat=True))


def refused(case: Case, chosen: hand_over.Wish, at: datetime = LATER) -> str:
    with pytest.raises(hand_over.HandOverRefused) as caught:
        hand_over.hand_over(owner=owner(case), wish=chosen, at=at)
    return caught.value.problem.code


# Passing on and sharing


def test_a_task_passed_on_is_the_delegates_and_the_owner_watches() -> None:
    case = make_case()
    delegate = refreshed(pass_on(case))
    assert (delegate.role, delegate.standing, delegate.name) == (Role.DELEGATE, Standing.WORKS, "Dorte Delegat")
    assert owner(case).standing == Standing.WATCHES
    assert delegate.hand_over.silent_from == LATER + timedelta(days=7)
    event = case.events.get(kind=EventKind.HANDED_OVER)
    assert (event.at, event.by, event.holder) == (LATER, None, delegate)
    save(delegate)
    with pytest.raises(answering.NotTheirTask):
        save(owner(case))
    assert Response.objects.get().answers == {"new": "yes"}


def test_a_task_shared_is_for_both() -> None:
    case = make_case()
    colleague = share(case)
    save(colleague, "yes")
    save(owner(case), "no")
    assert Response.objects.get().answers == {"new": "no"}
    assert refreshed(colleague).hand_over.silent_from is None
    assert case.events.get(kind=EventKind.SHARED).holder == colleague


@pytest.mark.parametrize(
    "before_it", [[], [EventKind.INVITED, EventKind.BOUNCED], [EventKind.STARTED], [EventKind.REMINDERS_STOPPED]]
)
def test_handing_over_and_back_leaves_the_disposition_as_it_is(before_it: Sequence[EventKind]) -> None:
    case = make_case(events=before_it)
    before = case.disposition
    for email in (f"dorte@{OWN_DOMAIN}", f"dorte@{OTHER_DOMAIN}"):
        delegate = pass_on(case, email)
        assert refreshed(case).disposition == before
        if refreshed(delegate).standing == Standing.WAITING:
            hand_over.approve(holder=delegate, reason="known", by=finn(), at=LATER)
        events.record_bounce(case, holder=delegate, at=LATER, by=None)
        assert refreshed(case).disposition == before
        hand_over.give_back(holder=delegate, at=LATER)
    colleague = share(case)
    hand_over.take_back(owner=owner(case), holder_pk=colleague.pk, at=LATER)
    assert refreshed(case).disposition == before


def test_the_case_stays_one_case_with_one_response_that_the_delegate_may_submit() -> None:
    case = make_case()
    save(owner(case), "no")
    delegate = pass_on(case)
    assert answering.submit(holder=delegate, at=LATER).response.answers == {"new": "no"}
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert (Case.objects.count(), Response.objects.count()) == (1, 1)


def test_an_owner_who_has_passed_the_task_on_cannot_submit_from_a_page_left_open() -> None:
    case = make_case()
    save(owner(case))
    left_open = owner(case)
    pass_on(case)
    with pytest.raises(answering.NotTheirTask):
        answering.submit(holder=left_open, at=LATER)


def test_every_holder_has_a_link_and_a_code_of_their_own() -> None:
    case = make_case()
    holders = [owner(case), pass_on(case)]
    assert [links.holder_of_code(links.typed_code(holder)) for holder in holders] == holders
    assert [links.holder_of(links.ANSWER, links.token(links.ANSWER, holder)) for holder in holders] == holders


# Limits


def test_three_a_day_and_ten_in_all_counted_over_both_kinds() -> None:
    case = make_case()
    for number in range(3):
        share(case, f"karl{number}@{OWN_DOMAIN}")
    assert refused(case, wish()) == "hand_over_too_many_today"
    for number in range(3, 10):
        share(case, f"karl{number}@{OWN_DOMAIN}", at=LATER + timedelta(days=number // 3))
    assert refused(case, wish(), at=LATER + timedelta(days=30)) == "hand_over_too_many"


def test_taking_back_does_not_make_room_for_one_more() -> None:
    case = make_case()
    for _ in range(3):
        hand_over.take_back(owner=owner(case), holder_pk=pass_on(case).pk, at=LATER)
    assert refused(case, wish()) == "hand_over_too_many_today"


def test_a_day_is_a_day_in_denmark() -> None:
    case = make_case()
    before_midnight = datetime.fromisoformat("2020-01-07T23:30:00+01:00")
    for number in range(3):
        share(case, f"karl{number}@{OWN_DOMAIN}", at=before_midnight)
    assert refused(case, wish(), at=before_midnight + timedelta(minutes=29)) == "hand_over_too_many_today"
    pass_on(case, at=before_midnight + timedelta(minutes=31))


def test_one_delegate_at_a_time_also_one_who_waits() -> None:
    case = make_case()
    pass_on(case, f"dorte@{OTHER_DOMAIN}")
    assert refused(case, wish()) == "hand_over_has_delegate"


def test_the_database_holds_one_delegate_at_a_time() -> None:
    case = make_case()
    pass_on(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkHolder.objects.create(case=case, role=Role.DELEGATE, address_kind="person")


def test_an_owner_who_has_passed_the_task_on_hands_nothing_more_over() -> None:
    case = make_case()
    pass_on(case)
    assert refused(case, wish(Role.SHARED, f"karl@{OWN_DOMAIN}")) == "hand_over_has_delegate"


def test_nobody_gets_two_links_of_a_kind_and_the_owner_none() -> None:
    case = make_case(contact={"email": f"lea@{OWN_DOMAIN}"})
    share(case)
    assert refused(case, wish(Role.SHARED, f"KARL@{OWN_DOMAIN}")) == "hand_over_has_link"
    assert refused(case, wish(Role.SHARED, f"Lea@{OWN_DOMAIN}")) == "hand_over_own_address"


def test_a_rehearsal_hands_over_to_reserved_addresses_only() -> None:
    case = make_case(make_open_round(rehearsal=True))
    assert refused(case, wish(email="dorte@aarhus.dk")) == "hand_over_not_reserved"


@pytest.mark.parametrize(
    "kind", [EventKind.SUBMITTED, EventKind.DECLINED, EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED]
)
def test_a_case_that_has_ended_is_handed_to_nobody(kind: EventKind) -> None:
    case = make_case(events=[kind])
    with pytest.raises(CaseClosed):
        pass_on(case)
    assert not HandOver.objects.exists()


def test_a_closed_round_is_handed_to_nobody() -> None:
    case = make_case()
    Round.objects.update(closed_at=NOON)
    with pytest.raises(CaseClosed):
        pass_on(case)


def test_a_delegate_or_colleague_hands_nothing_over() -> None:
    case = make_case()
    with pytest.raises(ValueError, match="owner"):
        hand_over.hand_over(owner=share(case), wish=wish(), at=LATER)


# Whose address is served at once


def test_the_owners_domain_is_served_at_once_and_another_waits() -> None:
    case = make_case()
    assert refreshed(share(case)).standing == Standing.WORKS
    waiting = refreshed(share(case, f"karl@{OTHER_DOMAIN}"))
    assert waiting.standing == Standing.WAITING
    assert links.holder_of(links.ANSWER, links.token(links.ANSWER, waiting)) is None
    assert links.holder_of_code(links.typed_code(waiting)) is None
    assert kinds(case) == [EventKind.OPENED, EventKind.SHARED, EventKind.HAND_OVER_ASKED]


def test_the_domain_of_the_authoritys_mailbox_is_served_at_once() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    make_workplace(round_, contact={"email": "post@aarhus.example", "kind": "authority"})
    make_workplace(round_, authority_code="101", contact={"email": "post@kbh.example", "kind": "authority"})
    make_workplace(round_, contact={"email": "post@skole.example", "kind": "workplace"})
    make_workplace(make_open_round(), contact={"email": "post@anden.example", "kind": "authority"})
    emails = ["karl@aarhus.example", "karl@kbh.example", "karl@skole.example", "karl@anden.example"]
    days = (LATER + timedelta(days=day) for day in range(4))
    found = [refreshed(share(case, email, at=at)).standing for email, at in zip(emails, days, strict=True)]
    assert found == [Standing.WORKS, Standing.WAITING, Standing.WAITING, Standing.WAITING]


def test_staff_let_the_link_leave_and_the_audit_log_says_who() -> None:
    case = make_case()
    waiting = pass_on(case, f"dorte@{OTHER_DOMAIN}")
    assert owner(case).standing == Standing.WORKS
    hand_over.approve(holder=waiting, reason="Known to the municipality.", by=finn(), at=LATER + timedelta(days=1))
    assert refreshed(waiting).standing == Standing.WORKS
    assert owner(case).standing == Standing.WATCHES
    assert refreshed(waiting).hand_over.silent_from == LATER + timedelta(days=8)
    line = AuditEvent.objects.get(what="hand_over.approved")
    assert (line.target, line.reason) == (f"linkholder:{waiting.pk}", "Known to the municipality.")
    assert case.events.get(kind=EventKind.HANDED_OVER).by == finn()


def test_staff_say_no_and_the_task_stays_where_it_is() -> None:
    case = make_case()
    waiting = pass_on(case, f"dorte@{OTHER_DOMAIN}")
    hand_over.refuse(holder=waiting, reason="Unknown.", by=finn(), at=LATER)
    assert refreshed(waiting).standing == Standing.REFUSED
    assert owner(case).standing == Standing.WORKS
    assert links.holder_of(links.ANSWER, links.token(links.ANSWER, waiting)) is None
    assert AuditEvent.objects.filter(what="hand_over.refused").exists()
    with pytest.raises(hand_over.HandOverEnded):
        hand_over.approve(holder=waiting, reason="after all", by=finn(), at=LATER)
    pass_on(case)


def test_nothing_is_approved_for_a_case_that_has_ended_meanwhile() -> None:
    case = make_case()
    waiting = pass_on(case, f"dorte@{OTHER_DOMAIN}")
    decline(holder=owner(case), at=LATER)
    with pytest.raises(CaseClosed):
        hand_over.approve(holder=waiting, reason="known", by=finn(), at=LATER)


# Back again


def test_the_owner_takes_the_task_back_with_what_has_been_filled_in() -> None:
    case = make_case()
    delegate = pass_on(case)
    save(delegate)
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=LATER)
    assert (owner(case).standing, refreshed(delegate).standing) == (Standing.WORKS, Standing.ENDED)
    with pytest.raises(answering.NotTheirTask):
        save(delegate, "no")
    assert answering.submit(holder=owner(case), at=LATER).response.answers == {"new": "yes"}
    assert case.events.get(kind=EventKind.TAKEN_BACK).holder == delegate


def test_a_wish_that_waits_can_be_taken_back() -> None:
    case = make_case()
    waiting = pass_on(case, f"dorte@{OTHER_DOMAIN}")
    hand_over.take_back(owner=owner(case), holder_pk=waiting.pk, at=LATER)
    with pytest.raises(hand_over.HandOverEnded):
        hand_over.approve(holder=waiting, reason="known", by=finn(), at=LATER)
    pass_on(case)


def test_only_what_is_there_and_of_the_case_is_taken_back() -> None:
    case, other = make_case(), make_case()
    foreign = pass_on(other)
    for holder in (foreign, owner(case)):
        with pytest.raises(hand_over.HandOverEnded):
            hand_over.take_back(owner=owner(case), holder_pk=holder.pk, at=LATER)
    with pytest.raises(ValueError, match="owner"):
        hand_over.take_back(owner=foreign, holder_pk=foreign.pk, at=LATER)


def test_the_no_of_a_delegate_hands_the_task_back_and_is_no_refusal() -> None:
    case = make_case()
    delegate = pass_on(case)
    with pytest.raises(ValueError, match="owner"):
        decline(holder=delegate, at=LATER)
    hand_over.give_back(holder=delegate, at=LATER)
    assert (owner(case).standing, refreshed(delegate).standing) == (Standing.WORKS, Standing.ENDED)
    assert not CaseEvent.objects.filter(kind__in=(EventKind.DECLINED, EventKind.REFUSED)).exists()
    with pytest.raises(hand_over.HandOverEnded):
        hand_over.give_back(holder=delegate, at=LATER)


def test_the_no_of_a_colleague_ends_that_link_alone() -> None:
    case = make_case()
    delegate, colleague = share(case, f"else@{OWN_DOMAIN}"), share(case)
    hand_over.give_back(holder=colleague, at=LATER)
    assert refreshed(delegate).standing == Standing.WORKS
    assert owner(case).standing == Standing.WORKS


def test_the_owner_who_declines_speaks_also_for_the_delegate() -> None:
    case = make_case()
    delegate = pass_on(case)
    decline(holder=owner(case), at=LATER)
    with pytest.raises(CaseClosed):
        save(delegate)


def test_staff_end_a_link_that_reached_somebody_it_should_not() -> None:
    case = make_case()
    delegate = pass_on(case)
    hand_over.end(holder=delegate, reason="Stolen.", by=finn(), at=LATER)
    assert (owner(case).standing, refreshed(delegate).standing) == (Standing.WORKS, Standing.ENDED)
    assert AuditEvent.objects.get(what="hand_over.ended").reason == "Stolen."


# Silence


def test_an_answer_of_the_delegate_breaks_the_silence_and_nobody_elses() -> None:
    case = make_case()
    colleague = share(case)
    delegate = pass_on(case)
    at = LATER + timedelta(days=3)
    save(colleague, "no", at=at)
    assert refreshed(delegate).hand_over.silent_from == LATER + timedelta(days=7)
    save(delegate, "yes", at=at)
    assert refreshed(delegate).hand_over.silent_from == at + timedelta(days=7)


def test_a_delegate_whose_mail_came_back_counts_as_silent_at_once_and_stays_so() -> None:
    case = make_case()
    delegate = pass_on(case)
    events.record_bounce(case, holder=delegate, at=LATER, by=None)
    save(delegate, at=LATER + timedelta(days=1))
    given = refreshed(delegate).hand_over
    assert (given.silent_from, given.bounced_at) == (LATER, LATER)
    assert (owner(case).standing, refreshed(delegate).standing) == (Standing.WATCHES, Standing.WORKS)
