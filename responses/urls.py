from django.urls import path

from responses.views import (
    addresses,
    answering,
    case_contacts,
    cases,
    consent,
    correcting,
    declining,
    estimate,
    export,
    hand_over,
    hand_overs,
    links,
    mails,
    provider_events,
    questions,
    receipt,
    round,
)

respondent = [
    path("s/", links.typed_code, name="typed-code"),
    path("s/<str:token>/", answering.entry, name="answer"),
    path("s/<str:token>/<int:number>/", answering.page, name="answer-page"),
    path("s/<str:token>/left/", answering.left, name="answer-left"),
    path("s/<str:token>/review/", answering.review, name="answer-review"),
    path("s/<str:token>/submit/", answering.submit, name="answer-submit"),
    path("s/<str:token>/not-me/", hand_over.not_me, name="not-me"),
    path("s/<str:token>/pass-on/", hand_over.pass_on, name="pass-on"),
    path("s/<str:token>/share/", hand_over.share, name="share"),
    path("s/<str:token>/take-back/", hand_over.take_back, name="take-back"),
    path("s/<str:token>/give-back/", hand_over.give_back, name="give-back"),
    path("t/<str:token>/", hand_over.take_back_by_mail, name="take-back-by-mail"),
    path("r/<str:token>/", hand_over.give_back_by_mail, name="give-back-by-mail"),
    path("s/<str:token>/decline/", declining.decline, name="decline"),
    path("s/<str:token>/correct/", correcting.correct, name="correct"),
    path("o/<str:token>/", declining.opt_out, name="opt-out"),
    path("k/<str:token>/", receipt.receipt, name="receipt"),
    path("k/<str:token>/answers/", receipt.copy, name="copy"),
    path("k/<str:token>/answers.pdf", receipt.pdf, name="copy-pdf"),
    path("k/<str:token>/contact/", consent.contact, name="case-contact"),
    path("k/<str:token>/results/", consent.results, name="result-request"),
    path("w/<str:token>/", consent.withdraw, name="withdraw"),
    path("privacy/<slug:slug>/", links.privacy, name="privacy"),
    path("questions/<slug:slug>/", questions.levels, name="questions"),
    path("questions/<slug:slug>/<slug:level>/", questions.page, name="questions-level"),
    path("questions/<slug:slug>/<slug:level>.pdf", questions.pdf, name="questions-pdf"),
]

staff = [
    path("rounds/<slug:slug>/", round.dashboard, name="round"),
    path("rounds/<slug:slug>/open/", round.open_, name="round-open"),
    path("rounds/<slug:slug>/close/", round.close, name="round-close"),
    path("rounds/<slug:slug>/cases/", cases.listing, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/address/", addresses.change, name="case-address"),
    path("cases/<int:pk>/<slug:act>/", cases.act, name="case-act"),
    path("rounds/<slug:slug>/hand-overs/", hand_overs.listing, name="hand-overs"),
    path("hand-overs/<int:pk>/<slug:act>/", hand_overs.act, name="hand-over-act"),
    path("rounds/<slug:slug>/addresses/", addresses.listing, name="address-repair"),
    path("rounds/<slug:slug>/addresses/export/", addresses.export, name="address-repair-export"),
    path("rounds/<slug:slug>/addresses/corrections/", addresses.corrections, name="address-corrections"),
    path("rounds/<slug:slug>/mails/", mails.listing, name="mails"),
    path("mails/<int:pk>/", mails.mail, name="mail"),
    path("rounds/<slug:slug>/case-contacts/", case_contacts.listing, name="case-contacts"),
    path("rounds/<slug:slug>/case-contacts/export/", case_contacts.export, name="case-contacts-export"),
    path("rounds/<slug:slug>/result-mail/export/", case_contacts.export_requests, name="result-mail-export"),
    path("rounds/<slug:slug>/export/", export.download, name="export"),
    path("rounds/<slug:slug>/figures/", estimate.figures, name="figures"),
]

machines = [
    path("mail-events/", provider_events.provider_events, name="provider-events"),
]

urlpatterns = respondent + staff + machines
