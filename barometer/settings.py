"""Settings. The environment is read here and nowhere else; docs/operators.md lists every variable."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from barometer import environment

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.boolean("DEBUG")
QUICK_START = environment.boolean("QUICK_START")
if QUICK_START and not DEBUG:
    raise ImproperlyConfigured("QUICK_START is for trying the program on one's own machine: it needs DEBUG=1.")

SECRET_KEY = environment.text("DJANGO_SECRET_KEY")
LINK_KEYS = environment.secrets_by_id("LINK_KEYS")
SAMPLING_KEY = environment.secret("SAMPLING_KEY")

ALLOWED_HOSTS = environment.listing("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]") if DEBUG else ())
SITE_URL = environment.site_address("SITE_URL", "http://127.0.0.1:8000" if DEBUG else None)
ACCESSIBILITY_STATEMENT_URL = environment.page_address("ACCESSIBILITY_STATEMENT_URL")
TRUSTED_PROXIES = environment.integer("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "barometer",
    "surveys",
    "responses",
]

MIDDLEWARE = [
    "barometer.private.private_addresses",  # outermost, for the answers of the others too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "barometer.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "barometer.second_factor.MarkedPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "barometer.urls"
WSGI_APPLICATION = "barometer.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "barometer.access.context",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "dkfds"
CRISPY_TEMPLATE_PACK = "dkfds"

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(environment.text("DATABASE_URL"))}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "barometer.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A statement is prepared when a connection has seen it five times: half the database's work for a page.
    DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=5)
SILENCED_SYSTEM_CHECKS = ["models.W040"]  # SQLite leaves out the columns that an index only carries along
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = environment.one_of("CACHE_URL", ("redis://", "rediss://", "locmem://"), "locmem://")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL != "locmem://"
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}

CSRF_FAILURE_VIEW = "barometer.views.csrf_failure"
AUTH_USER_MODEL = "barometer.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses whoever is locked out
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SECOND_FACTOR_REQUIRED = not QUICK_START  # of staff
SESSION_COOKIE_AGE = 12 * 3600  # a day's work
PASSWORD_RESET_TIMEOUT = 48 * 3600  # for the link with which somebody chooses a password

ACCOUNT_ADAPTER = "barometer.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up: administrators add people
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # no checkbox; SESSION_COOKIE_AGE holds
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
# Wrong passwords of one name, and wrong codes of one person, from wherever they come; django-axes counts beside it.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/h/key"}
MFA_ADAPTER = "barometer.second_factor_secrets.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "barometer.second_factor_forms.AddKeyForm",
    "edit_webauthn": "barometer.second_factor_forms.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Innovation Barometer"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute wrong
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are written by administrators
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = False  # that would be a row written for every page

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hour
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody locks a colleague out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "barometer.network.client_address"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_SENSITIVE_PARAMETERS = ["username", "login", "ip_address", "csrfmiddlewaretoken", "code", "next"]
AXES_DISABLE_ACCESS_LOG = True  # the list of sessions tells who is logged in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Single sign-on with OpenID Connect; off without an issuer.
OIDC_ISSUER = environment.page_address("OIDC_ISSUER")
OIDC_NAME = environment.text("OIDC_NAME", "Single sign-on")
OIDC_CLIENT_ID = environment.text("OIDC_CLIENT_ID", None if OIDC_ISSUER else "")
OIDC_CLIENT_SECRET = environment.text("OIDC_CLIENT_SECRET", None if OIDC_ISSUER else "")
OIDC_SECOND_FACTOR = environment.boolean("OIDC_SECOND_FACTOR")
OIDC_EMAIL_IS_VERIFIED = environment.boolean("OIDC_EMAIL_IS_VERIFIED")
OIDC_APP = {
    "provider_id": "sso",
    "name": OIDC_NAME,
    "client_id": OIDC_CLIENT_ID,
    "secret": OIDC_CLIENT_SECRET,
    "settings": {"server_url": OIDC_ISSUER.rstrip("/")},
}
SOCIALACCOUNT_ADAPTER = "barometer.login.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [OIDC_APP] if OIDC_ISSUER else []},
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "barometer" / "locale"]
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
FILES_DIR = Path(environment.text("FILES_DIR", str(BASE_DIR / ".run" / "files")))
STORAGES = {
    "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a list of 900 options in two languages can still be edited

MAIL_FOLDER = environment.text("MAIL_FOLDER", "")
EMAIL_PROVIDER = environment.choice("EMAIL_PROVIDER", ("smtp", "mailgun", "postmark", "sparkpost"), "smtp")
EMAIL_PROVIDER_KEY = environment.text("EMAIL_PROVIDER_KEY", "" if EMAIL_PROVIDER == "smtp" else None)
EMAIL_PROVIDER_URL = environment.page_address("EMAIL_PROVIDER_URL")
EMAIL_BACKEND = (
    "barometer.mail_folder.EmailBackend"
    if MAIL_FOLDER
    else "barometer.smtp.EmailBackend"
    if EMAIL_PROVIDER == "smtp"
    else "barometer.provider.EmailBackend"
)
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.boolean("EMAIL_USE_TLS")
EMAIL_USE_SSL = environment.boolean("EMAIL_USE_SSL")
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("Set EMAIL_USE_TLS (STARTTLS) or EMAIL_USE_SSL (TLS from the start) to 1, not both.")
EMAIL_TIMEOUT = environment.integer("EMAIL_TIMEOUT", 30)
MAIL_PER_MINUTE = environment.integer("MAIL_PER_MINUTE", 0)
MAIL_PER_DAY = environment.integer("MAIL_PER_DAY", 0)
MAIL_PER_DOMAIN_PER_MINUTE = environment.integer("MAIL_PER_DOMAIN_PER_MINUTE", 20)
MAIL_FIRST_BATCH = environment.integer("MAIL_FIRST_BATCH", 100)
DEFAULT_FROM_EMAIL = environment.sender("DEFAULT_FROM_EMAIL", "barometer@example.org" if DEBUG else None)
BOUNCE_ADDRESS = environment.bounce_address("BOUNCE_ADDRESS")
RETURNS_URL = environment.mailbox("RETURNS_URL")
WEBHOOK_SECRET = environment.text("WEBHOOK_SECRET", "")

# What receivers see of the mail server, for the pre-flight check alone.
SENDING_HOSTS = environment.listing("SENDING_HOSTS")
DKIM_SELECTOR = environment.text("DKIM_SELECTOR", "")
DKIM_DOMAIN = environment.text("DKIM_DOMAIN", "")
DNS_SERVER = environment.name_server("DNS_SERVER")

CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", "filesystem://" if DEBUG else None)
if CELERY_BROKER_URL == "filesystem://":
    BROKER_DIR = environment.text("BROKER_DIR", str(BASE_DIR / ".run" / "broker"))
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": BROKER_DIR,
        "data_folder_out": BROKER_DIR,
        "control_folder": f"{BROKER_DIR}-control",
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # only staff are told anything that way

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "barometer.logs.json_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": []},  # Django's own write plain lines, with personal links in them
        "axes": {"level": "WARNING"},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
