"""What the cells of an operator's table say: speeds, technologies, months of notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.importing.values import Unreadable
from classrooms.models import InternetLine
from core.spreadsheets.columns import Target, plain

#: The facts of a line; their codes begin otherwise than a device's, for a source may bring both.
TARGETS = (
    Target("l_reference", gettext_lazy("Référence"),
           ("reference", "ref", "reference du contrat", "reference contrat", "no de contrat",
            "numero de contrat", "no contrat", "contrat", "reference ligne", "no de ligne",
            "numero de ligne", "identifiant", "id ligne", "identifiant ligne", "contract",
            "line", "nd", "id service", "identifiant de service")),
    Target("l_uai", gettext_lazy("UAI"), ("uai", "rne", "code uai", "code rne", "uai rne")),
    Target("l_school", gettext_lazy("École"),
           ("ecole", "etablissement", "nom de l ecole", "site", "nom du site", "libelle site",
            "lieu", "school")),
    Target("l_operator", gettext_lazy("Opérateur"),
           ("operateur", "fournisseur", "fai", "fournisseur d acces", "operator", "provider",
            "isp")),
    Target("l_technology", gettext_lazy("Technologie"),
           ("technologie", "techno", "type de ligne", "type d acces", "type de lien", "support",
            "offre", "technology")),
    Target("l_down", gettext_lazy("Descendant (Mbit/s)"),
           ("descendant mbit s", "debit descendant", "descendant", "debit", "debit mbit s",
            "debit descendant mbit s", "debit descendant mbps", "debit mbps", "download", "down",
            "bande passante", "speed")),
    Target("l_up", gettext_lazy("Montant (Mbit/s)"),
           ("montant mbit s", "debit montant", "debit montant mbit s", "debit montant mbps",
            "debit remontant", "upload", "up")),
    Target("l_monthly", gettext_lazy("Par mois"),
           ("par mois", "cout mensuel", "prix mensuel", "prix par mois", "tarif mensuel",
            "abonnement", "abonnement ttc", "prix ttc", "cout ttc", "tarif",
            "abonnement mensuel", "mensualite", "mensuel ttc", "cout mensuel ttc",
            "prix mensuel ttc", "abonnement mensuel ttc", "monthly cost")),
    Target("l_starts", gettext_lazy("En service depuis"),
           ("en service depuis", "mise en service", "date de mise en service",
            "date mise en service", "mes", "debut", "debut du contrat", "date de debut",
            "date debut", "start", "start date")),
    Target("l_end", gettext_lazy("Fin du contrat"),
           ("fin du contrat", "fin de contrat", "date de fin", "date fin", "fin",
            "date de fin de contrat", "date fin contrat", "fin d engagement",
            "date de fin d engagement", "echeance", "end", "end date")),
    Target("l_notice", gettext_lazy("Préavis (mois)"),
           ("preavis mois", "preavis", "delai de preavis", "notice", "notice months")),
    Target("l_closed", gettext_lazy("Résiliée le"),
           ("resiliee le", "date de resiliation", "date resiliation", "resiliation",
            "resilie le")),
)  # fmt: skip
#: Columns of our own export that follow from others.
COMPUTED = (gettext_lazy("Très haut débit"), gettext_lazy("À dénoncer avant"))

#: Words that leave no doubt; others are asked, once for each source.
_SURE: Mapping[str, str] = {
    "ftto": "fibre_pro", "fibre optique dediee": "fibre_pro", "ftth": "fibre",
    "fibre optique mutualisee": "fibre", "vdsl": "vdsl", "adsl2": "adsl", "4g": "mobile",
    "5g": "mobile", "4g 5g": "mobile", "lte": "mobile", "mobile": "mobile",
}  # fmt: skip
_SPEED = re.compile(r"(\d+(?:[.,]\d+)?)([kmg]?)(?:bits?|b|bps)?(?:/?s|ps)?")
_UNITS = {"k": 0.001, "": 1.0, "m": 1.0, "g": 1000.0}
#: The fastest line believed, in Mbit/s.
_FASTEST = 100_000


@cache
def technologies() -> dict[str, str]:
    """Return the technologies by their words, in every language of the service."""
    found = dict(_SURE)
    for code, label in InternetLine.Technology.choices:
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found[plain(str(label))] = code
    return found


def speeds_of(text: str) -> list[int]:
    """Return the one or two speeds that a cell names, in Mbit/s: ``1 Gbit/s``, ``500/300``."""
    found = []
    for part in re.split(r"/(?=\s*\d)", text.casefold()):
        match = _SPEED.fullmatch(re.sub(r"\s", "", part))
        if match is None:
            raise _no_speed(text)
        number, unit = match[1].replace(",", "."), match[2]
        if len(number.partition(".")[2]) == 3 and unit != "g":
            # 1.024 may be thousands or thousandths.
            raise _no_speed(text)
        speed = max(1, round(float(number) * _UNITS[unit]))
        if not float(number) > 0 or speed > _FASTEST:
            raise _no_speed(text)
        found.append(speed)
    if len(found) > 2:
        raise _no_speed(text)
    return found


def _no_speed(text: str) -> Unreadable:
    return Unreadable(
        _("« %(value)s » n’est pas un débit : écrivez-le en Mbit/s, 300.") % {"value": text[:30]}
    )


def notice_of(text: str) -> int:
    """Return months of notice: ``3``, ``3 mois``."""
    match = re.fullmatch(r"(\d{1,2})\s*(?:mois|months?)?", text.strip().casefold())
    if match is None or int(match[1]) > 36:
        raise Unreadable(
            _("« %(value)s » n’est pas un préavis : un nombre de mois, 36 au plus.")
            % {"value": text[:30]}
        )
    return int(match[1])


def short_text(most: int, text: str) -> str:
    """Return a text without needless spaces; refused when it is too long to be kept whole."""
    found = " ".join(text.split())
    if len(found) > most:
        raise Unreadable(_("Ce texte dépasse %(most)d caractères.") % {"most": most})
    return found
