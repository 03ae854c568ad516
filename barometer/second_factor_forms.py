"""The forms of security keys, whose name has no label of its own in allauth."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 100  # in allauth it stands inside a JSON object


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A new key, with the name by which its owner knows it."""

    name = forms.CharField(label=_("Name of the key"), required=False, max_length=LONGEST_NAME)


class EditKeyForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Another name for a key."""

    name = forms.CharField(label=_("Name of the key"), max_length=LONGEST_NAME)
