"""The words of the mails of a round: a list, and a page on which staff write and try them."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.formats import language_name
from barometer.roles import Right
from responses import mail_preview, mail_rules, mail_texts
from responses.actions import mail_text as actions
from responses.mail import MOST_SUBJECT, Unwritable, Written
from responses.mail_format import addresses
from responses.mail_forms import MailTextForm, ReaderForm
from responses.mail_preview import Reader, Shown
from responses.mail_words import RESULT, TEXTS
from surveys.models import TO_STARTED, ContactStep, MailText, Round

SAVE, RESTORE, PREVIEW, NEXT, TEST = "save", "restore", "preview", "next", "test"
MAILS_WAIT = gettext_lazy(
    "Mails with these words have been prepared and wait to leave. They are to leave as they were proven: send them, or "
    "stop them, before you change the words."
)
TEXT_CHANGED = gettext_lazy(
    "Somebody else has changed these words in the meantime. Copy yours, open the page again, and compare."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: a mail, and for each language of the round its text if staff have written one."""

    name: str
    label: str
    started: bool
    planned: bool
    texts: list[tuple[str, MailText | None]]


@needs(Right.SEE_ROUND)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the mails of the contact plan, and the others for which words can be written."""
    round_ = get_object_or_404(Round, slug=slug)
    entries = list(_entries(round_))
    context = {
        "round": round_,
        "planned": [entry for entry in entries if entry.planned],
        "others": [entry for entry in entries if not entry.planned],
        "languages": [(language, language_name(language)) for language in round_.languages],
    }
    return render(request, "responses/mail_texts/list.html", context)


def _entries(round_: Round) -> Iterator[Entry]:
    written = {(text.name, text.language, text.started): text for text in round_.mail_texts.select_related("edited_by")}
    planned = set(round_.contact_steps.values_list("mail_name", flat=True))
    for name in (name for name in ContactStep.MailName if name in TEXTS):
        for started in (False, True) if name in TO_STARTED else (False,):
            texts = [(language, written.get((name, language, started))) for language in round_.languages]
            yield Entry(name, str(name.label), started, name in planned, texts)


@dataclass(slots=True)
class Visit:
    """One visit of the page on which words are written: what is stored, what was typed, for whom it is shown."""

    request: HttpRequest
    round: Round
    name: str
    started: bool
    form: MailTextForm
    reader_form: ReaderForm

    @property
    def language(self) -> str:
        """Return the language chosen for the preview; "" for that of the reader."""
        return str(self.reader_form.cleaned_data.get("language") or "") if self.reader_form.is_bound else ""


@needs(Right.SEE_ROUND, write=Right.EDIT_CONTACT)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, name: str, started: bool = False) -> HttpResponse:
    """Write the words of one mail, see it as a reader would, and send it to oneself."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    if name not in TEXTS or (started and name not in TO_STARTED):
        raise Http404
    posted = request.POST.copy() if request.method == "POST" else None
    if posted and posted.get("act") == NEXT:
        posted["for-case"] = ""
    stored = actions.texts_in_effect(round_, name, started=started)
    form = MailTextForm(round_, name, stored, actions.fingerprint(stored), posted)
    visit = Visit(request, round_, name, started, form, ReaderForm(round_, name, posted))
    if posted is None:
        return _shown(visit)
    acts = {SAVE: _save, RESTORE: _restore, PREVIEW: _shown, NEXT: _shown, TEST: _test}
    act = acts.get(posted.get("act", ""))
    return act(visit) if act else HttpResponseBadRequest()


