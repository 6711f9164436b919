"""``manage.py compile_translations``: .po to .mo, without gettext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.translations import compile_translations


class Command(BaseCommand):
    """Compile what changed."""

    help = "Compile the translations that changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile every locale folder of the project."""
        for path in compile_translations(Path(folder) for folder in settings.LOCALE_PATHS):
            self.stdout.write(str(path))
