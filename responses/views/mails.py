"""The outbox: what has been written to whom, and what became of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.roles import Right
from responses import coordinator_links, mail_texts
from responses import mail as writing
from responses.actions import bounce
from responses.actions import mail as actions
from responses.models import Case, ContactAttempt, Mail
from responses.models.contact import mail_names
from surveys.models import Round

MAILS_PER_PAGE = 50
UNREACHABLE_SHOWN = 20
UNDECIDED = "undecided"  # unknown, and nobody has said yet what became of it

SECRETS: dict[str, Promise] = {
    "link": gettext_lazy("personal link"),
    "opt_out_link": gettext_lazy("personal link that stops reminders"),
    "take_back_link": gettext_lazy("personal link that takes the task back"),
    "return_link": gettext_lazy("personal link that gives the task back"),
    "code": gettext_lazy("personal code"),
    "coordinator_link": gettext_lazy("the coordinator's link"),
    "coordinator_code": gettext_lazy("the coordinator's code"),
}


@needs(Right.SEE_CONTACTS)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the mails of a round, newest first, of one status or name if the address says so."""
    round_ = get_object_or_404(Round, slug=slug)
    mails = Mail.objects.filter(round=round_)
    status, name = request.GET.get("status", ""), request.GET.get("name", "")
    unreachable = Case.objects.of_round(round_).without_address().select_related("sample_unit__workplace")
    counts = dict(mails.order_by().values_list("status").annotate(Count("pk")))
    context = {
        "round": round_,
        "page": Paginator(_found(round_, mails, status, name), MAILS_PER_PAGE).get_page(request.GET.get("page")),
        "statuses": [
            *((code, label, counts.get(code, 0)) for code, label in Mail.Status.choices),
            (UNDECIDED, _("Unknown, and waiting for you"), Mail.objects.undecided(round_).count()),
        ],
        "names": mail_names(),
        "status": status,
        "name": name,
        "unreachable": unreachable.order_by("pk")[:UNREACHABLE_SHOWN],
        "unreachable_count": unreachable.count(),
    }
    return render(request, "responses/mails/list.html", context)


def _found(round_: Round, mails: QuerySet[Mail], status: str, name: str) -> QuerySet[Mail]:
    if status == UNDECIDED:
        mails = mails.filter(pk__in=Mail.objects.undecided(round_).order_by().values("pk"))
    elif status in Mail.Status.values:
        mails = mails.filter(status=status)
    if name in dict(mail_names()):
        mails = mails.filter(name=name)
    return mails.annotate(workplaces=Count("lines")).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stored text: words, or what stands in a secret's place (with the link itself in a rehearsal)."""

    text: str
    is_secret: bool = False
    address: str = ""


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail as it was sent; say what became of one that is unknown, or that it came back."""
    mail_ = get_object_or_404(Mail.objects.select_related("round", "authority_contact"), pk=pk)
    if request.method == "POST":
        return _act(request, mail_)
    lines = list(mail_.lines.select_related("case__sample_unit__workplace", "holder").order_by("pk"))
    secrets = _secrets(mail_, lines) if mail_.round.rehearsal else {}
    context = {
        "round": mail_.round,
        "mail": mail_,
        "outcome": mail_texts.outcome(mail_.outcome),
        "lines": [(line, mail_texts.left_out(line.left_out)) for line in lines],
        "parts": list(parts(mail_.text_body, secrets)),
        "undecided": actions.is_undecided(mail_),
        "can_bounce": _has_left(mail_) and mail_.bounced_at is None,
    }
    return render(request, "responses/mails/mail.html", context)


def _secrets(mail_: Mail, lines: list[ContactAttempt]) -> dict[str, str]:
    return writing.secrets_of([line.holder for line in lines]) | coordinator_links.secrets_of(mail_.authority_contact)


def _has_left(mail_: Mail) -> bool:
    return mail_.status in (Mail.Status.SENT, Mail.Status.UNKNOWN)


def _act(request: HttpRequest, mail_: Mail) -> HttpResponse:
    """Do what the button says; ``done`` tells staff so."""
    acts: dict[str, tuple[Callable[..., object], str]] = {
        "sent": (actions.confirm_sent, _("The mail is recorded as sent.")),
        "again": (actions.send_again, _("The mail is in the queue once more.")),
        "bounced": (bounce.record_bounce, _("The mail is recorded as come back.")),
    }
    if request.POST.get("act") not in acts or (request.POST["act"] == "bounced" and not _has_left(mail_)):
        return HttpResponseBadRequest()
    act, done = acts[request.POST["act"]]
    try:
        act(mail=mail_, by=staff(request), at=timezone.now())
    except actions.MailDecided:
        messages.error(request, _("Somebody has already said what became of this mail."))
    else:
        messages.success(request, done)
    return redirect("mail", mail_.pk)


def _address(piece: str, secrets: dict[str, str]) -> str:
    return "" if piece.partition(":")[0] in ("code", "coordinator_code") else secrets[piece]


def parts(text: str, secrets: dict[str, str]) -> Iterator[Part]:
    """Split a stored text at its placeholders."""
    for place, piece in enumerate(writing.SECRET.split(text)):
        if place % 2 == 0:
            yield Part(piece)
        elif piece in secrets:
            yield Part(secrets[piece], is_secret=True, address=_address(piece, secrets))
        else:
            yield Part(str(SECRETS[piece.partition(":")[0]]), is_secret=True)
