"""Texts in a form: a field per language, side by side, and one per code where a text goes by a register variable."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from barometer.formats import language_name

LONGEST_TEXT = 4_000
Get = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how many fields a text has.

    Attributes:
        languages: of the questionnaire, in its order.
        variables: the register variables that texts can go by, each with its codes and what they are called.
    """

    languages: Sequence[str]
    variables: Mapping[str, Sequence[tuple[str, str]]]


class DraftTextField(forms.CharField):
    """A text that is needed in the end, but not to save a draft; line ends become single characters."""

    def validate(self, value: str) -> None:
        pass

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ExpressionField(forms.CharField):
    """An expression; it may be written on several lines, which are joined."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split("\n")).replace("\r", "")


class Cell:
    """A field in a layout whose label begins with words that only those hear who do not see where it stands."""

    def __init__(self, name: str, of: str) -> None:
        self.name, self.of = name, of

    def render(self, form: forms.Form, context: object, template_pack: str = "dkfds", **kwargs: object) -> SafeString:
        """Called by crispy forms."""
        field = form[self.name]
        form.rendered_fields.add(self.name)  # type: ignore[attr-defined]  # how crispy knows what is left over
        cell = {"field": field, "of": self.of, "title": str(field.label).removeprefix(self.of)}
        return mark_safe(get_template("surveys/questionnaires/cell.html").render({"cell": cell}))


class LabelFields:
    """One text of a part. ``names`` of its fields: "label__da", or "label__da__region" where it goes by a variable.

    Args:
        label: the text as stored; None for none yet.
        data: what was sent, which says by what the fields were shown.
        lines: height of the fields; 1 for a single line, 0 for one line that grows with its text.
    """

    def __init__(
        self,
        key: str,
        title: str,
        shape: Shape,
        label: Mapping[str, Any] | None,
        data: Mapping[str, Any] | None,
        *,
        lines: int = 1,
        optional: bool = False,
        may_vary: bool = True,
        help_text: str = "",
    ) -> None:
        self.key, self.title, self.shape = key, title, shape
        self.lines, self.optional, self.may_vary, self.help_text = lines, optional, may_vary, help_text
        self.label = dict(label or {})
        by = str((data.get(f"{key}__shown") if data is not None else self.label.get("by")) or "")
        self.by = by if by in shape.variables else ""

    def fields(self) -> Iterator[tuple[str, forms.Field]]:
        for language in self.shape.languages:
            stored = self.label.get(language, "")
            for name, code, title in self._of_language(language):
                field_class = forms.CharField if self.optional else DraftTextField
                text = stored.get(code, "") if isinstance(stored, dict) else stored
                yield (
                    name,
                    field_class(
                        label=title,
                        initial=text,
                        required=not self.optional,
                        max_length=LONGEST_TEXT,
                        help_text=self.help_text,
                        widget=self._widget(language),
                    ),
                )
        if self.may_vary and self.shape.variables:
            choices = [("", gettext("the same for all")), *((name, name) for name in self.shape.variables)]
            line, colon, _ = self.title.rpartition(": ")
            title = f"{line}{colon}{gettext('Text by')}"
            yield f"{self.key}__by", forms.ChoiceField(label=title, choices=choices, initial=self.by, required=False)
        yield f"{self.key}__shown", forms.CharField(initial=self.by, required=False, widget=forms.HiddenInput)

    def value(self, get: Get) -> dict[str, Any] | None:
        """Return the text as it is stored; None for an optional one that is empty in every language."""
        texts: dict[str, Any] = {}
        for language in self.shape.languages:
            found = {code: get(name) or "" for name, code, _ in self._of_language(language)}
            texts[language] = found if self.by else found[""]
        wanted = str(get(f"{self.key}__by") or "") if self.may_vary and self.shape.variables else self.by
        empty = not any(any(text.values()) if isinstance(text, dict) else text for text in texts.values())
        if self.optional and empty:
            return None
        return self._turned(texts, wanted) if wanted != self.by else self._with_by(texts, self.by)

    def names(self) -> list[str]:
        return [name for language in self.shape.languages for name, _, _ in self._of_language(language)]

    def layout(self) -> Div:
        """The languages beside each other, a line per code; how it varies below."""
        columns = f"col-12 col-md-{6 if len(self.shape.languages) > 1 else 12}"
        per_language = [[name for name, _, _ in self._of_language(language)] for language in self.shape.languages]
        lines = [
            Div(*(Div(name, css_class=columns) for name in names), css_class="row side-by-side")
            for names in zip(*per_language, strict=True)
        ]
        varies = [Cell(f"{self.key}__by", f"{self.title}: ")] if self.may_vary and self.shape.variables else []
        return Div(*lines, Div(*varies, css_class="text-by"), f"{self.key}__shown", css_class="label-fields")

    def _of_language(self, language: str) -> Iterator[tuple[str, str, str]]:
        """Name, code and label of each field."""
        title = f"{self.title} – {language_name(language)}"
        if not self.by:
            yield f"{self.key}__{language}", "", title
        for code, named in self.shape.variables.get(self.by, ()):
            yield f"{self.key}__{language}__{code}", code, f"{title}, {named}"

    def _widget(self, language: str) -> forms.Widget:
        if self.lines == 1:
            return forms.TextInput({"lang": language})
        return forms.Textarea({"lang": language, "rows": self.lines or 1})

    def _turned(self, texts: Mapping[str, Any], by: str) -> dict[str, Any]:
        """The same words for every code, or the first words that there are for all."""
        plain = {
            language: next(filter(None, text.values()), "") if isinstance(text, dict) else text
            for language, text in texts.items()
        }
        if by not in self.shape.variables:
            return plain
        codes = [code for code, _ in self.shape.variables[by]]
        return self._with_by({language: dict.fromkeys(codes, text) for language, text in plain.items()}, by)

    @staticmethod
    def _with_by(texts: Mapping[str, Any], by: str) -> dict[str, Any]:
        return {"by": by, **texts} if by else dict(texts)


def fold(title: str, *fields: Any, is_open: bool) -> Div:
    """Fields that are folded away under a title until somebody wants them."""
    folded = Div(*fields, template="surveys/questionnaires/fold.html")
    folded.title, folded.is_open = title, is_open
    return folded


def heading(text: str, lead: str = "") -> HTML:
    """A heading inside a form's layout."""
    return HTML(
        format_html('<h2 class="form-heading">{}</h2>', text) + (format_html("<p>{}</p>", lead) if lead else "")
    )
