"""People and their roles: who may change them, that nobody raises themselves, and that every act leaves a line."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent, User
from barometer.roles import Role
from surveys.actions import access
from surveys.models import Round, RoundRole
from tests.factories import make_round, refreshed
from tests.people import adam, audrey, browser_of, finn, holder_of

pytestmark = pytest.mark.django_db

NEW = {"username": "nina", "first_name": "Nina", "last_name": "Ny", "email": "nina@example.org"}


@pytest.fixture
def admin() -> Client:
    return browser_of(adam())


@pytest.fixture
def nina() -> User:
    return User.objects.create(is_staff=True, **NEW)


def page(person: User) -> str:
    return reverse("person", args=[person.pk])


def roles(person: User) -> set[tuple[str, str | None]]:
    return set(RoundRole.objects.filter(user=person).values_list("role", "round__slug"))


def told() -> list[tuple[str, Any]]:
    lines = AuditEvent.objects.exclude(what__startswith="questionnaire").exclude(what__startswith="round.")
    return list(lines.order_by("number").values_list("what", "facts"))


def test_a_person_is_added_without_a_role_or_a_password_whatever_else_is_posted(admin: Client) -> None:
    extra = {
        "is_superuser": "1",
        "password": "x",
        "is_active": "",
        "role": "administrator",
        "pk": "1",
        "user_permissions": "1",
    }
    answer = admin.post(reverse("person-new"), NEW | extra)
    person = User.objects.get(username="nina")
    assert answer["Location"] == page(person)
    assert (person.is_staff, person.is_active, person.is_superuser, person.has_usable_password()) == (
        True,
        True,
        False,
        False,
    )
    assert roles(person) == set()
    assert told() == [("person.added", {})]


def test_a_name_or_an_address_is_taken_once(admin: Client, nina: User) -> None:
    for changed in (
        {"username": "NINA", "email": "other@example.org"},
        {"username": "other", "email": "Nina@example.org"},
    ):
        assert admin.post(reverse("person-new"), NEW | changed).status_code == 422
    assert User.objects.filter(username__in=["NINA", "o"]).count() == 0


def test_roles_are_given_and_taken_in_one_round_or_in_all(admin: Client, nina: User) -> None:
    round_ = make_round(slug="spring")
    for sent in ({"role": "fieldwork", "round": "spring"}, {"role": "auditor", "round": ""}):
        assert admin.post(page(nina), sent).status_code == 302
    assert roles(nina) == {("fieldwork", "spring"), ("auditor", None)}
    for sent in ({"role": "king", "round": ""}, {"role": "fieldwork", "round": "nowhere"}):
        assert admin.post(page(nina), sent).status_code == 422
    granted = RoundRole.objects.get(user=nina, round=round_)
    assert admin.post(page(nina), {"revoke": granted.pk}).status_code == 302
    assert roles(nina) == {("auditor", None)}
    assert told() == [
        ("role.granted", {"role": "fieldwork", "round": "spring"}),
        ("role.granted", {"role": "auditor", "round": "*"}),
        ("role.revoked", {"role": "fieldwork", "round": "spring"}),
    ]


def test_a_role_of_somebody_else_is_not_taken_through_this_page(admin: Client, nina: User) -> None:
    other = RoundRole.objects.create(user=finn(), role=Role.AUDITOR)
    assert admin.post(page(nina), {"revoke": other.pk}).status_code == 404
    assert refreshed(other)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_but_an_administrator_gives_a_role_least_of_all_to_themselves(role: Role) -> None:
    person = holder_of(role)
    browser = browser_of(person)
    for whom in (person, audrey()):
        for sent in ({"role": "administrator", "round": ""}, {"act": "link"}, {"act": "reset"}):
            assert browser.post(page(whom), sent).status_code == 403
    assert browser.post(reverse("person-new"), NEW).status_code == 403
    assert roles(person) == {(role, None)}


def test_an_administrator_of_one_round_is_none_of_people() -> None:
    browser = browser_of(holder_of(Role.ADMINISTRATOR, make_round()))
    assert {browser.get(reverse(name)).status_code for name in ("people", "person-new", "audit", "admin:index")} == {
        403
    }


def test_administrators_change_neither_themselves_nor_a_superuser(admin: Client) -> None:
    boss = User.objects.create_superuser("boss")
    for whom in (adam(), boss):
        for sent in ({"role": "fieldwork", "round": ""}, {"act": "close"}, {"act": "link"}, {"act": "reset"}):
            answer = admin.post(page(whom), sent)
            assert (answer.status_code, answer["Location"]) == (302, page(whom))
        assert refreshed(whom).is_active
    assert roles(adam()) == {("administrator", None)}
    assert told() == []


def test_a_closed_account_is_out_at_once_and_comes_back_with_its_roles(admin: Client) -> None:
    person = holder_of(Role.AUDITOR)
    browser = browser_of(person)
    assert browser.get("/").status_code == 200
    admin.post(page(person), {"act": "close"})
    assert browser.get("/")["Location"].startswith("/login/")
    admin.post(page(person), {"act": "open"})
    assert browser_of(refreshed(person)).get(reverse("audit")).status_code == 200


def test_a_lost_second_factor_is_forgotten_with_all_sessions(admin: Client, nina: User) -> None:
    browser = browser_of(nina)
    Authenticator.objects.create(user=nina, type="totp", data={"secret": "x"})
    assert "Yes" in admin.get(page(nina)).content.decode()
    admin.post(page(nina), {"act": "reset"})
    assert not Authenticator.objects.filter(user=nina).exists()
    assert browser.get("/")["Location"].startswith("/login/")


def test_the_link_for_a_password_is_shown_once_or_mailed(admin: Client, nina: User) -> None:
    shown = admin.post(page(nina), {"act": "link"})
    assert "http://testserver/p/" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert admin.post(page(nina), {"act": "mail"}).status_code == 302
    [sent] = mail.outbox
    assert sent.to == ["nina@example.org"]
    assert "http://testserver/p/" in sent.body
    assert [what for what, _ in told()] == ["person.password_link_made"] * 2


def test_bad_acts_are_refused(admin: Client, nina: User) -> None:
    for sent in ({}, {"act": "become"}, {"revoke": "x"}, {"revoke": "1" * 30}):
        assert admin.post(page(nina), sent).status_code in (400, 404)


def test_markup_in_a_name_is_shown_as_text(admin: Client) -> None:
    person = User.objects.create(username="x", first_name="<script>alert(1)</script>", is_staff=True)
    for path in (reverse("people"), page(person)):
        assert "<script>alert" not in admin.get(path).content.decode()


def test_the_list_takes_as_many_queries_for_forty_as_for_four(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    people = User.objects.bulk_create(User(username=f"p{number}", is_staff=True) for number in range(40))
    RoundRole.objects.bulk_create(RoundRole(user=each, role=Role.AUDITOR) for each in people)
    with django_assert_max_num_queries(6):
        assert admin.get(reverse("people")).status_code == 200


def test_one_sees_the_rounds_in_which_one_has_a_role_and_the_pages_one_may_open() -> None:
    mine, other = make_round(slug="mine"), make_round(slug="other")
    listed = browser_of(holder_of(Role.ANALYST, mine)).get("/").content.decode()
    assert ">mine<" in listed
    assert other.slug not in listed
    assert not [word for word in ("Questionnaires", "People", "Audit log", "Create a round") if f">{word}<" in listed]
    menu = browser_of(holder_of(Role.ANALYST, mine)).get(reverse("round", args=["mine"])).content.decode()
    assert ">Figures<" in menu
    assert not [word for word in ("Cases", "Mails") if f">{word}<" in menu]


def test_whoever_may_only_read_a_page_is_told_and_finds_no_button() -> None:
    make_round(slug="mine")
    address = reverse("round-edit", args=["mine"])
    reader = browser_of(holder_of(Role.AUDITOR)).get(address).content.decode()
    assert "change nothing on it" in reader
    assert '<fieldset class="only-reads" disabled>' in reader
    assert "change nothing on it" not in browser_of(finn()).get(address).content.decode()


def test_the_commands_give_a_role_and_forget_a_second_factor(nina: User, capsys: pytest.CaptureFixture[str]) -> None:
    make_round(slug="spring")
    call_command("grant_role", "nina", "publisher", "--round", "spring")
    call_command("grant_role", "nina", "administrator")
    call_command("grant_role", "nina", "administrator")
    assert roles(nina) == {("publisher", "spring"), ("administrator", None)}
    Authenticator.objects.create(user=nina, type="totp", data={"secret": "x"})
    call_command("reset_second_factor", "nina")
    assert not Authenticator.objects.filter(user=nina).exists()
    for wrong in (("nobody", "auditor"), ("nina", "king"), ("nina", "auditor", "--round", "nowhere")):
        with pytest.raises(CommandError):
            call_command("grant_role", *wrong)


def test_a_role_goes_with_its_round() -> None:
    round_ = make_round()
    person = holder_of(Role.ANALYST, round_)
    Round.objects.filter(pk=round_.pk).delete()
    assert roles(person) == set()


def test_a_link_for_the_password_ends_after_two_days(nina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = access.make_link(person=nina, by=None, at=timezone.now())
    assert Client().get(link).status_code == 200
    later = timezone.localtime().replace(tzinfo=None) + timedelta(hours=49)
    monkeypatch.setattr("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda self: later)
    assert Client().get(link).status_code == 404
