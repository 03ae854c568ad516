"""What becomes of the mails of a case whose address is changed."""

from datetime import datetime

from django.db import models

from barometer.addresses import domain_of
from responses.mail import Reason
from responses.models import Case, ContactAttempt, LinkHolder, Mail, Notice
from surveys.models import ContactStep

WAITING = (Mail.Status.HELD, Mail.Status.QUEUED)


def move_waiting(*, owner: LinkHolder, at: datetime) -> int:
    """Put the owner's lines of mails that have not left in mails to the new address; return how many.

    A mail without a line left is cancelled; one with lines is in the language of the first. A wave that is not released
    has to be proven again: what was proven of it is no longer so. The caller holds the lock on the case, and has saved
    the owner.
    """
    lines = ContactAttempt.objects.filter(holder=owner, left_out="", mail__status__in=WAITING)
    lines = lines.exclude(mail__name=Notice.CONTACT_CHANGED)  # tells whoever had the task before
    before = list(
        Mail.objects.select_for_update(of=("self",))
        .filter(pk__in=lines.values("mail"), status__in=WAITING)
        .exclude(address__iexact=owner.email)
        .select_related("wave")
        .order_by("pk")
    )
    for mail in before:
        now_in = _for_address(mail, owner.email)
        ContactAttempt.objects.filter(holder=owner, mail=mail).update(mail=now_in)
        _speak_to_the_first(now_in)
        if not _speak_to_the_first(mail):
            mail.status, mail.outcome, mail.ended_at = Mail.Status.CANCELLED, Reason.NOBODY_LEFT, at
            mail.save(update_fields=["status", "outcome", "ended_at"])
        _prove_again(mail)
    return len(before)


def speak_anew(*, case: Case) -> None:
    """Put the mails of a case that have not left into the language of their first case, which may be a new one.

    A wave that is not released has to be proven again. The caller holds the lock on the case.
    """
    lines = ContactAttempt.objects.filter(case=case, left_out="", mail__status__in=WAITING)
    waiting = Mail.objects.select_for_update(of=("self",)).filter(pk__in=lines.values("mail"), status__in=WAITING)
    for mail in waiting.select_related("wave").order_by("pk"):
        _speak_to_the_first(mail)
        _prove_again(mail)


def invite(*, owner: LinkHolder, at: datetime) -> bool:
    """Queue the invitation for the owner's address, if invitations have gone out and none waits for the owner.

    Whoever is new there has had no mail yet, so it is the invitation, whatever the case has had before. It is a resend:
    whether it still fits is seen when it is sent.
    """
    round_ = owner.case.round
    gone_out = models.Q(queued_at__isnull=False) | models.Q(swept_on__isnull=False)
    step = round_.contact_steps.filter(gone_out, mail_name=ContactStep.MailName.INVITATION).first()
    of_case = ContactAttempt.objects.filter(case=owner.case_id, step=step)
    if step is None or of_case.filter(left_out="", mail__status__in=(*WAITING, Mail.Status.CLAIMED)).exists():
        return False
    authority = owner.case.sample_unit.workplace.authority_code
    of_address = Mail.objects.filter(step=step, authority_code=authority, address__iexact=owner.email)
    resend = max(_next(of_case), _next(of_address))
    mail = Mail.objects.create(
        round=round_,
        step=step,
        name=step.mail_name,
        authority_code=authority,
        address=owner.email,
        domain=domain_of(owner.email),
        language=owner.case.language,
        resend=resend,
        scheduled_for=at,
    )
    ContactAttempt.objects.create(case_id=owner.case_id, step=step, mail=mail, holder=owner, resend=resend)
    return True


def _for_address(mail: Mail, address: str) -> Mail:
    """Return a mail like this one, to another address: one that waits already, or a new one."""
    alike = Mail.objects.alike(mail).filter(address__iexact=address)
    waiting = alike.filter(status=mail.status, wave=mail.wave_id).first()
    return waiting or Mail.objects.create(
        round_id=mail.round_id,
        name=mail.name,
        step_id=mail.step_id,
        cause_id=mail.cause_id,
        wave_id=mail.wave_id,
        authority_code=mail.authority_code,
        address=address,
        domain=domain_of(address),
        resend=_next(alike),
        language=mail.language,
        status=mail.status,
        scheduled_for=mail.scheduled_for,
    )


def _prove_again(mail: Mail) -> None:
    if mail.wave and mail.wave.released_at is None:
        mail.wave.proven_at, mail.wave.proof_sha256 = None, ""
        mail.wave.save(update_fields=["proven_at", "proof_sha256"])


def _speak_to_the_first(mail: Mail) -> bool:
    """Put a mail into the language of its first case; False when it has no line."""
    first = mail.lines.filter(left_out="").order_by("pk").values_list("case__language", flat=True).first()
    if first is not None and first != mail.language:
        mail.language = first
        mail.save(update_fields=["language"])
    return first is not None


def _next(resends: models.QuerySet[Mail] | models.QuerySet[ContactAttempt]) -> int:
    """Return the number of the next resend; 0 when there was none."""
    highest = resends.aggregate(highest=models.Max("resend"))["highest"]
    return 0 if highest is None else highest + 1
