"""How values look on a page, and what a form's markup needs to know about its fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from barometer import audit_texts, browsers, formats, telephone

register = template.Library()

register.filter("language_name", formats.language_name)
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("points", formats.points)
register.filter("weekday_date", formats.weekday_date)
register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("short_moment", formats.short_moment)
register.filter("short_day", formats.short_day)
register.filter("dialled", telephone.dialled)
register.filter("browser_in_words", browsers.in_words)
register.filter("audit_in_words", audit_texts.in_words)
register.filter("facts_in_words", audit_texts.facts_in_words)


@register.simple_tag
@cache
def built(path: str) -> str:
    """Return the address of a static file that a build step makes, or "" while it has not been made."""
    if finders.find(path) is None:
        return ""
    try:
        return staticfiles_storage.url(path)
    except ValueError:  # collected before it was built
        return ""


@register.filter
def kind(field: BoundField) -> str:
    """Return which of the design system's controls a field is shown as."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    kinds = (
        (CheckboxSelectMultiple, "checkboxes"),
        (RadioSelect, "radios"),
        (CheckboxInput, "checkbox"),
        (Select, "select"),
        (FileInput, "file"),
    )
    return next((name for widget_class, name in kinds if isinstance(widget, widget_class)), "input")


@register.filter
def control(field: BoundField) -> SafeString:
    """Return the field's own input with the class of the design system."""
    css = {"select": "form-select", "checkbox": "form-checkbox", "input": "form-input"}.get(kind(field), "")
    classes = f"{field.field.widget.attrs.get('class', '')} {css}".strip()
    return field.as_widget(attrs={"class": classes} if classes else None)


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """A line of the error summary; ``target`` is the id of the control to mend, "" for the form as a whole."""

    target: str
    text: str


@register.simple_tag
def error_links(form: BaseForm) -> list[ErrorLink]:
    """Return the errors of a form in the order of its fields, each with the id of its first control."""
    return list(_error_links(form))


def _error_links(form: BaseForm) -> Iterator[ErrorLink]:
    for text in form.non_field_errors():
        yield ErrorLink("", str(text))
    for name in form.fields:
        for text in form.errors.get(name, ()):
            field = form[name]
            label = str(field.label)
            end = "" if label.endswith(("?", ".", "!", ":", "…")) else ":"
            yield ErrorLink(error_target(field), f"{label}{end} {text}".strip(": "))


def error_target(field: BoundField) -> str:
    """Return the id of a field's first control; in a group that one has a number, which ``id_for_label`` leaves out."""
    first = "_0" if kind(field) in ("radios", "checkboxes") else ""
    return f"{field.auto_id}{first}"


@register.filter
def in_language(texts: Mapping[str, str] | None) -> str:
    """Return the text in the active language out of texts by language; another one where it is missing, "" of none."""
    if not texts:
        return ""
    return texts.get(get_language() or "") or next(iter(texts.values()), "")
