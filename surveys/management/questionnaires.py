"""What the commands for questionnaires share."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext

from surveys.actions.checking import Findings, findings, findings_of
from surveys.actions.questionnaire import shipped_document
from surveys.models import Questionnaire
from surveys.questionnaire import definition
from surveys.questionnaire.document import from_yaml


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


def checked_questionnaire(name: str) -> tuple[definition.Questionnaire | None, Findings]:
    """NAME@VERSION, a YAML file or a shipped instrument, and what its checks find; None when there are errors."""
    if "@" in name and not Path(name).exists():
        row = named_questionnaire(name)
        found = findings(row)
        return (None if found.errors else row.definition()), found
    read, problems = from_yaml(document_text(name))
    return read, findings_of(read, problems) if read else Findings.sorted_out(problems)
