"""Settings of the test run: hostile on purpose.

An undefined template variable, a naive datetime or an unordered page is an error here and
not a warning; what pytest alone can enforce is in ``tests/hostile.py``.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

# Read from the environment by base.py: a test run must not touch what a demo left behind,
# nor take a person's settings for its own.
os.environ["DEMO"] = "1"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="escale-test-")
for _name in (
    "PRIVATE_ROOT",
    "SEARCH_INDEX_ROOT",
    "EMAIL_URL",
    "CACHE_URL",
    "STRIPE_API_BASE",
    "CLAMD_URL",
):
    os.environ.pop(_name, None)
for _name in ("CITIZEN_ISSUER", "CITIZEN_CLIENT_ID", "CITIZEN_CLIENT_SECRET"):
    os.environ.pop(_name, None)
os.environ["CELERY_BROKER_URL"] = "memory://"
if os.environ.get("TEST_DB") == "sqlite":
    os.environ.pop("DATABASE_URL", None)
else:
    # Without an address, tests/conftest.py starts a server and fills in where it listens.
    os.environ.setdefault("DATABASE_URL", "postgres:///escale")

from portal.settings.base import *  # noqa: E402, F403

TESTING = True


class UndefinedTemplateVariable(Exception):
    """A template names something its view did not give it."""


class _Refuse(str):
    """Stands for ``string_if_invalid``: Django formats it with the variable it lacks."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: Any) -> str:
        raise UndefinedTemplateVariable(str(variable))


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Refuse("undefined")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Served by the live server from the sources, without collecting them first.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Tasks are serialised into a queue in memory; a test runs them when it says so (``run_tasks``).
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# An agent needs a second factor; tests about other things sign agents in without one.
SECOND_FACTOR_REQUIRED = False
