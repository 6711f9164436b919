"""``manage.py retention``: what is past its time; ``--apply`` lets it go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import retention


class Command(BaseCommand):
    """Reports by default: nothing goes unless one says so."""

    help = "Dit ce qui a dépassé sa durée de conservation ; --apply l’efface."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare ``--apply``."""
        parser.add_argument("--apply", action="store_true", help="efface pour de bon")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a rule."""
        lines = retention.apply() if options["apply"] else retention.report()
        for line in lines:
            days = line.rule.keep.days
            self.stdout.write(
                f"{line.rule.model:28} {line.rule.name:24} {days:>6} j {line.count:>8}"
            )
