"""``manage.py ingest_bounces``: mail that came back, from a pipe, files or a Maildir."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.messaging import returns


class Command(BaseCommand):
    """Reads delivery reports; a mail server pipes one in, or a timer reads a Maildir."""

    help = "Lit les avis de non-remise (RFC 3464) : sur l’entrée, dans des fichiers, un Maildir."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare files and ``--maildir``."""
        parser.add_argument("files", nargs="*", type=Path, help="avis à lire ; rien : l’entrée")
        parser.add_argument("--maildir", type=Path, help="dossier dont new/ est lu, puis rangé")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read each report once and count what they were."""
        found: Counter[str] = Counter()
        if options["maildir"]:
            for path in self._new_in(options["maildir"]):
                found[returns.ingest(path.read_bytes())] += 1
                # Only once its effect is saved: a stop in between reads it again, to no effect.
                path.rename(options["maildir"] / "cur" / f"{path.name}:2,S")
        elif options["files"]:
            for path in options["files"]:
                found[returns.ingest(path.read_bytes())] += 1
        else:
            found[returns.ingest(sys.stdin.buffer.read(returns.MAX_BYTES))] += 1
        self.stdout.write(", ".join(f"{what} {n}" for what, n in sorted(found.items())) or "rien")

    def _new_in(self, maildir: Path) -> list[Path]:
        if not all((maildir / name).is_dir() for name in ("new", "cur")):
            raise CommandError(f"{maildir} n’est pas un Maildir.")
        return sorted(path for path in (maildir / "new").iterdir() if path.is_file())
