"""The pages on which the task is handed over and back, and the lists of staff."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from responses import links
from responses.actions import hand_over
from responses.models import Case, CaseEvent, HandOver, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.views.hand_overs import ACTS
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db

Role, Standing = LinkHolder.Role, LinkHolder.Standing
DORTE = {"given_by": "Lea Leder", "name": "Dorte Delegat", "email": "dorte@boernehave.example"}
ELSEWHERE = {**DORTE, "email": "dorte@elsewhere.example"}
REASON = "Known to the municipality."


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=Role.OWNER)


def path(name: str, holder: LinkHolder, purpose: str = links.ANSWER, *args: int) -> str:
    return reverse(name, args=[links.token(purpose, holder), *args]) + "?lang=en"


def read(name: str, holder: LinkHolder, purpose: str = links.ANSWER, status: int = 200) -> str:
    response = Client().get(path(name, holder, purpose))
    assert response.status_code == status
    return words(response.content)


def words(page: bytes) -> str:
    main = page.decode().partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def given(case: Case, role: LinkHolder.Role = Role.DELEGATE, email: str = DORTE["email"]) -> LinkHolder:
    wish = hand_over.Wish(role=role, given_by="Lea Leder", name="Dorte Delegat", email=email)
    return refreshed(hand_over.hand_over(owner=owner(case), wish=wish, at=NOON))  # type: ignore[no-any-return]


# The owner


@pytest.mark.parametrize(("page", "role"), [("pass-on", Role.DELEGATE), ("share", Role.SHARED)])
def test_a_link_is_given_after_the_address_has_been_shown_once_more(page: str, role: LinkHolder.Role) -> None:
    case = make_case()
    asked = Client().post(path(page, owner(case)), DORTE)
    assert asked.status_code == 200
    assert DORTE["email"] in words(asked.content)
    assert not HandOver.objects.exists()
    assert Client().post(path(page, owner(case)), {**DORTE, "confirm": "1"}).status_code == 303
    holder = LinkHolder.objects.exclude(role=Role.OWNER).get()
    assert (holder.role, holder.name, holder.email, holder.standing) == (
        role,
        "Dorte Delegat",
        DORTE["email"],
        Standing.WORKS,
    )
    assert holder.hand_over.given_by == "Lea Leder"


def test_change_brings_the_form_again_as_it_was_filled_in() -> None:
    case = make_case()
    page = Client().post(path("share", owner(case)), {**DORTE, "change": "1"})
    assert page.status_code == 200
    assert 'value="dorte@boernehave.example"' in page.content.decode()
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"email": ""}, "Write the other person's e-mail address."),
        ({"email": "dorte"}, "This is not an e-mail address."),
        ({"email": "dorte@boernehave.example\r\nBcc: all@boernehave.example"}, "This is not an e-mail address."),
        ({"email": "a@b.example, c@d.example"}, "This is not an e-mail address."),
        ({"email": f"{'d' * 300}@boernehave.example"}, "This is not an e-mail address."),
        ({"name": ""}, "Write the other person's name, in letters."),
        ({"name": "12 34 56 78"}, "Write the other person's name, in letters."),
        ({"given_by": " \x00"}, "Write your name, in letters."),
        ({"email": "dorte@aarhus.dk"}, "This is a rehearsal"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_handed_over(change: dict[str, str], told: str) -> None:
    case = make_case(make_open_round(rehearsal=True))
    page = Client().post(path("pass-on", owner(case)), {**DORTE, **change, "confirm": "1"})
    assert page.status_code == 422
    assert told in words(page.content)
    assert not HandOver.objects.exists()


def test_of_a_typed_name_no_link_and_no_number_gets_into_the_database() -> None:
    case = make_case()
    typed = {**DORTE, "name": "Dorte https://evil.example/x 12345678", "given_by": "Lea\r\n<b>Leder</b>"}
    Client().post(path("share", owner(case)), {**typed, "confirm": "1"})
    holder = LinkHolder.objects.get(role=Role.SHARED)
    assert (holder.name, holder.hand_over.given_by) == ("Dorte https evil. example x", "Lea b Leder b")


def test_the_owners_name_is_proposed_only_where_the_address_is_the_owners_own() -> None:
    form = Client().get(path("share", owner(make_case()))).content.decode()
    assert 'value="Lea Leder"' in form
    mailbox = make_case(contact={"kind": "workplace"})
    assert 'value="Lea Leder"' not in Client().get(path("share", owner(mailbox))).content.decode()


def test_an_address_of_another_domain_is_said_to_wait() -> None:
    case = make_case()
    asked = Client().post(path("pass-on", owner(case)), ELSEWHERE)
    assert "a member of our staff looks at it before we send the link" in words(asked.content)
    Client().post(path("pass-on", owner(case)), {**ELSEWHERE, "confirm": "1"})
    text = read("not-me", owner(case))
    assert "Dorte Delegat: the address belongs to another organisation" in text
    assert "Pass the task on to somebody else" not in text
    assert Client().get(path("answer", owner(case))).status_code == 200


def test_the_owners_link_shows_how_far_the_task_has_come_and_no_answer() -> None:
    case = make_case()
    delegate = given(case)
    for name in ("answer", "not-me", "pass-on", "share"):
        assert "Dorte Delegat has had the task since Tuesday 7 January 2020." in read(name, owner(case)), name
    assert "The questionnaire has not been started." in read("answer", owner(case))
    Client().post(path("answer-page", delegate, links.ANSWER, 1), {"new": "yes", "next": "1"})
    page = Client().get(path("answer-page", owner(case), links.ANSWER, 1)).content.decode()
    assert "The questionnaire has been started" in page
    assert "Have you introduced anything new?" not in page
    for form in ({"new": "no", "next": "1"}, {"looked_through": "on"}):
        Client().post(path("answer-page", owner(case), links.ANSWER, 1), form)
        Client().post(path("answer-submit", owner(case)), form)
    assert refreshed(case).response.answers == {"new": "yes"}
    assert refreshed(case).disposition == Disposition.STARTED


def test_the_owner_takes_the_task_back_from_the_page_and_from_the_mail() -> None:
    for name, purpose in (("take-back", links.ANSWER), ("take-back-by-mail", links.TAKE_BACK)):
        case = make_case()
        delegate = given(case)
        done = Client().post(path(name, owner(case), purpose), {"decision": delegate.pk, "go": "1"}, follow=True)
        assert "The task is with you" in words(done.content)
        assert refreshed(delegate).standing == Standing.ENDED
        assert "Have you introduced anything new?" in read("answer", owner(case))


def test_after_it_has_been_taken_back_the_delegates_links_show_nothing() -> None:
    case = make_case()
    delegate = given(case)
    Client().post(path("answer-page", delegate, links.ANSWER, 1), {"new": "yes", "next": "1"})
    hand_over.take_back(owner=owner(case), holder_pk=delegate.pk, at=NOON)
    addresses = [path(name, delegate) for name in ("answer", "answer-review", "not-me", "give-back", "decline")]
    addresses += [path("answer-page", delegate, links.ANSWER, 1), path("give-back-by-mail", delegate, links.GIVE_BACK)]
    pages = {words(Client().get(address).content) for address in addresses}
    assert len(pages) == 1, "each says the same"
    assert "You no longer have this task" in pages.pop()
    make_response_submitted(case)
    assert "You no longer have this task" in read("answer", delegate)


def make_response_submitted(case: Case) -> None:
    Client().post(path("answer-submit", owner(case)), {"looked_through": "on"})
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_only_the_owner_takes_back_and_only_by_a_link_for_it() -> None:
    case = make_case()
    delegate, other = given(case), given(make_case())
    for holder, purpose in ((delegate, links.ANSWER), (other, links.TAKE_BACK)):
        name = "take-back" if purpose == links.ANSWER else "take-back-by-mail"
        Client().post(path(name, holder, purpose), {"decision": delegate.pk})
    assert Client().post(path("take-back-by-mail", owner(case)), {"decision": delegate.pk}).status_code == 404
    assert Client().post(path("take-back", owner(make_case())), {"decision": delegate.pk}).status_code == 200
    assert refreshed(delegate).standing == Standing.WORKS


def test_whoever_has_not_the_task_is_told_that_a_draft_was_not_saved() -> None:
    case = make_case()
    delegate = given(case)
    draft = {"new": "yes", "draft": "1"}
    assert Client().post(path("answer-page", owner(case), links.ANSWER, 1), draft).status_code == 409
    hand_over.give_back(holder=delegate, at=NOON)
    assert Client().post(path("answer-page", delegate, links.ANSWER, 1), draft).status_code == 409
    assert not Response.objects.exists()


# The delegate and the colleague


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.SHARED])
def test_whoever_got_a_link_gives_it_back_from_the_page_and_from_the_mail(role: LinkHolder.Role) -> None:
    for name, purpose in (("give-back", links.ANSWER), ("give-back-by-mail", links.GIVE_BACK)):
        case = make_case()
        holder = given(case, role)
        done = Client().post(path(name, holder, purpose), {"decision": "give-back"}, follow=True)
        assert "You no longer have this task" in words(done.content)
        assert (refreshed(holder).standing, owner(case).standing) == (Standing.ENDED, Standing.WORKS)
        assert refreshed(case).disposition == Disposition.NOT_STARTED


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.SHARED])
def test_a_no_of_whoever_got_the_link_is_never_a_refusal(role: LinkHolder.Role) -> None:
    case = make_case()
    holder = given(case, role)
    for form in ({"decline": "1"}, {"decision": "decline"}, {}):
        answer = Client().post(path("decline", holder), form, follow=True)
        assert "Lea Leder" in words(answer.content)
    assert not CaseEvent.objects.filter(kind=EventKind.DECLINED).exists()
    assert "We do not wish to take part" not in read("not-me", holder)


def test_whoever_got_the_link_finds_no_way_to_hand_it_on() -> None:
    case = make_case()
    holder = given(case)
    for name in ("pass-on", "share"):
        Client().post(path(name, holder), {**ELSEWHERE, "confirm": "1"})
    assert HandOver.objects.count() == 1


def test_keeping_it_changes_nothing() -> None:
    case = make_case()
    holder = given(case)
    Client().post(path("give-back", holder), {"decision": "keep"})
    Client().post(path("take-back", owner(case)), {"decision": "keep"})
    assert refreshed(holder).standing == Standing.WORKS


# Machines (tests/complaints/test_scanners.py replays what they do)


def test_no_choice_is_made_beforehand_and_none_is_an_error() -> None:
    case = make_case()
    delegate = given(case)
    for name, holder in (("take-back", owner(case)), ("give-back", delegate)):
        assert "checked" not in Client().get(path(name, holder)).content.decode()
        page = Client().post(path(name, holder), {"go": "1"})
        assert page.status_code == 422
        assert "Choose one of the answers." in words(page.content)
        assert Client().post(path(name, holder), {"decision": "rubbish"}).status_code == 422


def test_when_the_case_has_ended_every_page_shows_how() -> None:
    case = make_case()
    delegate = given(case)
    make_response(case, {"new": "yes"})
    for holder in (owner(case), delegate):
        for name in ("pass-on", "share", "take-back", "give-back"):
            page = Client().get(path(name, holder), follow=True)
            assert page.status_code == 200
            assert "We received the answers for" in words(page.content), name


# Staff


def staff_read(name: str, *args: object) -> str:
    response = browser_of(finn()).get(reverse(name, args=args))
    assert response.status_code == 200
    return words(response.content)


def act(holder: LinkHolder, name: str, reason: str = REASON) -> int:
    address = reverse("hand-over-act", args=[holder.pk, name])
    return browser_of(finn()).post(address, {"reason": reason}).status_code


def test_what_waits_stands_in_a_list_on_the_round_page_and_on_the_case() -> None:
    case = make_case(name="Oak school")
    assert "Waits for one of you" not in staff_read("round", case.round.slug)
    given(case, email=ELSEWHERE["email"])
    overview = staff_read("round", case.round.slug)
    assert "Waits for one of you Links that wait for you : 1" in overview
    assert overview.index("Waits for one of you") < overview.index("Response rate")
    listed = staff_read("hand-overs", case.round.slug)
    assert "Oak school Pass the task on Dorte Delegat dorte@elsewhere.example Lea Leder" in listed
    text = staff_read("case", case.pk)
    assert "Waits for you: no link has been sent" in text
    assert text.count("In use, number 1") == 1, "nobody but the owner has a link"
    assert "Asked for a link for somebody else; waits for one of you: Dorte Delegat" in text
    assert "Nothing waits." in staff_read("hand-overs", make_open_round().slug)


@pytest.mark.parametrize(
    ("name", "email", "standing"),
    [
        ("approve", ELSEWHERE["email"], Standing.WORKS),
        ("refuse", ELSEWHERE["email"], Standing.REFUSED),
        ("end", DORTE["email"], Standing.ENDED),
    ],
)
def test_what_staff_decide_is_done_once_and_audited_with_the_reason(
    name: str, email: str, standing: LinkHolder.Standing
) -> None:
    case = make_case()
    holder = given(case, email=email)
    page = staff_read("hand-over-act", holder.pk, name)
    with translation.override("en"):
        assert str(ACTS[name].title) in page
    assert act(holder, name, "") == 422
    assert act(holder, name) == 302
    assert refreshed(holder).standing == standing
    assert AuditEvent.objects.get(target=f"linkholder:{holder.pk}").reason == REASON
    assert f"“{REASON}”" in staff_read("case", case.pk)
    act(holder, name)
    assert AuditEvent.objects.filter(target=f"linkholder:{holder.pk}").count() == 1


def test_a_refused_link_is_told_on_the_owners_page() -> None:
    case = make_case()
    act(given(case, email=ELSEWHERE["email"]), "refuse")
    text = read("not-me", owner(case))
    assert "Dorte Delegat: we could not confirm the address" in text
    assert "Pass the task on to somebody else" in text


def test_a_case_that_has_ended_meanwhile_is_told_to_staff() -> None:
    case = make_case()
    holder = given(case, email=ELSEWHERE["email"])
    make_response(case, {"new": "yes"})
    client = browser_of(finn())
    page = client.post(reverse("hand-over-act", args=[holder.pk, "approve"]), {"reason": REASON}, follow=True)
    assert "the hand-over or the case has moved on" in words(page.content)
    assert refreshed(holder).standing == Standing.WAITING


@pytest.mark.parametrize("name", ["hand-overs", "hand-over-act"])
def test_the_pages_are_for_staff(name: str) -> None:
    case = make_case()
    holder = given(case, email=ELSEWHERE["email"])
    args = [case.round.slug] if name == "hand-overs" else [holder.pk, "approve"]
    address = reverse(name, args=args)
    assert browser_of(None).get(address).status_code == 302
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).put(address).status_code == 405
    if name == "hand-overs":
        assert browser_of(finn()).post(address).status_code == 405


def test_what_does_not_exist_is_not_found() -> None:
    case = make_case()
    holder = given(case)
    client = browser_of(finn())
    missing = [
        reverse("hand-overs", args=["nowhere"]),
        reverse("hand-over-act", args=[holder.pk, "rubbish"]),
        reverse("hand-over-act", args=[owner(case).pk, "end"]),
        reverse("hand-over-act", args=[999999, "end"]),
    ]
    assert [client.get(address).status_code for address in missing] == [404] * 4


def test_a_personal_page_sets_no_cookie_and_is_kept_by_nobody() -> None:
    case = make_case()
    delegate = given(case)
    for address in (path("take-back-by-mail", owner(case), links.TAKE_BACK), path("give-back", delegate)):
        answer = Client().get(address)
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
    assert HandOver.objects.get().silent_from == NOON + timedelta(days=7)
