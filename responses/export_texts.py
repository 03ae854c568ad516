"""What contents, levels and states of exported files are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.variables import Privacy

CONTENTS: dict[str, Promise] = {
    "responses": _("Answers, weights and design"),
    "texts": _("What people wrote in their own words"),
    "paradata": _("How the questionnaires were answered: time, device, mode"),
    "contacts": _("Mails, letters and calls"),
    "events": _("Everything that happened to the cases"),
}
LEVELS: dict[Privacy, Promise] = {
    Privacy.STATISTICAL: _("Statistical: pseudonym, coarse register data, no words, no times"),
    Privacy.RESEARCH: _("Research: also times, language and mode; own words in a file apart"),
    Privacy.FULL: _("Full: with name, register number, authority and own words"),
}
