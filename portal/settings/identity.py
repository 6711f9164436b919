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
