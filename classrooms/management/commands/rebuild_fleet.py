"""``manage.py rebuild_fleet``: hold the rows of the fleet against its history."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classrooms import rebuilding
from classrooms.rebuilding import Count, Finding
from core.journal import Actor


class Command(BaseCommand):
    """Fold every event and compare; with ``--write``, rows follow the history."""

    help = "Reconstruit l’état des appareils depuis leur histoire, et dit ce qui diffère."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--write``."""
        parser.add_argument(
            "--write", action="store_true", help="corriger les fiches d’après l’histoire"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference; exit with 1 when some remain."""
        count, found = Count(), []
        for finding in rebuilding.findings(count):
            found.append(finding)
            self._tell(finding)
        wrong = [finding for finding in found if finding.differences]
        said = f"{count.devices} appareils, {count.events} changements : "
        if options["write"] and wrong:
            before = len(wrong)
            wrong = rebuilding.mend(wrong, by=Actor(user=None, via="rebuild_fleet"))
            said += f"{before - len(wrong)} fiches corrigées, "
        gaps = sum(len(finding.gaps) for finding in found)
        said += f"{len(wrong)} appareils différents, {gaps} ruptures dans l’histoire."
        if wrong or gaps:
            raise CommandError(said, returncode=1)
        self.stdout.write(said)

    def _tell(self, finding: Finding) -> None:
        for known in finding.differences:
            self.stdout.write(
                f"{finding.tag} : {known.field} vaut {known.row!r}, l’histoire dit {known.told!r}"
            )
        for event in finding.gaps:
            self.stdout.write(f"{finding.tag} : l’événement {event} ne suit pas du précédent")
