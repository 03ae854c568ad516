from django.urls import path

from responses.views import answering, cases, declining, estimate, export, links, mails, round

respondent = [
    path("s/", links.typed_code, name="typed-code"),
    path("s/<str:token>/", answering.entry, name="answer"),
    path("s/<str:token>/<int:number>/", answering.page, name="answer-page"),
    path("s/<str:token>/review/", answering.review, name="answer-review"),
    path("s/<str:token>/submit/", answering.submit, name="answer-submit"),
    path("s/<str:token>/not-me/", links.not_me, name="not-me"),
    path("s/<str:token>/decline/", declining.decline, name="decline"),
    path("o/<str:token>/", declining.opt_out, name="opt-out"),
    path("privacy/<slug:slug>/", links.privacy, name="privacy"),
]

staff = [
    path("rounds/<slug:slug>/", round.dashboard, name="round"),
    path("rounds/<slug:slug>/open/", round.open_, name="round-open"),
    path("rounds/<slug:slug>/close/", round.close, name="round-close"),
    path("rounds/<slug:slug>/cases/", cases.listing, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/<slug:act>/", cases.act, name="case-act"),
    path("rounds/<slug:slug>/mails/", mails.listing, name="mails"),
    path("mails/<int:pk>/", mails.mail, name="mail"),
    path("rounds/<slug:slug>/export/", export.download, name="export"),
    path("rounds/<slug:slug>/figures/", estimate.figures, name="figures"),
]

urlpatterns = respondent + staff
