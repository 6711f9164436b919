"""``manage.py build_password_filter``: make a filter of common passwords."""

from __future__ import annotations

import gzip
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.accounts.passwords import bloom, lists


class Command(BaseCommand):
    """Build the bundled filter, or a larger one with lists of one's own."""

    help = (
        "Make a filter of common passwords. Without a list: the bundled one. Each list is a text "
        "file, one password a line (perhaps .gz); what follows a tab or the last colon is left out "
        "when --counts is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("lists", nargs="*", type=Path, help="more passwords, one a line")
        parser.add_argument("--out", type=Path, default=lists.BUNDLED)
        parser.add_argument("--rate", type=float, default=lists.RATE, help="of false positives")
        parser.add_argument("--counts", action="store_true", help="lines end in a count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say what it holds."""
        entries = {lists.normal(word) for word in lists.world()}
        entries.update(lists.variants(lists.french()))
        for path in options["lists"]:
            if not path.is_file():
                raise CommandError(f"{path} : ce fichier n'existe pas.")
            entries.update(lists.normal(line) for line in _lines(path, options["counts"]))
        entries.discard("")
        data = bloom.build(entries, options["rate"])
        options["out"].write_bytes(data)
        made = bloom.read(data)
        if options["verbosity"]:
            self.stdout.write(
                f"{options['out']} : {made.entries} mots de passe, {len(data) // 1024} ko, "
                f"un faux positif sur {round(1 / made.false_positive_rate)}."
            )


def _lines(path: Path, counts: bool) -> Iterator[str]:  # noqa: FBT001
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", errors="ignore") as lines:
        for line in lines:
            text = line.rstrip("\r\n")
            if counts:
                text = text.rpartition("\t" if "\t" in text else ":")[0]
            yield text
