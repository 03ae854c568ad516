"""The pages around the questionnaire: typed code, wrong person, privacy."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from barometer.network import client_network
from responses import coordination, guessing, links
from responses.views.respondent import other_languages, others_of
from surveys.models import Round, RoundText

Field = RoundText.Field

PRIVACY_SECTIONS = [
    (
        gettext_lazy("Who is the data controller, and who is the data protection officer?"),
        (Field.CONTROLLER, Field.JOINT_CONTROLLERS, Field.DPO),
    ),
    (gettext_lazy("What do we use the data for?"), (Field.PURPOSE,)),
    (gettext_lazy("What is the legal basis?"), (Field.LEGAL_BASIS,)),
    (gettext_lazy("Is it voluntary, and what happens if you do not answer?"), (Field.VOLUNTARY,)),
    (gettext_lazy("Which data do we process?"), (Field.DATA_CATEGORIES,)),
    (gettext_lazy("Where do we have your address from?"), (Field.ADDRESS_SOURCE,)),
    (
        gettext_lazy("Who receives the data, and who processes them for us?"),
        (Field.RECIPIENTS, Field.PROCESSORS, Field.THIRD_COUNTRIES),
    ),
    (gettext_lazy("Who can see whether you have answered?"), (Field.PARTICIPATION_VISIBILITY,)),
    (
        gettext_lazy("How long do we keep the data, and what goes to the archives?"),
        (Field.RETENTION, Field.ARCHIVE_DECISION),
    ),
    (gettext_lazy("What are your rights, and which exceptions apply?"), (Field.RIGHTS,)),
    (gettext_lazy("How do you complain to the Danish Data Protection Agency?"), (Field.COMPLAINT,)),
]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def typed_code(request: HttpRequest) -> HttpResponse:
    """Open a questionnaire by the code in a letter or a mail; in the browser's language, or that of the address."""
    languages = dict(settings.LANGUAGES)
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in languages else translation.get_language()):
        return _typed_code(request, others_of(languages))


def _typed_code(request: HttpRequest, languages: tuple[tuple[str, str], ...]) -> HttpResponse:
    context = {"code": "", "problem": "", "languages": languages}
    if request.method != "POST":
        return render(request, "respondent/typed_code.html", context)
    now, network, code = timezone.now(), client_network(request), request.POST.get("code", "")[:40]
    if not guessing.may_try(network, now):
        problem = _("Too many codes from your network were wrong. Wait a minute, and try again.")
        return render(request, "respondent/typed_code.html", context | {"code": code, "problem": problem}, status=429)
    holder = links.holder_of_code(code)
    if holder is None:
        guessing.note_wrong(network, now)
        problem = _("The code is not right. It has 12 letters and digits, and stands in your mail or letter.")
        return render(request, "respondent/typed_code.html", context | {"code": code, "problem": problem}, status=422)
    return redirect("answer", token=links.token(links.ANSWER, holder))


@require_http_methods(["GET", "HEAD"])
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens to the data; open to everybody, without a link."""
    round_ = get_object_or_404(Round, slug=slug)
    languages: list[str] = round_.languages
    asked = request.GET.get("lang", "")
    language = asked if asked in languages else languages[0]
    with translation.override(language):
        texts = round_.texts_in(language)
        sections = [(title, [texts[field] for field in fields if field in texts]) for title, fields in PRIVACY_SECTIONS]
        if round_.coordinators:
            place = [fields for _title, fields in PRIVACY_SECTIONS].index((Field.PARTICIPATION_VISIBILITY,))
            sections[place][1].append(str(coordination.SENTENCE))
        context = {"round": round_, "texts": texts, "sections": sections, "languages": other_languages(round_)}
        response = render(request, "respondent/privacy.html", context)
        response["Content-Language"] = language
    return response
