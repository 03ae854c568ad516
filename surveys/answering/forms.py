"""One page of a route → a Django form that crispy forms lays out, with one template per question."""

from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.template import Context
from django.utils.safestring import SafeString

from surveys.answering.blocks import Blocks
from surveys.answering.controls import controls
from surveys.answering.reading import PageInput, page_hash
from surveys.answering.wording import Wording
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.routing import Route, RoutePage

WIDGETS: dict[str, type[forms.Widget]] = {
    "one": forms.RadioSelect,
    "several": forms.CheckboxSelectMultiple,
    "writing": forms.Textarea,
    "own_words": forms.TextInput,
}


class PageForm(forms.Form):
    """The questions of one page; ``surveys/answering/form.html`` prints them, without the form tag and its buttons.

    Fields are named as the columns of the export. They are not read here but by ``reading.read_page``, before
    the form is made: what that found wrong are this form's errors.

    Args:
        stored: all stored answers, as read under the same lock as the POST.
        posted: what was sent and read, to be shown again; None shows what is stored.
    """

    def __init__(
        self, page: RoutePage, route: Route, stored: Answers, *, language: str, posted: PageInput | None = None
    ) -> None:
        super().__init__(data=None if posted is None else {})
        self.posted = posted
        self.stored = page_hash(page, stored)  # for the page to carry
        blocks = Blocks(Wording.of(route, language), stored, posted)
        self.layout = Layout(*(blocks.block(item) for item in page.items))
        self.messages = blocks.errors
        self.titles = {item.code: Wording.of(route, language).text(item.question.label) for item in page.items}
        for item in page.items:
            for control in controls(item):
                label, widget = blocks.labels[control.name], WIDGETS[control.kind]
                self.fields[control.name] = forms.Field(label=label, widget=widget, required=False)

    def full_clean(self) -> None:
        """Take over what ``read_page`` found."""
        self.cleaned_data = {}
        self._errors = ErrorDict()
        for name, message in self.messages.items():
            self.add_error(name, message)

    @property
    def questions(self) -> SafeString:
        """The questions as HTML: the layout alone, since the rest of ``{% crispy form %}`` costs as much again."""
        return SafeString(self.layout.render(self, Context(), template_pack=settings.CRISPY_TEMPLATE_PACK))

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """The soft checks that are shown: id and title of the question."""
        codes = self.posted.remarks if self.posted else ()
        return [(f"id_{code}_remark", self.titles[code]) for code in codes]

    @property
    def conflicts(self) -> list[tuple[str, str]]:
        """The fields in which somebody else has stored another answer: id and label."""
        names = self.posted.conflicts if self.posted else frozenset()
        return [(f"id_{name}_conflict", str(field.label)) for name, field in self.fields.items() if name in names]
