"""How staff log in: what allauth asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone

from barometer import audit
from barometer.models import User
from barometer.network import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # carries no types for mypy
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Not of whoever came by single sign-on, and has no password or second factor yet to show again."""
        has_something = bool(self.get_reauthentication_methods(self.request.user))
        return has_something and super().is_reauthentication_required(app=app, **kwargs)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever comes by single sign-on is let in if we know them; nobody becomes staff that way."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """At the first time, find the account by the e-mail address that the provider has verified; later by its id."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(redirect("account"))  # nobody ties an account to another one by themselves
        if sociallogin.is_existing:
            return
        verified = [
            each.email for each in sociallogin.email_addresses if each.verified or settings.OIDC_EMAIL_IS_VERIFIED
        ]
        found = list(User.objects.filter(email__iexact=verified[0], is_active=True)[:2]) if verified else []
        if len(found) == 1:
            sociallogin.connect(request, found[0])
            audit.record("person.single_sign_on", target=found[0], by=found[0], at=timezone.now())