def _save(visit: Visit) -> HttpResponse:
    if not visit.form.is_valid():
        return _shown(visit, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        changed = actions.save_texts(
            round_=visit.round,
            name=visit.name,
            started=visit.started,
            texts=visit.form.texts(),
            seen=visit.form.cleaned_data["seen"],
            by=staff(visit.request),
            at=timezone.now(),
        )
    except actions.MailsWait:
        return _refused(visit, str(MAILS_WAIT))
    except actions.TextChanged:
        return _refused(visit, str(TEXT_CHANGED))
    messages.success(visit.request, _("The words have been saved.") if changed else _("Nothing has changed."))
    return _back(visit)


def _restore(visit: Visit) -> HttpResponse:
    by, at = staff(visit.request), timezone.now()
    try:
        actions.restore(round_=visit.round, name=visit.name, started=visit.started, by=by, at=at)
    except actions.MailsWait:
        return _refused(visit, str(MAILS_WAIT))
    messages.success(visit.request, _("The shipped words stand here again."))
    return _back(visit)


def _test(visit: Visit) -> HttpResponse:
    """Send what was typed to whoever asks; nothing is stored."""
    reader = _reader(visit)
    if not visit.form.is_valid() or reader is None or mail_preview.goes_by_post(visit.round, visit.name):
        return _shown(visit, HTTPStatus.UNPROCESSABLE_ENTITY)
    language, by = visit.language or reader.language, staff(visit.request)
    try:
        shown = _mail(visit, reader, language)
        written = Written(shown.subject, shown.text, shown.html)
        actions.send_test(round_=visit.round, written=written, language=language, by=by, at=timezone.now())
    except Unwritable as problem:
        messages.error(visit.request, mail_texts.outcome(str(problem)))
    except actions.NoTestMail as problem:
        messages.error(visit.request, str(problem))
    else:
        messages.success(visit.request, _("The test mail has been sent to %(address)s.") % {"address": by.email})
    return _shown(visit)


def _shown(visit: Visit, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """Show the page with what was typed, what is wrong with it, and the mail that it makes."""
    if visit.form.is_bound:
        visit.form.is_valid()
    edited = visit.round.mail_texts.filter(name=visit.name, started=visit.started).select_related("edited_by")
    context = {
        "round": visit.round,
        "name": visit.name,
        "label": ContactStep.MailName(visit.name).label,
        "started": visit.started,
        "has_started": visit.name in TO_STARTED,
        "form": visit.form,
        "reader_form": visit.reader_form,
        "waiting": actions.is_waiting(visit.round, visit.name),
        "fields": [(f"{{{field}}}", mail_texts.field(field)) for field in mail_rules.fields_of(visit.name)],
        "parts": [(f"[{part}]", mail_texts.PARTS[part]) for part in mail_rules.parts_of(visit.name)],
        "most_subject": MOST_SUBJECT,
        "has_readers": visit.name != RESULT,
        "by_post": mail_preview.goes_by_post(visit.round, visit.name),
        "edited": [(language_name(text.language), text) for text in edited.order_by("pk")],
        **_preview(visit),
    }
    return render(visit.request, "responses/mail_texts/edit.html", context, status=status)


def _preview(visit: Visit) -> dict[str, object]:
    reader = _reader(visit)
    if reader is None:
        return {"reader": None}
    language = visit.language or reader.language
    about: dict[str, object] = {"reader": reader, "preview_language": language, "language": language_name(language)}
    try:
        shown = _mail(visit, reader, language)
    except Unwritable as problem:
        return about | {"problem": mail_texts.outcome(str(problem))}
    about |= {"shown": shown, "subject_length": len(shown.subject), "addresses": addresses(shown.text)}
    return about


def _mail(visit: Visit, reader: Reader, language: str) -> Shown:
    words = visit.form.texts()[language]
    return mail_preview.show(visit.round, visit.name, words, reader, language)


def _reader(visit: Visit) -> Reader | None:
    """Return whom the preview is for; None when the words name nobody, which the form then says."""
    form = visit.reader_form
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    words, number = " ".join(str(chosen.get("case") or "").split()), chosen.get("number") or 0
    after = visit.request.POST.get("act") == NEXT
    reader = mail_preview.find(visit.round, visit.name, "" if after else words, number=number, after=after)
    if reader is None and not form.errors:
        form.add_error("case", _("There is none like this in the round."))
    return reader


def _refused(visit: Visit, why: str) -> HttpResponse:
    visit.form.is_valid()
    visit.form.add_error(None, why)
    return _shown(visit, HTTPStatus.CONFLICT)


def _back(visit: Visit) -> HttpResponse:
    address = "mail-text-started" if visit.started else "mail-text"
    return redirect(address, visit.round.slug, visit.name)
