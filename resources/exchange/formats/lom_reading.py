"""LOM XML from elsewhere: IEEE LOM, LOMFR and ScoLOMFR, in their official words or their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from resources.exchange.formats import lom
from resources.exchange.formats.markup import content, name_of
from resources.exchange.notices import (
    CONCEPT,
    Cells,
    day_cell,
    flat,
    joined,
    language_cell,
    licence_cell,
    minutes_of,
    pair,
    size_cell,
)

_FORMATTED_NAME = re.compile(r"^FN(?:;[^:]*)?:(.+)$", re.MULTILINE | re.IGNORECASE)
_ORGANISATION = re.compile(r"^ORG(?:;[^:]*)?:([^;\n]+)", re.MULTILINE | re.IGNORECASE)
_ROLE_COLUMNS = {
    "author": "author",
    "publisher": "publisher",
    "content_provider": "publisher",
    "scolomfr-voc-003-num-005": "contributor",
    "scolomfr-voc-003-num-031": "illustrator",
    "auteur": "author",
    "éditeur": "publisher",
    "contributeur": "contributor",
    "illustrateur": "illustrator",
}
_PURPOSE_COLUMNS = {
    purpose: name
    for name, (code, label) in lom.PURPOSES.items()
    for purpose in (code, label.replace("'", "’"), label)
} | {"educational level": "levels", "discipline": "domains"}
_DIFFICULTY = {
    "very_easy": "easy", "very easy": "easy", "easy": "easy", "medium": "medium",
    "difficult": "hard", "very_difficult": "hard", "very difficult": "hard",
}  # fmt: skip


def _all(node: Element | None, *path: str) -> list[Element]:
    """Return the elements at the end of a path of names, whatever their namespaces."""
    found = [node] if node is not None else []
    for step in path:
        found = [child for parent in found for child in parent if name_of(child) == step]
    return found


def _first(node: Element | None, *path: str) -> Element | None:
    return next(iter(_all(node, *path)), None)


def _string(node: Element | None) -> str:
    """Return a text given in several languages: in French where it is, else the first."""
    strings = _all(node, "string") or _all(node, "langstring")
    for string in strings:
        if language_cell(string.get("language", "")) == "fr" and content(string):
            return content(string)
    return next((content(string) for string in strings if content(string)), content(node))


def _bare(node: Element | None) -> str:
    """Return the word of a coded element without the official address's beginning."""
    value = content(_first(node, "value")).removeprefix(CONCEPT)
    return value or _string(_first(node, "value"))


def _cell(node: Element) -> str:
    """Return a coded element as an import's cell holds it."""
    source, value = content(_first(node, "source")), content(_first(node, "value"))
    label = content(_first(node, "label"))
    if source.upper().startswith("LOM") and re.fullmatch(r"[\w ]+", value):
        return pair(CONCEPT + value.replace(" ", "_"), label or value)
    return pair(value, label)


def _names(contribute: Element) -> Iterator[str]:
    for entity in _all(contribute, "entity"):
        card = content(entity)
        found = _FORMATTED_NAME.search(card) or _ORGANISATION.search(card)
        name = found[1] if found else ("" if "BEGIN:VCARD" in card.upper() else card)
        yield flat(re.sub(r"\\(.)", r"\1", name.strip()))


def read(root: Element) -> Cells:
    """Return what a notice states, as cells of the import."""
    if name_of(root) != "lom":
        root = next((node for node in root.iter() if name_of(node) == "lom"), root)
    general, educational = _first(root, "general"), _first(root, "educational")
    technical, rights = _first(root, "technical"), _first(root, "rights")
    identifiers = [content(entry) for entry in _all(general, "identifier", "entry")]
    duration = _first(educational, "typicalLearningTime")
    seconds = content(_first(duration, "duration")) or content(_first(duration, "value"))
    cells: Cells = {
        "key": next(filter(None, identifiers), ""),
        "title": _string(_first(general, "title")),
        "description": _string(_first(general, "description"))
        or _string(_first(educational, "description")),
        "language": language_cell(content(_first(general, "language"))),
        "keywords": joined(flat(_string(node)) for node in _all(general, "keyword")),
        "document_type": joined(map(_cell, _all(general, "generalResourceType")[:1])),
        "pedagogical_type": joined(map(_cell, _all(educational, "learningResourceType")[:1])),
        "activities": joined(map(_cell, _all(educational, "activity"))),
        "places": joined(map(_cell, _all(educational, "place"))),
        "duration_minutes": minutes_of(seconds),
        "difficulty": _DIFFICULTY.get(_bare(_first(educational, "difficulty")), ""),
        "audience": _audience(educational),
        "url": content(_first(technical, "location")),
        "format": content(_first(technical, "format"))[:60],
        "size_bytes": size_cell(content(_first(technical, "size"))),
        "cost": {"no": "gratuit", "yes": "payant"}.get(_bare(_first(rights, "cost")), ""),
        "rights": _string(_first(rights, "description"))[:300],
    }
    cells.update(_credits(root))
    cells.update(_classified(root))
    cells["licence"] = _licence(root)
    if not cells["licence"] and licence_cell(cells["rights"]).startswith("cc"):
        cells["licence"], cells["rights"] = licence_cell(cells["rights"]), ""
    return cells


def _audience(educational: Element | None) -> str:
    found = {_bare(node) for node in _all(educational, "intendedEndUserRole")}
    known = found & {"learner", "teacher"}
    return "both" if len(known) == 2 else next(iter(known), "")


def _credits(root: Element) -> Cells:
    named: dict[str, list[str]] = {}
    published = ""
    for contribute in _all(root, "lifeCycle", "contribute"):
        column = _ROLE_COLUMNS.get(_bare(_first(contribute, "role")))
        if column:
            named.setdefault(column, []).extend(_names(contribute))
        if column == "publisher" and not published:
            published = day_cell(content(_first(contribute, "date", "dateTime")))
    return {"published_on": published, **{name: joined(found) for name, found in named.items()}}


def _licence(root: Element) -> str:
    for relation in _all(root, "relation"):
        if _bare(_first(relation, "kind")) == lom.LICENCE_RELATION[0]:
            entry = content(_first(relation, "resource", "identifier", "entry"))
            label = _string(_first(relation, "resource", "description"))
            return pair(licence_cell(entry), label)
    return ""


def _classified(root: Element) -> Cells:
    found: dict[str, list[str]] = {}
    levels = {CONCEPT + code: level for level, (code, _label) in lom.PERSONAL.items()}
    for classification in _all(root, "classification"):
        column = _PURPOSE_COLUMNS.get(_bare(_first(classification, "purpose")), "")
        for taxon in _all(classification, "taxonPath", "taxon"):
            value = content(_first(taxon, "id"))
            if value in levels:
                found["personal_data_level"] = [levels[value]]
            elif column:
                found.setdefault(column, []).append(pair(value, _string(_first(taxon, "entry"))))
    return {name: joined(values) for name, values in found.items()}
