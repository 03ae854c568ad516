"""Administration shows these rows and changes none: the staff pages change them, by actions that leave a trace.

No row with contact data is among them: administrators have no right to it.
"""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from barometer.administration import site
from surveys import models

MODELS: tuple[type[Model], ...] = (
    models.Questionnaire,
    models.Page,
    models.Question,
    models.Choice,
    models.Scale,
    models.RegisterVariable,
    models.DerivedVariable,
    models.QuestionnaireSnapshot,
    models.Round,
    models.RoundText,
    models.RoundRole,
    models.ContactStep,
    models.FrameFile,
    models.Workplace,
    models.Sample,
    models.Stratum,
    models.SampleUnit,
)


@admin.register(*MODELS, site=site)
class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument at run time
    """Rows to look at, for whoever may see the site at all."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
