from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic.base import RedirectView

from barometer import login_views, views
from barometer.access import OPEN, OWN, marked
from barometer.administration import site

handler500 = "barometer.views.server_error"

# First: patterns are tried one after another for every request, and nearly all are for respondents.
respondent: list[URLPattern | URLResolver] = [path("", include("responses.urls.respondent"))]
everybody: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("was/", views.accessibility_statement, name="accessibility-statement"),
    path("was", views.accessibility_statement),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}barometer/favicon.svg", permanent=True)),
    path("language/", include("django.conf.urls.i18n")),
    path("p/<str:token>/", login_views.choose_password, name="choose-password"),
]
# Of allauth only what is needed: nobody signs up, or changes an e-mail address. The names are allauth's.
login: list[URLPattern | URLResolver] = [
    path("login/", login_views.login, name="account_login"),
    path("logout/", login_views.logout, name="account_logout"),
    path("login/inactive/", login_views.inactive, name="account_inactive"),
    path("account/", login_views.account, name="account"),
    path("account/password/", login_views.change_password, name="account_change_password"),
    path("account/confirm/", login_views.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("login/cancelled/", login_views.sso_cancelled, name="socialaccount_login_cancelled"),
    path("login/error/", login_views.sso_error, name="socialaccount_login_error"),
]

urlpatterns = [
    *marked(OPEN, respondent),
    *marked(OPEN, everybody),
    *marked(OWN, login),
    path("admin/", site.urls),
    path("", include("surveys.urls")),
    path("", include("responses.urls.staff")),
]
