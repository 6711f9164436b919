"""Compiles translations with Babel: no gettext program needed on the machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_translations(folders: Iterable[Path]) -> list[Path]:
    """Write the ``.mo`` beside each ``.po`` that is newer; return what was written.

    Doubtful ("fuzzy") translations are left out. Written aside then renamed, so that
    somebody reading meanwhile sees the old one or the new one.
    """
    written = []
    for folder in folders:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parent.parent.name)
            aside = target.with_suffix(".mo.new")
            with aside.open("wb") as compiled:
                write_mo(compiled, catalogue)
            aside.replace(target)
            written.append(target)
    return written
