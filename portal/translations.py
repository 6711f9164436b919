"""Compiles translations with Babel: no gettext program needed on the machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: The language that sentences are written in; its catalogue only mends spaces.
WRITTEN_IN = "fr"


def compile_translations(folders: Iterable[Path]) -> list[Path]:
    """Write the ``.mo`` beside each ``.po`` that is newer; return what was written.

    Doubtful ("fuzzy") translations are left out. Written aside then renamed, so that
    somebody reading meanwhile sees the old one or the new one. The language of the sentences
    gets, from the other catalogues, every sentence that counts: a sentence in no catalogue
    would be counted as in English, "0 contrôles faits".
    """
    written = []
    for folder in folders:
        sources = sorted(folder.glob("*/LC_MESSAGES/*.po"))
        for source in sources:
            target = source.with_suffix(".mo")
            language = source.parent.parent.name
            read = sources if language == WRITTEN_IN else [source]
            newest = max(path.stat().st_mtime for path in read)
            if target.exists() and target.stat().st_mtime >= newest:
                continue
            catalogue = _read(source)
            for other in read:
                if other != source:
                    _add_counted(catalogue, _read(other))
            aside = target.with_suffix(".mo.new")
            with aside.open("wb") as compiled:
                write_mo(compiled, catalogue)
            aside.replace(target)
            written.append(target)
    return written


def _read(source: Path) -> Catalog:
    with source.open("rb") as text:
        return read_po(text, locale=source.parent.parent.name)


def _add_counted(catalogue: Catalog, other: Catalog) -> None:
    """Add the sentences with a plural that another catalogue knows, as they are written."""
    for message in other:
        known = catalogue.get(message.id, message.context) if message.pluralizable else message
        if known is None:
            catalogue.add(message.id, message.id, context=message.context)
