"""The pages for respondents; nearly every request is for one of the first of them."""

from django.urls import path

from responses.views import answering, consent, correcting, declining, hand_over, links, questions, receipt

urlpatterns = [
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
