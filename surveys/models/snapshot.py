"""What a draft of a questionnaire was after each change: the way back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.questionnaire import Questionnaire


class Act(models.TextChoices):
    """What a change of a draft was."""

    FOUND = "found", _("before the first change")
    CREATED = "created", _("created")
    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    MOVED = "moved", _("moved")
    COPIED = "copied", _("copied")
    DELETED = "deleted", _("deleted")
    LOADED = "loaded", _("loaded from a file")
    RESTORED = "restored", _("set back")


class Part(models.TextChoices):
    """Which part of a draft was changed."""

    QUESTIONNAIRE = "questionnaire", _("Questionnaire")
    TEXTS = "texts", _("General texts")
    PAGE = "page", _("Page")
    QUESTION = "question", _("Question")
    SCALE = "scale", _("Scale")
    DERIVED = "derived", _("Derived variable")
    REGISTER = "register", _("Register variable")


class QuestionnaireSnapshot(models.Model):
    """The whole draft as a document, after one change; ``number`` counts from 1 and never starts again."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="snapshots")
    number = models.PositiveIntegerField()
    document = models.TextField()
    act = models.CharField(max_length=10, choices=Act)
    part = models.CharField(max_length=20, choices=Part)
    name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["questionnaire", "number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnairesnapshot_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire_id}, {self.number}"
