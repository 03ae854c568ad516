"""The people on staff: who they are, which roles they have in which round, and how they get in."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from smtplib import SMTPException

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.models import User
from barometer.roles import OF_ROLE, Right, Role
from barometer.second_factor import SECOND_FACTORS
from surveys.actions import access as actions
from surveys.forms.people import PersonForm, RoleForm
from surveys.models import RoundRole


@require_safe
@needs(Right.SEE_PEOPLE)
def listing(request: HttpRequest) -> HttpResponse:
    """List everybody, with their roles."""
    return render(request, "surveys/people/list.html", {"people": _people().order_by("-is_active", "username")})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.MANAGE_PEOPLE)
def add(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = actions.add_person(by=staff(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The account is made. Give it a role, and make a link for the password."))
        return redirect("person", person.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "surveys/people/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_PEOPLE, write=Right.MANAGE_PEOPLE)
@cache_control(no_store=True)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person; give and take roles, close and open the account, help with login."""
    person_ = get_object_or_404(_people(), pk=pk)
    form = RoleForm(request.POST if "role" in request.POST else None)
    if request.method == "POST":
        try:
            answer = _act(request, person_, form)
        except actions.OnOneself:
            messages.error(request, _("Nobody does this to their own account: ask another administrator."))
            answer = redirect("person", pk)
        except actions.OnSuperuser:
            messages.error(request, _("Only a superuser does this to a superuser."))
            answer = redirect("person", pk)
        if answer:
            return answer
    context = {
        "person": person_,
        "form": form,
        "oneself": person_ == staff(request),
        "untouchable": person_.is_superuser and not staff(request).is_superuser,
        "roles": [(role.label, [right.label for right in Right if right in OF_ROLE[role]]) for role in Role],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "surveys/people/person.html", context, status=status)


def _people() -> QuerySet[User]:
    """Return everybody, with roles and whether there is a second factor; two queries."""
    second = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    roles = RoundRole.objects.select_related("round").order_by("round__slug", "role")
    return User.objects.annotate(has_second_factor=Exists(second)).prefetch_related(Prefetch("round_roles", roles))


def _act(request: HttpRequest, person_: User, form: RoleForm) -> HttpResponse | None:
    """Do what the button says; None when the form has an error."""
    by, at, act = staff(request), timezone.now(), request.POST.get("act", "")
    if form.is_bound:
        if not form.is_valid():
            return None
        role, round_ = Role(form.cleaned_data["role"]), form.cleaned_data["round"]
        actions.grant_role(person=person_, role=role, round_=round_, by=by, at=at)
        messages.success(request, _("The role is given."))
        return redirect("person", person_.pk)
    if request.POST.get("revoke", "").isdecimal():
        granted = get_object_or_404(RoundRole, pk=int(request.POST["revoke"][:18]), user=person_)
        actions.revoke_role(granted=granted, by=by, at=at)
        messages.success(request, _("The role is taken away."))
        return redirect("person", person_.pk)
    if act in ("link", "mail"):
        return _link(request, person_, by, at, mail=act == "mail")
    acts: dict[str, tuple[Callable[..., None], str]] = {
        "close": (actions.close_account, _("The account is closed, and its sessions have ended.")),
        "open": (actions.open_account, _("The account is open.")),
        "reset": (actions.reset_second_factor, _("The second factor is forgotten: a new one is set up at login.")),
    }
    if act not in acts:
        return HttpResponseBadRequest()
    do, done = acts[act]
    do(person=person_, by=by, at=at)
    messages.success(request, done)
    return redirect("person", person_.pk)


def _link(request: HttpRequest, person_: User, by: User, at: datetime, *, mail: bool) -> HttpResponse:
    """Show the link for the password, this once, or mail it."""
    link = settings.SITE_URL + actions.make_link(person=person_, by=by, at=at)
    if not mail:
        return render(request, "surveys/people/link.html", {"person": person_, "link": link})
    text = _("Choose a password for the account %(name)s here. The link works once, and for two days:\n\n%(link)s\n")
    try:
        words = text % {"name": person_.username, "link": link}
        send_mail(_("Your account for the Innovation Barometer"), words, None, [person_.email])
    except (SMTPException, OSError):
        messages.error(request, _("The mail could not be sent. Show the link instead."))
    else:
        messages.success(request, _("The link is mailed to %(email)s.") % {"email": person_.email})
    return redirect("person", person_.pk)
