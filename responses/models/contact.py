"""Mails, and the cases that they are about."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.models.after import ResultRequest
from responses.models.case import Case, CaseEvent, LinkHolder
from responses.models.hand_over import HandOver
from surveys.models import AuthorityContact, ContactStep, Round


class Notice(models.TextChoices):
    """Mails that are no step of the contact plan: each tells of one event, at once."""

    RECEIPT = "receipt", _("Receipt")
    DECLINED_CONFIRMED = "declined_confirmed", _("Confirmation: does not take part")
    OPT_OUT_CONFIRMED = "opt_out_confirmed", _("Confirmation: no more reminders")
    LINK_AGAIN = "link_again", _("The link once more, as asked for on the telephone")
    HANDOVER = "handover", _("To the delegate: the task")
    SHARE = "share", _("To the colleague: the link")
    OWNER_TRANSFERRED = "owner_transferred", _("To the owner: the task has been passed on")
    OWNER_SHARED = "owner_shared", _("To the owner: the questionnaire has been shared")
    OWNER_WAITING = "owner_waiting", _("To the owner: a link waits for staff")
    OWNER_GIVEN_BACK = "owner_given_back", _("To the owner: the task is back")
    CONTACT_CHANGED = "contact_changed", _("To the old and the new leader: another contact was given")


class CoordinatorMail(models.TextChoices):
    """Mails to the contact person of an authority that are no step of the contact plan."""

    LINK = "coordinator_link", _("To the coordinator: the link")
    CODE = "coordinator_code", _("To the coordinator: the code")


def mail_names() -> list[tuple[str, Promise]]:
    """Return every mail that there can be, named as its folder in ``templates/emails``."""
    return [*ContactStep.MailName.choices, *Notice.choices, *CoordinatorMail.choices]


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, at: datetime) -> Self:
        """Queued, and its time has come; not what was put back for later after its wave was paused or stopped."""
        waiting = self.filter(status=Mail.Status.QUEUED, scheduled_for__lte=at)
        held_back = Wave.objects.filter(models.Q(paused_at__isnull=False) | models.Q(stopped_at__isnull=False))
        # Not a join: the first in turn are to be found by the index, however many wait.
        return waiting.exclude(wave__in=held_back.order_by().values("pk")).order_by("scheduled_for", "pk")

    def undecided(self, round_: Round) -> Self:
        """Unknown, and nobody has said yet what became of it, nor sent it again."""
        return self.filter(round=round_, status=Mail.Status.UNKNOWN).exclude(outcome__startswith="sent_again")

    def alike(self, mail: "Mail") -> Self:
        """Of the same step or cause, about workplaces of the same authority; the mail itself among them."""
        return self.filter(
            name=mail.name, step=mail.step_id, cause=mail.cause_id, authority_code=mail.authority_code
        ).order_by("pk")

    def claim(self, pks: Collection[int], at: datetime) -> int:
        """Take mails for sending; return how many of them no other worker had.

        One conditional UPDATE on the row's own columns, so exactly one caller wins each: a joined filter
        becomes ``id IN (SELECT …)``, which two workers can both pass.
        """
        queued = self.filter(pk__in=pks, status=Mail.Status.QUEUED)
        return queued.update(status=Mail.Status.CLAIMED, claimed_at=at)


class Wave(models.Model):
    """The contacts of a step that leave together: prepared, proven, approved, then sent.

    ``findings`` is what the proof found (``responses.proof``), ``digests`` what it proved of each mail, by mail, and
    ``proof_sha256`` is of both. ``left_out`` is which cases are left out by reason, as things stood when the wave was
    prepared and proven, ``forecast`` how many cases are to be reached. The mails of a wave are *held* until it is
    released. Where it stands is told by the moments at which things happened.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared, not proven")
        ERRORS = "errors", _("The proof has errors")
        WAITING = "waiting", _("Proven, waits to be released")
        RELEASED = "released", _("Released")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")

    step = models.ForeignKey(ContactStep, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    scheduled_for = models.DateTimeField()
    forecast = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict, blank=True)
    findings = models.JSONField(default=list, blank=True)
    digests = models.JSONField(default=dict, blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    proven_at = models.DateTimeField(null=True, blank=True)
    proven_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["step", "number"]
        constraints = [
            models.UniqueConstraint(fields=["step", "number"], name="wave_number_once_per_step"),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True) | models.Q(proven_at__isnull=False),
                name="wave_proven_before_released",
            ),
        ]

    def __str__(self) -> str:
        return f"wave {self.number} of step {self.step_id}"

    @property
    def has_errors(self) -> bool:
        return any(finding["severity"] == "error" for finding in self.findings)

    @property
    def state(self) -> State:
        if self.stopped_at:
            return self.State.STOPPED
        if self.released_at:
            return self.State.PAUSED if self.paused_at else self.State.RELEASED
        if self.proven_at is None:
            return self.State.PREPARED
        return self.State.ERRORS if self.has_errors else self.State.WAITING

    @property
    def leaves_at(self) -> datetime:
        """Return when its first mail leaves, or left: never before its time, nor before its release."""
        return max(self.released_at, self.scheduled_for) if self.released_at else self.scheduled_for


