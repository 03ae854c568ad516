"""The pages on which staff log in and look after their own account: allauth's, and the few that it lacks."""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account import views as allauth
from allauth.socialaccount import views as single_sign_on
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from barometer import first_password
from barometer.access import staff

# A form that ends at another site has to be allowed to go there (Chromium counts the redirects behind it).
ISSUER = ["{0.scheme}://{0.netloc}".format(urlsplit(settings.OIDC_ISSUER))] if settings.OIDC_ISSUER else []

login = csp_update({"form-action": ISSUER})(allauth.login) if ISSUER else allauth.login
logout, inactive = allauth.logout, allauth.account_inactive
reauthenticate = allauth.reauthenticate
sso_cancelled, sso_error = single_sign_on.login_cancelled, single_sign_on.login_error


def lazily(name: str) -> Callable[..., HttpResponseBase]:
    """Return a view that is imported when it is first asked for: processes that serve respondents stay small."""

    def view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found: Callable[..., HttpResponseBase] = import_string(name)
        return found(request, *args, **kwargs)

    return view


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: the way to password, second factor and sessions."""
    return render(request, "account/account.html")


@login_required
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Whoever comes by single sign-on alone has no password here to change."""
    if not staff(request).has_usable_password():
        return redirect("account")
    changed: HttpResponseBase = allauth.password_change(request)
    return changed


@csrf_exempt  # the address is the secret, and such a page sends no referrer: browsers say ``Origin: null``
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password with a link that works once. Looking at it changes nothing: mail scanners do."""
    person = first_password.person_of(token)
    if person is None:
        return render(request, "account/link_gone.html", status=404)
    form = SetPasswordForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        first_password.choose(person=person, password=form.cleaned_data["new_password1"], at=timezone.now())
        return redirect(settings.LOGIN_URL)
    status = 422 if form.is_bound else 200
    return render(request, "account/choose_password.html", {"form": form, "person": person}, status=status)
