"""The one list of settings, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.settings import beat, safety
from portal.settings.identity import *  # noqa: F403

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

#: A trial on one machine: mailbox page, codes shown beside forms, payment sandbox.
DEMO = env.bool("DEMO", default=False)
#: Set by the test settings only.
TESTING = False
DEBUG = False


def required(name: str, hint: str, demo: str) -> str:
    """Return a setting that has no safe default; ``demo`` stands in under DEMO."""
    value: str = env.str(name, default="")
    if value:
        return value
    if DEMO:
        return demo
    raise ImproperlyConfigured(f"{name} manque : {hint}")


SECRET_KEY = required(
    "SECRET_KEY",
    "donnez au moins 50 caractères tirés au hasard, tenus secrets.",
    "demo-only-" + "x" * 50,
)
ALLOWED_HOSTS = required(
    "ALLOWED_HOSTS", "donnez les noms de domaine du service, séparés par des virgules.", "*"
).split(",")
PUBLIC_URL = required(
    "PUBLIC_URL",
    "donnez l'adresse publique du service, par exemple https://escale.ville.example.",
    "http://127.0.0.1:8000",
).rstrip("/")
CITY_NAME = env.str("CITY_NAME", default="Port-Mistral")
SERVICE_NAME = env.str("SERVICE_NAME", default="Escale")

INSTALLED_APPS = [
    "portal",
    "core",
    "core.accounts",
    "families",
    "payments",
    "enrolment.schools",
    "enrolment.registration",
    "enrolment.canteen",
    "resources.catalogue",
    "resources.workspace",
    "resources.curation",
    "resources.figures",
    "resources.assignments",
    "resources.exchange",
    "classrooms",
    "classrooms.audits",
    "classrooms.lending",
    "classrooms.stock",
    "classrooms.workshop",
    "classrooms.planning",
    "classrooms.secondlife",
    "classrooms.season",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "core.room.RoomMiddleware",
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.SizeLimitMiddleware",
    "core.middleware.ProblemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.AccountLanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.accounts.middleware.IdleAgentsMiddleware",
    "core.accounts.middleware.LastSeenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.accounts.middleware.SecondFactorMiddleware",
    "families.middleware.ActingMiddleware",
    "portal.middleware.RefuseNulMiddleware",
    "core.middleware.DefaultDenyMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.dates"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

_DATABASE_URL = required(
    "DATABASE_URL",
    "donnez l'adresse de la base, par exemple postgres://escale:secret@serveur/escale.",
    f"sqlite:///{VAR_DIR / 'escale.sqlite3'}",
)
DATABASES: dict[str, Any] = {"default": safety.database_at(_DATABASE_URL)}
if DATABASES["default"].get("ENGINE", "").endswith("sqlite3"):
    # Writers queue instead of failing: take the write lock at BEGIN, readers go on (WAL).
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["core.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "core.accounts.hashers.StatedArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "core.accounts.passwords.validators.CommonListValidator"},
    {"NAME": "core.accounts.passwords.validators.EntropyValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

LANGUAGE_CODE = "fr"
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGES = [("fr", _("Français")), ("en", _("English")), ("ar", _("العربية"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS: list[Path] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.storage.SmallManifestStorage"},
}
#: Private files; never under a web root, served only through a permission check.
PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", default=str(VAR_DIR / "private")))
#: An antivirus, as tcp://host:port or unix:///path of clamd; empty: files are not examined.
CLAMD_URL = env.str("CLAMD_URL", default="")
#: Whether the addresses of resources are asked now and then; the demo's lead nowhere.
LINK_CHECKS = env.bool("LINK_CHECKS", default=not DEMO)
#: Our OAI-PMH repository: the domain name in its identifiers (that of PUBLIC_URL when empty; it
#: must not change afterwards), whom to write to, records a page, requests allowed in seconds.
OAI_REPOSITORY = env.str("OAI_REPOSITORY", default="")
OAI_ADMIN_EMAIL = env.str("OAI_ADMIN_EMAIL", default="")
OAI_PAGE_SIZE = env.int("OAI_PAGE_SIZE", default=100)
OAI_RATE = (env.int("OAI_REQUESTS_PER_MINUTE", default=120), 60)
#: Other catalogues: whether those of the Internet are asked (the demo's lead nowhere), and
#: which hosts of our own network (``host:port``) may be, against the rule.
HARVEST_OUTSIDE = env.bool("HARVEST_OUTSIDE", default=not DEMO)
HARVEST_INSIDE = env.list("HARVEST_INSIDE", default=[urlsplit(PUBLIC_URL).netloc] if DEMO else [])
# Pictures of resources are looked for on their sites; the demo's addresses are invented.
COVER_FETCHES = env.bool("COVER_FETCHES", default=not DEMO)
#: This node's own copy of the search index.
SEARCH_INDEX_ROOT = Path(env.str("SEARCH_INDEX_ROOT", default=str(VAR_DIR / "search")))

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, "https://checkout.stripe.com"],
    }
}
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if not DEMO:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

EMAIL_CONFIG = env.email_url_config(
    required(
        "EMAIL_URL",
        "donnez le serveur de courrier, par exemple smtp+tls://compte:secret@serveur:587.",
        "consolemail://",
    )
)
vars().update(EMAIL_CONFIG)
if DEMO and not env.str("EMAIL_URL", default=""):
    # Mails of the demo are kept and shown on /courrier/.
    EMAIL_BACKEND = "core.mailbox.EmailBackend"
DEFAULT_FROM_EMAIL = required(
    "DEFAULT_FROM_EMAIL",
    "donnez l'expéditeur des messages, par exemple « Escale <ne-pas-repondre@ville.example> ».",
    "Escale <ne-pas-repondre@localhost>",
)

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BEAT_SCHEDULE: dict[str, Any] = beat.SCHEDULE

#: Under DEMO the stand-in (``python -m payments.sandbox``) unless told otherwise.
STRIPE_API_BASE = env.str(
    "STRIPE_API_BASE",
    default="http://127.0.0.1:8300" if DEMO else "https://api.stripe.com",
).rstrip("/")
STRIPE_SECRET_KEY = required(
    "STRIPE_SECRET_KEY", "donnez la clé secrète du compte Stripe (sk_…).", "sk_test_demo"
)
STRIPE_WEBHOOK_SECRETS = required(
    "STRIPE_WEBHOOK_SECRETS",
    "donnez les secrets de signature des notifications (whsec_…), séparés par des virgules.",
    "whsec_demo",
).split(",")

if STRIPE_API_BASE != "https://api.stripe.com":
    if "_live_" in STRIPE_SECRET_KEY:
        raise ImproperlyConfigured(
            "STRIPE_API_BASE désigne un service factice : jamais avec une clé réelle (sk_live_…)."
        )
    # Browsers apply form-action to the redirect that leads to the payment page.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(STRIPE_API_BASE)

if CITIZEN_ISSUER:
    # The same for the redirects that lead to the citizen account and to its logout.
    _parts = urlsplit(CITIZEN_ISSUER)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(
        f"{_parts.scheme}://{_parts.netloc}"
    )

#: How many days before a child's care plan ends its parents are reminded.
PLAN_REMINDER_DAYS = env.int("PLAN_REMINDER_DAYS", default=45)

#: API Particulier, which gives family quotients; empty: families declare theirs.
QUOTIENT_API_BASE = env.str("QUOTIENT_API_BASE", default="").rstrip("/")
QUOTIENT_API_TOKEN = env.str("QUOTIENT_API_TOKEN", default="")
#: The SIRET number of the city, which the provider asks of every call.
QUOTIENT_API_RECIPIENT = env.str("QUOTIENT_API_RECIPIENT", default="")
if QUOTIENT_API_BASE and not DEMO:
    if not QUOTIENT_API_BASE.startswith("https://"):
        raise ImproperlyConfigured(
            "QUOTIENT_API_BASE doit commencer par https:// : ces appels portent des identités."
        )
    if not (QUOTIENT_API_TOKEN and len(QUOTIENT_API_RECIPIENT) == 14):
        raise ImproperlyConfigured(
            "QUOTIENT_API_TOKEN et QUOTIENT_API_RECIPIENT (SIRET) manquent : donnez-les, ou "
            "retirez QUOTIENT_API_BASE."
        )

#: Whom families call, as printed on what they are given.
HELP_PHONE = env.str("HELP_PHONE", default="04 65 71 08 00")
#: Whom to call about a device found somewhere: all that its label tells a stranger.
FLEET_CONTACT_PHONE = env.str("FLEET_CONTACT_PHONE", default="04 91 00 15 00")

# The address is compared whatever its case by a constraint that Django's check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

if not DEMO:
    safety.refuse_insecure(
        secret_key=SECRET_KEY,
        allowed_hosts=ALLOWED_HOSTS,
        public_url=PUBLIC_URL,
        database=DATABASES["default"],
        stripe_api_base=STRIPE_API_BASE,
        citizen=(CITIZEN_ISSUER, CITIZEN_CLIENT_ID, CITIZEN_CLIENT_SECRET),
    )
