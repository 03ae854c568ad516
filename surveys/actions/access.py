"""People and their roles. Every act leaves a line in the audit log; nobody changes their own rights."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from barometer import audit, first_password
from barometer.models import User
from barometer.roles import Role
from surveys.models import Round, RoundRole

EVERYWHERE = "*"  # in the audit log, for all rounds


class OnOneself(Exception):
    """Nobody closes their own account, or gives themselves a role."""


class OnSuperuser(Exception):
    """Only a superuser acts on one: else an administrator could become one by a new password."""


@transaction.atomic
def add_person(*, username: str, first_name: str, last_name: str, email: str, by: User | None, at: datetime) -> User:
    """Add a member of staff, without a role or a password: nobody can log in before a link has been used."""
    person = User.objects.create(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        is_staff=True,
        password=make_password(None),
        date_joined=at,
    )
    audit.record("person.added", target=person, by=by, at=at)
    return person


@transaction.atomic
def grant_role(*, person: User, role: Role, round_: Round | None, by: User | None, at: datetime) -> bool:
    """Give a role in a round, or in all; False when the person has it already."""
    _may_act_on(person, by)
    _granted, is_new = RoundRole.objects.get_or_create(user=person, role=role, round=round_)
    if is_new:
        audit.record("role.granted", target=person, by=by, at=at, facts=_facts(role, round_))
    return is_new


@transaction.atomic
def revoke_role(*, granted: RoundRole, by: User | None, at: datetime) -> None:
    _may_act_on(granted.user, by)
    facts = _facts(granted.role, granted.round)
    deleted, _by_model = RoundRole.objects.filter(pk=granted.pk).delete()
    if deleted:
        audit.record("role.revoked", target=granted.user, by=by, at=at, facts=facts)


@transaction.atomic
def close_account(*, person: User, by: User | None, at: datetime) -> None:
    """Let the person in no more, from this moment on. Roles stay, for an account that is opened again."""
    _may_act_on(person, by)
    _set_active(person, False)
    end_sessions(person)
    audit.record("person.closed", target=person, by=by, at=at)


@transaction.atomic
def open_account(*, person: User, by: User | None, at: datetime) -> None:
    _may_act_on(person, by)
    _set_active(person, True)
    audit.record("person.opened", target=person, by=by, at=at)


@transaction.atomic
def reset_second_factor(*, person: User, by: User | None, at: datetime) -> None:
    """Forget app, keys and recovery codes, and end all sessions: the person sets up a new one at the next login."""
    _may_act_on(person, by)
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    audit.record("person.second_factor_reset", target=person, by=by, at=at)


@transaction.atomic
def make_link(*, person: User, by: User | None, at: datetime) -> str:
    """Return the path of the page on which the person chooses a password; it works once."""
    _may_act_on(person, by)
    audit.record("person.password_link_made", target=person, by=by, at=at)
    return first_password.link(person)


def end_sessions(person: User) -> None:
    """End all, listed or not."""
    User.objects.filter(pk=person.pk).update(session_generation=F("session_generation") + 1)
    UserSession.objects.filter(user=person).delete()


def _set_active(person: User, is_active: bool) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])


def _may_act_on(person: User, by: User | None) -> None:
    if by is None:
        return
    if by.pk == person.pk:
        raise OnOneself
    if person.is_superuser and not by.is_superuser:
        raise OnSuperuser


def _facts(role: str, round_: Round | None) -> dict[str, str]:
    return {"role": str(role), "round": round_.slug if round_ else EVERYWHERE}
