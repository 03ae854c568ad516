"""What people left after the receipt, as CSV files: case contacts, and addresses for the mail about the results."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from responses.models import CaseContact, ResultRequest
from surveys.models import Round


def contact_rows(round_: Round) -> Iterator[list[str]]:
    """Yield the header in the active language, then one row per consent; of a withdrawn one only number and times."""
    yield [
        _("No."),
        _("Given"),
        _("Withdrawn"),
        _("Language"),
        _("Version of the text"),
        _("May be given to"),
        _("Name"),
        _("Workplace"),
        _("E-mail"),
        _("Telephone"),
        _("The innovation in a few words"),
    ]
    for each in CaseContact.objects.filter(round=round_).order_by("pk"):
        yield [
            str(each.pk),
            timezone.localtime(each.at).strftime("%Y-%m-%d %H:%M"),
            timezone.localtime(each.withdrawn_at).strftime("%Y-%m-%d %H:%M") if each.withdrawn_at else "",
            each.language,
            str(each.text_version),
            each.recipient,
            each.name,
            each.workplace,
            each.email,
            each.phone,
            each.innovation,
        ]


def request_rows(round_: Round) -> Iterator[list[str]]:
    """Yield the header in the active language, then one row per address that wants the mail about the results."""
    yield [_("No."), _("Given"), _("Language"), _("Version of the text"), _("E-mail")]
    for each in ResultRequest.objects.filter(round=round_).order_by("pk"):
        given = timezone.localtime(each.at).strftime("%Y-%m-%d %H:%M")
        yield [str(each.pk), given, each.language, str(each.text_version), each.email]
