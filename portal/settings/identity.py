"""Signing in, limits, and how mail leaves: settings of core and django-allauth."""

from __future__ import annotations

import environ

env = environ.Env()
DEMO: bool = env.bool("DEMO", default=False)

#: Proxies of ours before the application: so many X-Forwarded-For entries are believed.
TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

#: Calls allowed, and in how many seconds, for each kind of caller of the API.
API_RATE_LIMITS: dict[str, tuple[int, int]] = {
    "token": (env.int("API_CALLS_PER_TOKEN_MINUTE", default=600), 60),
    "user": (300, 60),
    "ip": (60, 60),
    "wrong_token": (20, 60),
}
#: How long the answer to a write with an Idempotency-Key is kept.
IDEMPOTENCY_DAYS = 2

#: Dotted path of a callable ``(number, text)``; empty: this city sends no SMS.
SMS_TRANSPORT: str = env.str("SMS_TRANSPORT", default="core.mailbox.keep_sms" if DEMO else "")
#: For ``core.messaging.http_sms.send``: where texts are handed over, with what right, as whom.
SMS_URL: str = env.str("SMS_URL", default="")
SMS_TOKEN: str = env.str("SMS_TOKEN", default="")
SMS_SENDER: str = env.str("SMS_SENDER", default="Escale")
#: A mailbox of ours to which undelivered mail comes back, each to an address of its own
#: (``retours+…@``); empty: returned mail is recognised by its Message-ID.
BOUNCE_ADDRESS: str = env.str("BOUNCE_ADDRESS", default="")
#: Returned messages, of different days or not, after which an address is set aside.
BOUNCES_TO_FAIL: int = env.int("BOUNCES_TO_FAIL", default=2)
#: A mail server that does not answer must not hold a worker.
EMAIL_TIMEOUT = 20

# A broker that does not answer must not hold a request: the sweep delivers later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2

# Bodies above these answer 413 with a page that says so.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
#: Whole requests, files included, above this are refused before they are read.
REQUEST_MAX_BYTES: int = env.int("REQUEST_MAX_BYTES", default=30_000_000)

CSRF_FAILURE_VIEW = "core.faults.csrf_failure"

# --- django-allauth: sign-in by e-mail address, second factor, sessions -------------------
ACCOUNT_ADAPTER = "core.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = None  # the form asks
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEMO else "https"
ACCOUNT_FORMS = {
    "login": "core.accounts.forms.SignInForm",
    "signup": "core.accounts.forms.SignUpForm",
    "reset_password": "core.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "core.accounts.forms.NewPasswordForm",
    "add_email": "core.accounts.forms.ChangeAddressForm",
    "set_password": "core.accounts.forms.SetPasswordForm",
    "change_password": "core.accounts.forms.ChangePasswordForm",
}
#: A larger filter of common passwords (``manage.py build_password_filter``); empty: ours.
PASSWORD_FILTER: str = env.str("PASSWORD_FILTER", default="")
#: A link to choose a new password is good for two hours.
PASSWORD_RESET_TIMEOUT = 2 * 3600
#: Tries allowed, for an address of the network and for an account (CNIL 2022-100: a password
#: of 50 bits goes with a limit on tries). What is not here follows allauth.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,5/5m/key,50/d/key",
    "desk_code": "60/h/ip,10/h/key",
    "sign_mandate": "5/10m/key",
    "password_strength": "240/m/key",
}

# --- citizen account: an OpenID Connect server of the FranceConnect kind; empty: no such door --
#: For FranceConnect: https://oidc.franceconnect.gouv.fr/api/v2
CITIZEN_ISSUER: str = env.str("CITIZEN_ISSUER", default="").rstrip("/")
CITIZEN_CLIENT_ID: str = env.str("CITIZEN_CLIENT_ID", default="")
CITIZEN_CLIENT_SECRET: str = env.str("CITIZEN_CLIENT_SECRET", default="")
#: How people call it: « FranceConnect » once the city is entitled to the name.
CITIZEN_LABEL: str = env.str("CITIZEN_LABEL", default="mon compte citoyen")
#: Where a first visit goes on: the page that makes a household.
CITIZEN_FIRST_PAGE = "families:setup"
SOCIALACCOUNT_ADAPTER = "core.accounts.provider.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

MFA_ADAPTER = "core.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Escale"
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys without TLS on this machine only; so do we, in the demo.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_FORMS = {
    "authenticate": "core.accounts.forms.CodeForm",
    "reauthenticate": "core.accounts.forms.ConfirmCodeForm",
    "activate_totp": "core.accounts.forms.ActivateAppForm",
    "add_webauthn": "core.accounts.forms.AddPasskeyForm",
}
#: Secrets of second factors are encrypted with the first; the others still decrypt. Empty:
#: a key derived from SECRET_KEY.
MFA_ENCRYPTION_KEYS: list[str] = env.list("MFA_ENCRYPTION_KEYS", default=[])
#: Agents without a second factor are led to set one up before anything else. The test
#: settings alone switch it off, for tests that are about something else.
SECOND_FACTOR_REQUIRED = True
#: An agent's session ends after so many seconds without a request.
STAFF_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600

#: One JSON line an event, to standard error; LOG_FORMAT=text for people.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "core.logs.JsonFormatter"},
        "text": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "filters": {"no_query": {"()": "core.logs.NoQuery"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="text" if DEMO else "json"),
            "filters": ["no_query"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"django": {"handlers": [], "propagate": True, "level": "WARNING"}},
}
