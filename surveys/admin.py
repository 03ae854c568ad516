"""Administration shows these rows and changes none: the staff pages change them, by actions that leave a trace."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

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
    models.ContactStep,
    models.FrameFile,
    models.Workplace,
    models.WorkplaceContact,
    models.Sample,
    models.Stratum,
    models.SampleUnit,
)


@admin.register(*MODELS)
class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument at run time
    """Rows to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
