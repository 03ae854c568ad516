from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic.base import RedirectView

from barometer import login_views, views
from barometer.access import OPEN, OWN, marked
from barometer.administration import site
from barometer.login_views import lazily

MFA, OIDC = "allauth.mfa", "allauth.socialaccount.providers.openid_connect.views"
CODES, KEYS = f"{MFA}.recovery_codes.views", f"{MFA}.webauthn.views"

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
second_factor = [
    path("", lazily(f"{MFA}.base.views.index"), name="mfa_index"),
    path("authenticate/", lazily(f"{MFA}.base.views.authenticate"), name="mfa_authenticate"),
    path("reauthenticate/", lazily(f"{MFA}.base.views.reauthenticate"), name="mfa_reauthenticate"),
    path("totp/activate/", lazily(f"{MFA}.totp.views.activate_totp"), name="mfa_activate_totp"),
    path("totp/deactivate/", lazily(f"{MFA}.totp.views.deactivate_totp"), name="mfa_deactivate_totp"),
    path("recovery-codes/", lazily(f"{CODES}.view_recovery_codes"), name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", lazily(f"{CODES}.generate_recovery_codes"), name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", lazily(f"{CODES}.download_recovery_codes"), name="mfa_download_recovery_codes"),
    path("keys/", lazily(f"{KEYS}.list_webauthn"), name="mfa_list_webauthn"),
    path("keys/add/", lazily(f"{KEYS}.add_webauthn"), name="mfa_add_webauthn"),
    path("keys/reauthenticate/", lazily(f"{KEYS}.reauthenticate_webauthn"), name="mfa_reauthenticate_webauthn"),
    path("keys/<int:pk>/remove/", lazily(f"{KEYS}.remove_webauthn"), name="mfa_remove_webauthn"),
    path("keys/<int:pk>/edit/", lazily(f"{KEYS}.edit_webauthn"), name="mfa_edit_webauthn"),
]
# Of allauth only what is needed: nobody signs up, or changes an e-mail address. The names are allauth's.
login: list[URLPattern | URLResolver] = [
    path("login/", login_views.login, name="account_login"),
    path("logout/", login_views.logout, name="account_logout"),
    path("login/inactive/", login_views.inactive, name="account_inactive"),
    path("account/", login_views.account, name="account"),
    path("account/password/", login_views.change_password, name="account_change_password"),
    path("account/confirm/", login_views.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include(second_factor)),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("oidc/<slug:provider_id>/login/", lazily(f"{OIDC}.login"), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", lazily(f"{OIDC}.callback"), name="openid_connect_callback"),
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
