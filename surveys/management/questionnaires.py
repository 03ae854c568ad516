"""What the commands for questionnaires share."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext

from surveys.actions.questionnaire import shipped_document
from surveys.models import Questionnaire


def named_questionnaire(name: str) -> Questionnaire:
    """The questionnaire NAME@VERSION; ``CommandError`` with all names when there is none."""
    questionnaire = Questionnaire.objects.named(name).first()
    if questionnaire is None:
        names = ", ".join(map(str, Questionnaire.objects.order_by("code", "version"))) or "–"
        said = gettext("There is no questionnaire %(name)s. There are: %(names)s.")
        raise CommandError(said % {"name": name, "names": names})
    return questionnaire


def document_text(name: str) -> str:
    """The text of a file, or of a shipped instrument."""
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(gettext("%(file)s is not a text in UTF-8.") % {"file": name}) from error
    except OSError as error:
        shipped = shipped_document(name)
        if shipped is None:
            said = gettext("%(file)s cannot be read, and no instrument of that code is shipped.")
            raise CommandError(said % {"file": name}) from error
        return shipped
