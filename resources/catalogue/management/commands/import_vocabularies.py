"""``manage.py import_vocabularies [FILE]``: lay ScoLOMFR's vocabularies over the catalogue's."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.journal import SYSTEM
from resources.catalogue import supplying
from resources.catalogue.models import Term
from resources.catalogue.official import COLUMNS, import_terms


class Command(BaseCommand):
    """Reads the table of concepts (CSV, UTF-8) and says what came of it.

    Without a file: the city's own words alone, enough for a catalogue to start.
    """

    help = "Reprend les vocabulaires officiels ScoLOMFR : libellés, autres noms, adresses (URI)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether only to look."""
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="tableau CSV des concepts ; sans lui, les mots de la Ville seulement",
        )
        parser.add_argument("--dry-run", action="store_true", help="montrer sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or show what an import would do."""
        rows = _rows(options["file"]) if options["file"] else ()
        before = Term.objects.count()
        with transaction.atomic():
            supplying.own_terms()
            own = Term.objects.count() - before
            found = import_terms(rows, by=SYSTEM)
            if options["dry_run"]:
                transaction.set_rollback(True)
        done = "Essai, rien n’est écrit" if options["dry_run"] else "Vocabulaires repris"
        self.stdout.write(
            f"{done} : {found.created + own} termes créés, {found.updated} complétés, "
            f"{found.unchanged} inchangés, {found.left_out} laissés de côté."
        )


def _rows(path: Path) -> csv.DictReader[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} ne se lit pas : {error}") from error
    rows = csv.DictReader(text.splitlines(), restval="")
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        raise CommandError(f"Il manque à {path} les colonnes : {', '.join(sorted(missing))}.")
    return rows