class MailDomain(models.Model):
    """A domain that mails go to, when its servers have asked us to wait: nothing is sent there until then."""

    name = models.CharField(max_length=255, unique=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    deferrals = models.PositiveIntegerField(default=0)
    reply = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Mail(models.Model):
    """One message to one address for one step of the contact plan, or for one cause, and one resend number.

    A *notice* has no step but a ``cause``: the event that it tells of, in a line about one case. A mail to an
    authority, or with the results, is about no case: it has an ``authority_contact`` or a ``result_request``. A
    ``CoordinatorMail`` has neither step nor cause.

    held → queued → claimed → handed_over → sent / failed / cancelled / unknown. *handed_over* is committed
    immediately before the SMTP dialogue, so a mail found there after a crash may or may not have left:
    it becomes *unknown* and waits for a person. Stored texts carry ⟦link:holder⟧ and ⟦code:holder⟧ where
    the message has the secret; ``sha256`` is of the message as sent.
    """

    class Status(models.TextChoices):
        HELD = "held", _("Held back")
        QUEUED = "queued", _("Queued")
        CLAIMED = "claimed", _("Being prepared")
        HANDED_OVER = "handed_over", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        UNKNOWN = "unknown", _("Unknown")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="mails")
    name = models.CharField(max_length=40, choices=mail_names)
    step = models.ForeignKey(ContactStep, null=True, blank=True, on_delete=models.PROTECT, related_name="mails")
    cause = models.ForeignKey(CaseEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    wave = models.ForeignKey(Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="mails")
    authority_contact = models.ForeignKey(
        AuthorityContact, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails"
    )
    result_request = models.ForeignKey(
        ResultRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails"
    )
    authority_code = models.CharField(max_length=10, blank=True)
    address = models.EmailField()
    domain = models.CharField(max_length=255, blank=True)
    resend = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(max_length=7)
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    scheduled_for = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text_body = models.TextField(blank=True)
    html_body = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            # In the order in which they leave: the mails of a wave are all scheduled for the same moment.
            models.Index(fields=["status", "scheduled_for", "id"], name="mail_by_status_and_time"),
            models.Index(
                fields=["status", "scheduled_for", "id"],
                condition=models.Q(cause__isnull=False),
                name="mail_notices_by_time",
            ),
            models.Index(fields=["round", "status"], name="mail_by_round_and_status"),
            models.Index(fields=["wave", "status"], name="mail_by_wave_and_status"),
            models.Index(fields=["claimed_at"], name="mail_by_claim"),
            models.Index(fields=["domain", "status"], name="mail_by_domain_and_status"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["step", "authority_code", "address", "resend"], name="mail_once_per_step"),
            models.UniqueConstraint(fields=["cause", "name", "address", "resend"], name="mail_once_per_cause"),
            models.CheckConstraint(
                condition=models.Q(step__isnull=False, cause__isnull=True)
                | models.Q(step__isnull=True, cause__isnull=False)
                | models.Q(step__isnull=True, cause__isnull=True, name__in=["coordinator_link", "coordinator_code"]),
                name="mail_has_a_step_or_a_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["held", "queued", "cancelled", "failed"], handed_over_at__isnull=True)
                | models.Q(status__in=["claimed"], claimed_at__isnull=False, handed_over_at__isnull=True)
                | models.Q(status__in=["handed_over", "sent", "failed", "unknown"], handed_over_at__isnull=False),
                name="mail_handed_over_before_sent",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["sent", "failed", "cancelled", "unknown"], ended_at__isnull=False)
                | models.Q(status__in=["held", "queued", "claimed", "handed_over"], ended_at__isnull=True),
                name="mail_ended_with_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.status})"


class ContactAttempt(models.Model):
    """One case's line in a mail, or its letter. ``left_out`` says why the line was dropped before the mail left.

    ``step`` repeats that of the mail, for the constraint; a notice has none. ``silent_delegate`` is read with the
    lines of a mail (``responses.recipients``): whom the owner, who is written to again, has passed the task on to.
    """

    silent_delegate: HandOver | None = None

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_attempts")
    step = models.ForeignKey(
        ContactStep, null=True, blank=True, on_delete=models.PROTECT, related_name="contact_attempts"
    )
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.PROTECT, related_name="lines")
    wave = models.ForeignKey(Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts")
    holder = models.ForeignKey(LinkHolder, on_delete=models.PROTECT, related_name="+")
    resend = models.PositiveSmallIntegerField(default=0)
    left_out = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "resend"], name="contactattempt_once_per_case_and_step"),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} in mail {self.mail_id}"


