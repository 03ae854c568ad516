from django.urls import path

from surveys.views import (
    audit_log,
    authority_contacts,
    comparison,
    frame,
    history,
    part,
    people,
    preview,
    question,
    questionnaire,
    quiet_weeks,
    round,
    sample,
    whole,
    xlsform,
)

rounds = [
    path("", round.listing, name="round-list"),
    path("rounds/new/", round.create, name="round-create"),
    path("rounds/<slug:slug>/edit/", round.edit, name="round-edit"),
    path("rounds/<slug:slug>/texts/", round.texts, name="round-texts"),
    path("rounds/<slug:slug>/frame/", frame.frame, name="frame"),
    path("rounds/<slug:slug>/frame/problems.csv", frame.problems, name="frame-problems"),
    path("rounds/<slug:slug>/sample/", sample.sample, name="sample"),
    path("rounds/<slug:slug>/contact/quiet-weeks/", quiet_weeks.quiet_weeks, name="quiet-weeks"),
    path("rounds/<slug:slug>/contact/authorities/", authority_contacts.contacts, name="authority-contacts"),
]

questionnaires = [
    path("questionnaires/", questionnaire.listing, name="questionnaire-list"),
    path("questionnaires/new/", questionnaire.create, name="questionnaire-create"),
    path("questionnaires/<int:pk>/", questionnaire.questionnaire, name="questionnaire"),
    path("questionnaires/<int:pk>/document.yaml", questionnaire.document, name="questionnaire-document"),
    path("questionnaires/import/", xlsform.upload, name="questionnaire-import"),
    path("questionnaires/<int:pk>/import/", xlsform.remarks, name="questionnaire-import-remarks"),
    path("questionnaires/compare/", comparison.compare_versions, name="questionnaire-compare"),
    path("questionnaires/<int:pk>/preview/", preview.preview, name="questionnaire-preview"),
    path("questionnaires/<int:pk>/preview/phone/", preview.phone, name="questionnaire-preview-phone"),
    path("questionnaires/<int:pk>/all/", whole.page, name="questionnaire-all"),
    path("questionnaires/<int:pk>/all.pdf", whole.pdf, name="questionnaire-all-pdf"),
    path("questionnaires/<int:pk>/load/", questionnaire.load, name="questionnaire-load"),
    path("questionnaires/<int:pk>/settings/", part.settings, name="questionnaire-settings"),
    path("questionnaires/<int:pk>/texts/", part.texts, name="questionnaire-texts"),
    path("questionnaires/<int:pk>/publish/", questionnaire.publish, name="questionnaire-publish"),
    path("questionnaires/<int:pk>/new-version/", questionnaire.new_version, name="questionnaire-new-version"),
    path("questionnaires/<int:pk>/delete/", questionnaire.delete, name="questionnaire-delete"),
    path("questionnaires/<int:pk>/history/", history.history, name="questionnaire-history"),
    path("questionnaires/<int:pk>/history/<int:number>/", history.snapshot, name="questionnaire-snapshot"),
    path("questionnaires/<int:pk>/question/new/", question.add, name="question-new"),
    path("questionnaires/<int:pk>/question/<str:code>/edit/", question.question, name="question"),
    path("questionnaires/<int:pk>/question/<str:code>/delete/", question.delete, name="question-delete"),
    path("questionnaires/<int:pk>/<slug:part>/new/", part.add, name="part-new"),
    path("questionnaires/<int:pk>/<slug:part>/<str:name>/edit/", part.part, name="part"),
    path("questionnaires/<int:pk>/<slug:part>/<str:name>/delete/", part.delete, name="part-delete"),
]

people_and_what_they_did = [
    path("people/", people.listing, name="people"),
    path("people/new/", people.add, name="person-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("audit/", audit_log.log, name="audit"),
    path("audit/export/", audit_log.export, name="audit-export"),
]

urlpatterns = rounds + questionnaires + people_and_what_they_did
