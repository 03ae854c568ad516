"""The pages for staff."""

from django.urls import path

from responses.views import case_contacts, cases, estimate, export, hand_overs, mails, round

urlpatterns = [
    path("rounds/<slug:slug>/", round.dashboard, name="round"),
    path("rounds/<slug:slug>/open/", round.open_, name="round-open"),
    path("rounds/<slug:slug>/close/", round.close, name="round-close"),
    path("rounds/<slug:slug>/cases/", cases.listing, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/<slug:act>/", cases.act, name="case-act"),
    path("rounds/<slug:slug>/hand-overs/", hand_overs.listing, name="hand-overs"),
    path("hand-overs/<int:pk>/<slug:act>/", hand_overs.act, name="hand-over-act"),
    path("rounds/<slug:slug>/mails/", mails.listing, name="mails"),
    path("mails/<int:pk>/", mails.mail, name="mail"),
    path("rounds/<slug:slug>/case-contacts/", case_contacts.listing, name="case-contacts"),
    path("rounds/<slug:slug>/case-contacts/export/", case_contacts.export, name="case-contacts-export"),
    path("rounds/<slug:slug>/result-mail/export/", case_contacts.export_requests, name="result-mail-export"),
    path("rounds/<slug:slug>/export/", export.download, name="export"),
    path("rounds/<slug:slug>/figures/", estimate.figures, name="figures"),
]
