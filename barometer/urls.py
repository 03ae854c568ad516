from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic.base import RedirectView

from barometer import views

handler500 = "barometer.views.server_error"

urlpatterns = [
    path("", include("responses.urls.respondent")),  # first: patterns are tried one after another for every request
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("was/", views.accessibility_statement, name="accessibility-statement"),
    path("was", views.accessibility_statement),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}barometer/favicon.svg", permanent=True)),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("surveys.urls")),
    path("", include("responses.urls.staff")),
]
