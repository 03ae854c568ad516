from django.urls import path

from surveys.views import frame, preview, round, sample, whole

urlpatterns = [
    path("", round.listing, name="round-list"),
    path("rounds/new/", round.create, name="round-create"),
    path("rounds/<slug:slug>/edit/", round.edit, name="round-edit"),
    path("rounds/<slug:slug>/texts/", round.texts, name="round-texts"),
    path("rounds/<slug:slug>/frame/", frame.frame, name="frame"),
    path("rounds/<slug:slug>/frame/problems.csv", frame.problems, name="frame-problems"),
    path("rounds/<slug:slug>/sample/", sample.sample, name="sample"),
    path("questionnaires/<int:pk>/preview/", preview.preview, name="questionnaire-preview"),
    path("questionnaires/<int:pk>/all/", whole.page, name="questionnaire-all"),
    path("questionnaires/<int:pk>/all.pdf", whole.pdf, name="questionnaire-all-pdf"),
]