class MailReturn(models.Model):
    """What came back for a mail: a bounce, a reply by a machine. Read once, however often it is delivered (``digest``).

    ``returns_on``: until when somebody is out of the office, where that could be read.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("Address does not work")
        SOFT = "soft", _("Refused for now")
        AUTO_REPLY = "auto_reply", _("Automatic reply")
        COMPLAINT = "complaint", _("Marked as spam")
        UNREADABLE = "unreadable", _("Could not be read")

    class Source(models.TextChoices):
        MAILBOX = "mailbox", _("Mailbox")
        WEBHOOK = "webhook", _("Mail provider")
        STAFF = "staff", _("Staff")

    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.CASCADE, related_name="returns")
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.CharField(max_length=8, choices=Source)
    status_code = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()
    returns_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "at"], name="mailreturn_by_kind_and_time")]

    def __str__(self) -> str:
        return f"{self.kind} of mail {self.mail_id}"


class Call(models.Model):
    """A telephone call about a case, and what came of it. ``call_back_at`` is when another call was agreed for."""

    class Outcome(models.TextChoices):
        NO_ANSWER = "no_answer", _("No answer")
        BUSY = "busy", _("Busy")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        LEFT_MESSAGE = "left_message", _("Left a message")
        CALL_BACK = "call_back", _("To be called again at an agreed time")
        WILL_ANSWER = "will_answer", _("Will answer on the web")
        LINK_SENT = "link_sent", _("The link was sent again")
        ANSWERED = "answered", _("Answered on the telephone")
        OTHER_PERSON = "other_person", _("Somebody else is the right person")
        REFUSED = "refused", _("Does not wish to take part")
        NOT_ELIGIBLE = "not_eligible", _("The workplace has closed or merged")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="calls")
    step = models.ForeignKey(ContactStep, null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome)
    call_back_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["call_back_at"], name="call_by_call_back")]

    def __str__(self) -> str:
        return f"call {self.pk} about case {self.case_id}"
