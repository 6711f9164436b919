"""Notices like those of the national access manager (GAR), under its French names.

Beyond its own fields, what a catalogue needs besides is written under further French names.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from resources.catalogue.models import Contribution, Resource
from resources.exchange.notices import (
    Cells,
    Notice,
    Word,
    day_cell,
    flat,
    joined,
    language_cell,
    licence_cell,
    pair,
    size_cell,
)

CONTENT_TYPE = "application/json"
#: Vocabularies that the access manager does not name, under our further names.
_FURTHER = {
    "activites": "activities",
    "lieux": "places",
    "besoinsParticuliers": "needs",
    "socleCommun": "competences",
}
#: People beside authors and publishers.
_ROLES = {
    "illustrateurs": Contribution.Kind.ILLUSTRATOR,
    "contributeurs": Contribution.Kind.CONTRIBUTOR,
}
_PRESENTATION = {"code": "MUL", "nom": "ressources d'enseignement multimédias"}


def _word(word: Word) -> dict[str, str]:
    return {"uri": word.value, "nom": word.label}


def _words(words: tuple[Word | None, ...]) -> list[dict[str, str]]:
    return [_word(word) for word in words if word]


def write(notice: Notice) -> dict[str, Any]:
    """Return a notice as an object of the list of resources."""
    resource = notice.resource
    houses = notice.credited(Contribution.Kind.PUBLISHER)
    technical = notice.credited(Contribution.Kind.DISTRIBUTOR)
    return {
        "idRessource": notice.key,
        "idType": "ARK" if notice.key.startswith("ark:") else "URI",
        "nomRessource": resource.title,
        "idEditeur": "",
        "nomEditeur": "|".join(houses),
        "typePresentation": _PRESENTATION,
        "typePedagogique": _words((notice.pedagogical_type,)),
        "typologieDocument": _words((notice.document_type,)),
        "niveauEducatif": _words(notice.words["levels"]),
        "domaineEnseignement": _words(notice.words["domains"]),
        **{name: _words(notice.words[kind]) for name, kind in _FURTHER.items()},
        "urlAccesRessource": notice.location,
        "nomSourceEtiquetteGar": settings.SERVICE_NAME,
        "distributeurTech": technical[0] if technical else "",
        "validateurTech": "",
        "description": resource.description,
        "langue": resource.language,
        "motsCles": [str(word) for word in resource.keywords],
        "auteurs": notice.credited(Contribution.Kind.AUTHOR),
        **{name: notice.credited(role) for name, role in _ROLES.items()},
        "publicCible": resource.audience,
        "difficulte": resource.difficulty,
        "dureeMinutes": resource.duration_minutes,
        "gratuit": resource.cost == Resource.Cost.FREE,
        "licence": _word(notice.licence) if notice.licence else None,
        "droits": resource.rights,
        "format": resource.format,
        "poidsOctets": resource.size_bytes,
        "donneesPersonnelles": resource.personal_data_level,
        "datePublication": resource.published_on.isoformat() if resource.published_on else None,
        "dateModification": resource.updated_at.isoformat(timespec="seconds"),
    }


def listed(told: Any) -> list[dict[str, Any]] | None:
    """Return the resources of a document, None when it is not one of this kind."""
    if isinstance(told, dict):
        inner = told.get("listeRessources", told)
        inner = inner.get("ressource", inner) if isinstance(inner, dict) else inner
        told = [inner] if isinstance(inner, dict) else inner
    if not isinstance(told, list):
        return None
    found = [row for row in told if isinstance(row, dict) and "idRessource" in row]
    return found if found or not told else None


def read(told: dict[str, Any]) -> Cells:
    """Return what a notice states, as cells of the import."""

    def plain(name: str) -> str:
        value = told.get(name)
        return str(value).strip() if isinstance(value, str | int) else ""

    def words(name: str) -> str:
        value = told.get(name)
        rows = value if isinstance(value, list) else [value] if value else []
        return joined(
            pair(str(row.get("uri") or row.get("code") or ""), str(row.get("nom") or ""))
            if isinstance(row, dict)
            else flat(str(row))
            for row in rows
        )

    def names(name: str) -> str:
        value = told.get(name)
        rows = value if isinstance(value, list) else str(value or "").split("|")
        return joined(flat(str(row)) for row in rows)

    free = told.get("gratuit")
    licence = told.get("licence")
    if isinstance(licence, dict):
        code = pair(licence_cell(str(licence.get("uri", ""))), str(licence.get("nom", "")))
    else:
        code = licence_cell(str(licence or ""))
    return {
        "key": plain("idRessource"),
        "title": plain("nomRessource"),
        "description": plain("description"),
        "language": language_cell(plain("langue")),
        "pedagogical_type": words("typePedagogique").partition("|")[0],
        "document_type": words("typologieDocument").partition("|")[0],
        "levels": words("niveauEducatif"),
        "domains": words("domaineEnseignement"),
        **{kind: words(name) for name, kind in _FURTHER.items()},
        "publisher": names("nomEditeur"),
        "author": names("auteurs"),
        **{str(role): names(name) for name, role in _ROLES.items()},
        "keywords": names("motsCles"),
        "url": plain("urlAccesRessource"),
        "audience": plain("publicCible"),
        "difficulty": plain("difficulte"),
        "duration_minutes": plain("dureeMinutes"),
        "cost": "" if free is None else "gratuit" if free is True else "payant",
        "licence": code,
        "rights": plain("droits")[:300],
        "format": plain("format")[:60],
        "size_bytes": size_cell(plain("poidsOctets")),
        "personal_data_level": plain("donneesPersonnelles"),
        "published_on": day_cell(plain("datePublication")),
    }
