"""Simple Dublin Core, as OAI-PMH asks of every repository (``oai_dc``)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from resources.catalogue.importing.values import Meanings, address_problem
from resources.catalogue.models import Contribution
from resources.exchange.formats.markup import content, element, name_of, tag, text
from resources.exchange.notices import (
    Cells,
    Notice,
    day_cell,
    flat,
    joined,
    language_cell,
    licence_cell,
)

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
DC = "http://purl.org/dc/elements/1.1/"
_ATTRIBUTES = {
    "xmlns:oai_dc": NAMESPACE,
    "xmlns:dc": DC,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
}
_OTHERS = (
    Contribution.Kind.CONTRIBUTOR,
    Contribution.Kind.ILLUSTRATOR,
    Contribution.Kind.EDITOR,
    Contribution.Kind.DISTRIBUTOR,
)


def write(notice: Notice) -> str:
    """Return a notice as one ``oai_dc:dc`` element."""
    resource = notice.resource
    facts: list[tuple[str, str]] = [("title", resource.title)]
    facts += [("creator", name) for name in notice.credited(Contribution.Kind.AUTHOR)]
    facts += [
        ("subject", word.label) for name in ("domains", "levels") for word in notice.words[name]
    ]
    facts += [("subject", str(word)) for word in resource.keywords]
    facts.append(("description", resource.description))
    facts += [("publisher", name) for name in notice.credited(Contribution.Kind.PUBLISHER)]
    facts += [("contributor", name) for kind in _OTHERS for name in notice.credited(kind)]
    if resource.published_on:
        facts.append(("date", resource.published_on.isoformat()))
    facts += [
        ("type", word.label) for word in (notice.pedagogical_type, notice.document_type) if word
    ]
    facts.append(("format", resource.format))
    facts += [("identifier", notice.location), ("identifier", notice.key)]
    facts.append(("language", resource.language))
    facts += [("relation", other) for _kind, other in notice.relations]
    if notice.licence:
        facts.append(("rights", notice.licence.label))
    facts.append(("rights", resource.rights))
    inside = "".join(tag(f"dc:{name}", text(value)) for name, value in facts if value)
    return element("oai_dc:dc", inside, _ATTRIBUTES)


def read(root: Element, meanings: Meanings) -> Cells:
    """Return what a notice states, as cells of the import.

    Dublin Core mixes everything under "subject" and "rights": a subject that is the name of
    a level or of a domain is taken for it, the others are keywords; so with licences.
    """
    values: dict[str, list[str]] = {}
    for node in root.iter():
        if str(node.tag).startswith(f"{{{DC}}}") and content(node):
            values.setdefault(name_of(node), []).append(content(node))

    def first(name: str) -> str:
        return next(iter(values.get(name, ())), "")

    sorted_out: dict[str, list[str]] = {"levels": [], "domains": [], "keywords": []}
    for subject in values.get("subject", ()):
        word = flat(subject)
        known = (name for name in ("levels", "domains") if meanings.knows(name, word))
        sorted_out[next(known, "keywords")].append(word)
    rights = values.get("rights", [])
    licences = [text for text in rights if meanings.knows("licence", licence_cell(text))]
    others = [text for text in rights if text not in licences]
    addresses = [text for text in values.get("identifier", ()) if not address_problem(text)]
    return {
        "title": first("title"),
        "description": "\n\n".join(values.get("description", ())),
        "language": language_cell(first("language")),
        "kind": joined(map(flat, values.get("type", ()))),
        "levels": joined(sorted_out["levels"]),
        "domains": joined(sorted_out["domains"]),
        "keywords": joined(sorted_out["keywords"]),
        "publisher": joined(map(flat, values.get("publisher", ()))),
        "author": joined(map(flat, values.get("creator", ()))),
        "contributor": joined(map(flat, values.get("contributor", ()))),
        "licence": licence_cell(licences[0]) if licences else "",
        "rights": " ".join(others)[:300],
        "url": addresses[0] if addresses else "",
        "format": first("format")[:60],
        "published_on": next(filter(None, map(day_cell, values.get("date", ()))), ""),
    }
