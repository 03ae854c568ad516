"""What staff decide about a mail of which nobody knows whether it left."""

from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.actions.result_mail import forget_address
from responses.mail import Reason
from responses.models import ContactAttempt, Mail
from surveys.models import ContactStep


class MailDecided(Exception):
    """The mail is not unknown, or somebody has already said what became of it."""


def is_undecided(mail: Mail) -> bool:
    """Whether the mail is unknown, and nobody has yet said that it left, or sent it again."""
    again = Mail.objects.alike(mail).filter(address=mail.address, resend__gt=mail.resend)
    return mail.status == Mail.Status.UNKNOWN and not again.exists()


@transaction.atomic
def confirm_sent(*, mail: Mail, by: User | None, at: datetime) -> None:
    """Record that an unknown mail did leave, as the mail server's log says, or the mail provider.

    Raises: MailDecided.
    """
    mail = _lock_unknown(mail.pk)
    mail.status, mail.outcome = Mail.Status.SENT, Reason.SENT_PER_LOG
    mail.save(update_fields=["status", "outcome"])
    if mail.step_id:
        events.record_invited(dict(mail.lines.filter(left_out="").values_list("case_id", "holder_id")), at=at, by=by)
    if mail.name == ContactStep.MailName.RESULT:
        forget_address(mail=mail)
    audit.record("mail.confirmed_sent", target=mail, by=by, at=at)


@transaction.atomic
def send_again(*, mail: Mail, by: User, at: datetime) -> Mail:
    """Queue an unknown mail once more, as a person decided; return the new mail.

    Raises: MailDecided.
    """
    mail = _lock_unknown(mail.pk)
    again = Mail.objects.create(
        round_id=mail.round_id,
        step_id=mail.step_id,
        name=mail.name,
        cause_id=mail.cause_id,
        authority_contact_id=mail.authority_contact_id,
        result_request_id=mail.result_request_id,
        authority_code=mail.authority_code,
        address=mail.address,
        domain=mail.domain,
        language=mail.language,
        resend=mail.resend + 1,
        scheduled_for=at,
    )
    lines = mail.lines.filter(left_out="").order_by("pk")
    ContactAttempt.objects.bulk_create(
        [
            ContactAttempt(
                case_id=line.case_id, step_id=line.step_id, mail=again, holder_id=line.holder_id, resend=again.resend
            )
            for line in lines
        ]
    )
    mail.outcome = f"{Reason.SENT_AGAIN}: {again.pk}"
    mail.save(update_fields=["outcome"])
    audit.record("mail.sent_again", target=mail, by=by, at=at, facts={"again": again.pk})
    return again


def _lock_unknown(pk: int) -> Mail:
    mail = Mail.objects.select_for_update().get(pk=pk)
    if not is_undecided(mail):
        raise MailDecided
    return mail
