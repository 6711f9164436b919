"""``manage.py retention``: what is past its time; ``--apply`` lets it go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import retention


class Command(BaseCommand):
    """Reports by default: nothing goes unless one says so."""

    help = "Dit ce qui a dépassé sa durée de conservation ; --apply l’efface."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare ``--dry-run`` (what happens anyway) and ``--apply``."""
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--dry-run", action="store_true", help="dit seulement (par défaut)")
        way.add_argument("--apply", action="store_true", help="efface pour de bon")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a rule; fail if a rule failed."""
        run = retention.run(dry=not options["apply"])
        for line in run.lines:
            self.stdout.write(
                f"{line['model']:28} {line['rule']:26} {line['keep_days']:>6} j "
                f"{line['count']:>9} {line['oldest']:>12} {line['error']}".rstrip()
            )
        if failed := [line["rule"] for line in run.lines if line["error"]]:
            raise CommandError("Règles interrompues : " + ", ".join(failed))
