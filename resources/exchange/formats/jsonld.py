"""LRMI in JSON-LD: schema.org's LearningResource, as search engines and AMB readers take it."""

from __future__ import annotations

from typing import Any

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
    minutes_of,
    pair,
    size_cell,
)

CONTEXT = "https://schema.org"
CONTENT_TYPE = "application/ld+json"
_ROLES = {
    "author": Contribution.Kind.AUTHOR,
    "publisher": Contribution.Kind.PUBLISHER,
    "contributor": Contribution.Kind.CONTRIBUTOR,
    "illustrator": Contribution.Kind.ILLUSTRATOR,
}
_AUDIENCES = {"learner": ["student"], "teacher": ["teacher"], "both": ["student", "teacher"]}
_STUDENTS = {"student", "learner", "apprenant", "élève", "eleve", "pupil"}
_TEACHERS = {"teacher", "enseignant", "instructor"}


def _term(word: Word) -> dict[str, str]:
    told = {"@type": "DefinedTerm", "name": word.label, "termCode": word.code}
    if word.uri:
        told["@id"] = word.uri
    return {**told, "inDefinedTermSet": word.source}


def _terms(words: tuple[Word, ...]) -> list[dict[str, str]]:
    return [_term(word) for word in words]


def write(notice: Notice) -> dict[str, Any]:
    """Return a notice as a JSON-LD object; facts that are not stated are left out."""
    resource = notice.resource
    types = [word for word in (notice.pedagogical_type, notice.document_type) if word]
    licence = notice.licence
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "LearningResource",
        "@id": notice.page,
        "identifier": notice.key,
        "name": resource.title,
        "description": resource.description,
        "url": notice.location,
        "mainEntityOfPage": notice.page,
        "inLanguage": resource.language,
        "keywords": [str(word) for word in resource.keywords],
        "learningResourceType": [_term(word) for word in types],
        "educationalLevel": _terms(notice.words["levels"]),
        "about": _terms(notice.words["domains"]),
        "teaches": _terms(notice.words["competences"]),
        "educationalUse": _terms(notice.words["activities"]),
        "audience": [
            {"@type": "EducationalAudience", "educationalRole": role}
            for role in _AUDIENCES[resource.audience]
        ],
        "isAccessibleForFree": resource.cost == Resource.Cost.FREE,
        "license": {"@type": "CreativeWork", "identifier": licence.code, "name": licence.label}
        if licence
        else None,
        "copyrightNotice": resource.rights,
        "timeRequired": f"PT{resource.duration_minutes}M" if resource.duration_minutes else "",
        "encodingFormat": resource.format,
        "encoding": {"@type": "MediaObject", "contentSize": f"{resource.size_bytes} B"}
        if resource.size_bytes
        else None,
        "datePublished": resource.published_on.isoformat() if resource.published_on else "",
        "dateModified": resource.updated_at.isoformat(timespec="seconds"),
        **{name: _people(notice, role) for name, role in _ROLES.items()},
    }
    return {name: value for name, value in told.items() if value not in ("", [], None)}


def _people(notice: Notice, role: str) -> list[dict[str, str]]:
    kind = "Organization" if role == Contribution.Kind.PUBLISHER else "Person"
    return [{"@type": kind, "name": name} for name in notice.credited(role)]


def read(told: Any) -> list[Cells]:
    """Return the notices of a JSON-LD document: one object, a list, or a ``@graph``."""
    return [_cells(node) for node in _nodes(told, depth=0)]


def _nodes(told: Any, depth: int) -> list[dict[str, Any]]:
    if depth > 4:
        return []
    if isinstance(told, list):
        return [node for part in told for node in _nodes(part, depth + 1)]
    if not isinstance(told, dict):
        return []
    for name in ("@graph", "itemListElement", "item"):
        if name in told:
            return _nodes(told[name], depth + 1)
    return [told] if _get(told, "name") else []


def _get(told: dict[str, Any], name: str) -> Any:
    """Return a property, also where its name carries schema.org's prefix."""
    for key in (name, f"schema:{name}", f"https://schema.org/{name}", f"http://schema.org/{name}"):
        if key in told:
            return told[key]
    return None


def _size(told: dict[str, Any]) -> str:
    """Return how heavy the file is, said of it or of the first of its encodings."""
    encodings = [part for part in _several(_get(told, "encoding")) if isinstance(part, dict)]
    said = (_text(_get(part, "contentSize")) for part in (told, *encodings))
    return next(filter(None, map(size_cell, said)), "")


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """Return the first text of a value, in French where it is given in several languages."""
    if isinstance(value, dict):
        for key in ("@value", "fr", "name", "prefLabel"):
            if key in value:
                return _text(value[key])
        return ""
    if isinstance(value, list):
        return next(filter(None, map(_text, value)), "")
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _word(value: Any) -> str:
    if not isinstance(value, dict):
        return flat(_text(value))
    address = _text(value.get("@id") or value.get("id") or value.get("url"))
    return pair(address or _text(value.get("termCode")), _text(value))


def _words(told: dict[str, Any], name: str) -> str:
    return joined(map(_word, _several(_get(told, name))))


def _names(told: dict[str, Any], *properties: str) -> str:
    return joined(flat(_text(part)) for name in properties for part in _several(_get(told, name)))


def _cells(told: dict[str, Any]) -> Cells:
    roles = {
        _text(_get(part, "educationalRole")).lower() if isinstance(part, dict) else _text(part)
        for part in _several(_get(told, "audience"))
    }
    reader, teacher = bool(roles & _STUDENTS), bool(roles & _TEACHERS)
    keywords = _get(told, "keywords")
    if isinstance(keywords, str):
        keywords = keywords.split(",")
    free = _get(told, "isAccessibleForFree")
    licence = _get(told, "license")
    code = licence
    if isinstance(licence, dict):
        code = next((licence[k] for k in ("identifier", "@id", "id", "url") if k in licence), "")
    address = _text(_get(told, "url")) or _text(told.get("@id") or told.get("id"))
    return {
        "key": _text(_get(told, "identifier")) or _text(told.get("@id") or told.get("id")),
        "title": _text(_get(told, "name")),
        "description": _text(_get(told, "description")),
        "language": language_cell(_text(_get(told, "inLanguage"))),
        "kind": _words(told, "learningResourceType"),
        "levels": _words(told, "educationalLevel"),
        "domains": _words(told, "about"),
        "competences": _words(told, "teaches"),
        "activities": _words(told, "educationalUse"),
        "keywords": joined(flat(_text(word)) for word in _several(keywords)),
        "publisher": _names(told, "publisher"),
        "author": _names(told, "author", "creator"),
        "contributor": _names(told, "contributor"),
        "illustrator": _names(told, "illustrator"),
        "licence": pair(licence_cell(_text(code)), _text(licence)) if code else "",
        "rights": _text(_get(told, "copyrightNotice"))[:300],
        "url": address if address.startswith(("http://", "https://")) else "",
        "duration_minutes": minutes_of(_text(_get(told, "timeRequired"))),
        "format": _text(_get(told, "encodingFormat"))[:60],
        "size_bytes": _size(told),
        "cost": "" if free is None else "gratuit" if free in (True, "true", "True") else "payant",
        "audience": "both"
        if reader and teacher
        else "learner"
        if reader
        else "teacher"
        if teacher
        else "",
        "published_on": day_cell(_text(_get(told, "datePublished"))),
    }
