"""What the commands that take a ROUND share."""

from django.core.management.base import CommandError
from django.forms import BaseForm
from django.utils.translation import gettext

from surveys.models import Round


def round_named(slug: str) -> Round:
    """Return the round with its questionnaire; an unknown slug ends the command with the slugs there are."""
    round_ = Round.objects.select_related("questionnaire").filter(slug=slug).first()
    if round_ is None:
        slugs = ", ".join(Round.objects.order_by("slug").values_list("slug", flat=True)) or "–"
        said = gettext("There is no round %(slug)s. There are: %(slugs)s.")
        raise CommandError(said % {"slug": slug, "slugs": slugs})
    return round_


def require_valid(form: BaseForm) -> None:
    """End the command with all errors of a form, one line each."""
    if form.is_valid():
        return
    lines = [
        f"{form[name].label if name in form.fields else ''}: {text}"
        for name, texts in form.errors.items()
        for text in texts
    ]
    raise CommandError("\n".join(lines))
