"""How staff log in: what allauth asks us, and what we note when it has done something."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from barometer import audit
from barometer.models import User
from barometer.network import client_address
from barometer.second_factor import GIVEN, SECOND_FACTORS


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # carries no types for mypy
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted: a stolen database is no second factor."""

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever comes by single sign-on is let in if we know them; nobody becomes staff that way."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """At the first time, find the account by the e-mail address that the provider has verified; later by its id."""
        if sociallogin.is_existing:
            return
        verified = [
            each.email for each in sociallogin.email_addresses if each.verified or settings.OIDC_EMAIL_IS_VERIFIED
        ]
        found = list(User.objects.filter(email__iexact=verified[0], is_active=True)[:2]) if verified else []
        if len(found) == 1:
            sociallogin.connect(request, found[0])
            audit.record("person.single_sign_on", target=found[0], by=found[0], at=timezone.now())


def _vault() -> Fernet:
    key = hashlib.sha256(b"second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def on_second_factor_added(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note it, and end the person's other sessions: they were begun with less."""
    request.session[GIVEN] = True
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key or ""):
        session.end()
    audit.record("person.second_factor_added", target=user, by=user, at=timezone.now())


def on_second_factor_removed(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note it; whoever has none left sets up another one first."""
    if not Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists():
        request.session.pop(GIVEN, None)
    audit.record("person.second_factor_removed", target=user, by=user, at=timezone.now())


def on_second_factor_given(sender: object, request: HttpRequest, **kwargs: object) -> None:
    request.session[GIVEN] = True
