"""``manage.py import_schools annuaire.csv --commune Rennes``: the ministry's list of schools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import RuleBroken
from core.journal import SYSTEM
from enrolment.schools.actions.directory import import_directory


class Command(BaseCommand):
    """Creates and updates the public schools of one commune."""

    help = "Reprend les écoles publiques d’une commune dans l’annuaire de l’Éducation nationale."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, the commune and the trial."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--commune", required=True, help="nom ou code INSEE")
        parser.add_argument("--dry-run", action="store_true", help="dit seulement")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was done, and each line refused."""
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                report = import_directory(
                    by=SYSTEM,
                    lines=lines,
                    commune=options["commune"],
                    dry_run=options["dry_run"],
                )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Fichier illisible : {error}") from error
        except RuleBroken as broken:
            raise CommandError(broken.message) from broken
        for line, text in report.refused:
            self.stderr.write(f"ligne {line} : {text}")
        self.stdout.write(
            f"{len(report.created)} créées, {len(report.updated)} mises à jour, "
            f"{report.unchanged} inchangées, {len(report.refused)} refusées, "
            f"{report.elsewhere} ailleurs."
        )
