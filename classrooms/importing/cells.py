"""The cells of one line of a table, and what is wrong with some before they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from classrooms.importing.columns import OWN
from classrooms.importing.values import looks_rounded


class Cells:
    """The cells of one line, by fact; "" for a blank one or a column that is not there."""

    __slots__ = ("_cells", "_columns", "_notes", "number", "titles")

    def __init__(
        self,
        number: int,
        cells: list[str],
        columns: Mapping[str, int],
        notes: Mapping[tuple[int, int], tuple[str, str]],
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self.titles = titles or {}
        self.number, self._cells, self._columns, self._notes = number, cells, columns, notes

    def __getitem__(self, code: str) -> str:
        column = self._columns.get(code, -1)
        return self._cells[column] if 0 <= column < len(self._cells) else ""

    def own(self) -> dict[str, str]:
        """Return the cells that say something of the categories' own fields, by key."""
        return {
            code.removeprefix(OWN): text
            for code in self._columns
            if code.startswith(OWN) and (text := self[code])
        }

    def flaws(self) -> Iterator[tuple[str, str]]:
        """Yield the cells that cannot be trusted, of the columns that are read."""
        if self._notes:
            for code, column in self._columns.items():
                if (note := self._notes.get((self.number, column))) is not None:
                    yield code, _flaw(*note)
        for code in ("serial", "tag"):
            if looks_rounded(self[code]):
                yield code, _flaw("digits", self[code])

    def shown(self) -> str:
        """Return the line in short, to tell it from another."""
        return " · ".join(cell for cell in self._cells if cell)[:160]


def _flaw(note: str, text: str) -> str:
    if note == "formula":
        return _("Cette formule n’a pas de résultat : remplacez-la par sa valeur.")
    if note == "fault":
        return _("Cette cellule est en erreur (%(value)s).") % {"value": text[:20]}
    if note == "digits":
        return _(
            "Le tableur a perdu des chiffres (%(value)s) : mettez cette colonne au format texte "
            "et retapez le numéro."
        ) % {"value": text[:30]}
    return _(
        "Cellule fusionnée (%(range)s) : défusionnez-la et recopiez sa valeur sur chaque ligne."
    ) % {"range": text}
