"""Which row of a sheet gives the titles, and which column holds which fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from classrooms import extras
from classrooms.models import DeviceCategory
from core.spreadsheets import Grid
from core.spreadsheets.columns import Target, guess, letters, plain

#: Rows looked at for titles: names of the school, dates and logos stand above them.
_HEAD = 30
TARGETS = (
    Target("serial", _("Numéro de série"),
           ("numero de serie", "no de serie", "no serie", "n serie", "n de serie", "numero serie",
            "serie", "serial number", "serial", "serialnumber", "sn", "s n")),
    Target("tag", _("Numéro d’inventaire"),
           ("numero d inventaire", "no d inventaire", "no inventaire", "n inventaire", "inventaire",
            "numero inventaire", "inventory number", "asset tag", "assettag", "annotatedassetid",
            "etiquette", "code barre", "code barres", "immobilisation", "no immobilisation")),
    Target("category", _("Catégorie"),
           ("categorie", "type de materiel", "type", "nature", "category", "device type")),
    Target("maker", _("Marque"),
           ("marque", "constructeur", "fabricant", "manufacturer", "brand", "maker")),
    Target("model", _("Modèle"),
           ("modele", "model", "designation", "produit", "article", "libelle", "materiel")),
    Target("uai", _("UAI"), ("uai", "rne", "code uai", "code rne", "no uai", "uai rne")),
    Target("place", _("École ou atelier"),
           ("ecole ou atelier", "ecole", "etablissement", "nom de l ecole", "site", "lieu",
            "localisation", "location", "school", "building", "annotatedlocation")),
    Target("cart", _("Chariot"),
           ("chariot", "classe mobile", "valise", "cart", "no chariot", "numero de chariot")),
    Target("slot", _("Emplacement"),
           ("emplacement", "place", "casier", "position", "slot", "no emplacement")),
    Target("state", _("Situation"), ("situation", "statut", "status", "state")),
    Target("condition", _("État"), ("etat", "etat physique", "condition")),
    Target("purchased_on", _("Acheté le"),
           ("achete le", "date d achat", "date achat", "achat", "date de livraison", "livre le",
            "date de facture", "purchase date", "po date")),
    Target("cost_cents", _("Prix payé"),
           ("prix paye", "prix ttc", "prix unitaire ttc", "prix d achat", "prix unitaire", "prix",
            "montant ttc", "montant", "cout", "purchase price", "price")),
    Target("funding", _("Financement"),
           ("financement", "source de financement", "budget", "funding")),
    Target("warranty_end", _("Fin de garantie"),
           ("fin de garantie", "garantie jusqu au", "date fin garantie", "date de fin de garantie",
            "echeance garantie", "garantie", "warranty end", "warranty expiration", "warranty",
            "duree de garantie", "garantie mois", "garantie en mois", "mois de garantie",
            "duree de garantie mois", "duree de garantie en mois", "garantie constructeur",
            "garantie constructeur mois", "garantie ans", "garantie annees", "garantie en annees",
            "duree de garantie ans", "duree de garantie annees", "warranty months",
            "warranty period", "warranty duration", "warranty years")),
    Target("os_version", _("Système"),
           ("systeme", "version du systeme", "systeme d exploitation", "os", "os version",
            "operating system")),
    Target("macs", _("Adresses MAC"),
           ("adresses mac", "adresse mac", "mac", "mac address", "mac addresses", "macaddress",
            "wifi mac address", "adresse mac wifi", "ethernet mac address")),
)  # fmt: skip
BY_CODE: Mapping[str, Target] = {target.code: target for target in TARGETS}
#: Columns of our own exports that say what was measured: read by the management server.
MEASURED = (_("Vu en ligne le"),)
#: How the fields of categories are named among the facts: this, then their key.
OWN = "x:"


@dataclass(frozen=True)
class Head:
    """Where the titles are, and what they are; ``columns`` maps facts to column numbers."""

    line: int
    titles: list[str]
    columns: dict[str, int]

    @property
    def named(self) -> dict[str, str]:
        """The title of each fact's column."""
        return {code: self.titles[column] for code, column in self.columns.items()}

    def title_of(self, code: str) -> str:
        """Return the title of a fact's column, or ""."""
        return self.titles[self.columns[code]] if code in self.columns else ""


@cache
def _targets() -> tuple[Target, ...]:
    return in_every_language(TARGETS)


def in_every_language(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return targets, also known by their titles in every language of our exports."""
    found = []
    for target in targets:
        names = list(target.names)
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                names.append(plain(str(target.label)))
        found.append(Target(target.code, target.label, tuple(dict.fromkeys(names))))
    return tuple(found)


def is_common(label: str) -> bool:
    """Tell whether a title already stands for a fact that all devices have."""
    measured = {plain(str(title)) for title in MEASURED}
    return plain(label) in measured.union(*(target.names for target in _targets()))


def own_targets(categories: Iterable[DeviceCategory]) -> list[Target]:
    """Return the fields of categories as facts that a column may hold, one for each key."""
    found: dict[str, Target] = {}
    for category in categories:
        for field in extras.fields_of(category.fields):
            known = found.get(field.key)
            names = (*(known.names if known else ()), plain(field.label), plain(field.title))
            label = known.label if known else field.title
            found[field.key] = Target(OWN + field.key, label, tuple(dict.fromkeys(names)))
    return list(found.values())


def head_of(
    grid: Grid,
    remembered: Mapping[str, str],
    line: int | None = None,
    own: Sequence[Target] = (),
) -> Head:
    """Find the titles: the row that names most facts, or the row of the line asked for.

    ``own`` are the fields of categories. Titles that are missing or come twice get one of
    their own, so that each column has a name.
    """
    return find_head(grid, remembered, line, (*_targets(), *own), {"serial", "tag"})


def find_head(
    grid: Grid,
    remembered: Mapping[str, str],
    line: int | None,
    targets: Sequence[Target],
    keys: set[str],
) -> Head:
    """Find the titles of a table of anything; ``keys`` are the facts that rows are known by."""
    width = max((len(cells) for _line, cells in grid.rows), default=0)
    best: Head | None = None
    for number, cells in grid.rows[:_HEAD]:
        titles = _titles(cells, width)
        named = guess(titles, remembered, targets)
        columns = {code: titles.index(title) for code, title in named.items()}
        head = Head(number, titles, columns)
        if number == line:
            return head
        if best is None or _score(head, keys) > _score(best, keys):
            best = head
    return best or Head(0, [], {})


def _score(head: Head, keys: set[str]) -> tuple[bool, int]:
    return bool(keys & set(head.columns)), len(head.columns)


def _titles(cells: list[str], width: int) -> list[str]:
    titles: list[str] = []
    for number in range(width):
        text = " ".join(cells[number].split())[:100] if number < len(cells) else ""
        title = text or f"({letters(number + 1)})"
        if title in titles:
            title = f"{title} ({letters(number + 1)})"
        titles.append(title)
    return titles
