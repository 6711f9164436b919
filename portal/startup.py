"""Stops a start that lacks a setting with a sentence, not with a traceback."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def settings_or_exit() -> None:
    """Load the settings; on a missing or insecure one, say which and exit with code 1."""
    try:
        settings.INSTALLED_APPS  # noqa: B018
    except ImproperlyConfigured as wrong:
        sys.exit(f"Escale ne peut pas démarrer. {wrong}")
