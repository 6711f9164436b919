"""``manage.py prepare_demo``: everything a demo needs before its first page."""

from __future__ import annotations

import unicodedata
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from core.demo import DEMO_PEOPLE
from core.seeding import DEMO_PASSWORD, SCALES
from portal.translations import compile_translations


class Command(BaseCommand):
    """Safe to repeat: does what is still to do."""

    requires_system_checks: list[str] = []
    help = "Prepare the demo: database, invented city, translations, static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--scale", choices=sorted(SCALES), default="small")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the folders, the database, the files and the list of people."""
        if not settings.DEMO:
            raise CommandError("Ceci n'est que pour la démonstration : DEMO=1.")
        for name in ("broker/queue", "broker/control", "beat", "log", "private", "search"):
            (settings.VAR_DIR / name).mkdir(parents=True, exist_ok=True)
        compile_translations(Path(folder) for folder in settings.LOCALE_PATHS)
        self._migrate()
        call_command("seed_demo", scale=options["scale"], if_empty=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        (settings.VAR_DIR / "demo.txt").write_text(people_table())

    def _migrate(self) -> None:
        """Migrate; say what to do about a database that an older demo left behind."""
        try:
            call_command("migrate", verbosity=0)
        except Exception as failed:
            place = connection.settings_dict["NAME"]
            raise CommandError(
                f"La base {place} ne peut pas être mise à jour ({failed}) : "
                "supprimez-la avec « make clean » pour repartir de zéro."
            ) from failed


def people_table() -> str:
    """Return whom to sign in as: role, address, password, one line each."""
    with translation.override("fr"):
        rows = [("Rôle", "Adresse e-mail", "Mot de passe", "À voir")]
        rows += [(str(p.role.label), p.email, DEMO_PASSWORD, p.story) for p in DEMO_PEOPLE]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  "
        + "  ".join(text + " " * (w - _width(text)) for text, w in zip(row, widths, strict=False))
        + f"  {row[3]}"
        for row in rows
    ]
    lines.insert(1, "  " + "  ".join("─" * width for width in [*widths, 6]))
    lines.append("")
    lines.append("  Le second code demandé aux agents s'affiche à côté du formulaire.")
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    return sum(1 for letter in text if not unicodedata.combining(letter))
