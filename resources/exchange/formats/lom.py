"""ScoLOMFR as LOM XML: written under the field's namespaces and official addresses."""

from __future__ import annotations

from collections.abc import Iterable

from resources.catalogue.models import Contribution, Relation, Resource
from resources.exchange.formats.markup import element, tag, text
from resources.exchange.notices import CONCEPT, LANGUAGES, SCOLOM, Notice, Word

NAMESPACE = "http://ltsc.ieee.org/xsd/LOM"
LOMFR = "http://www.lom-fr.fr/xsd/LOMFR"
SCOLOMFR = "http://www.lom-fr.fr/xsd/SCOLOMFR"
SCHEMA = "http://standards.ieee.org/reading/ieee/downloads/LOM/lomv1.0/xsd/lomLoose.xsd"
_ATTRIBUTES = {
    "xmlns:lom": NAMESPACE,
    "xmlns:lomfr": LOMFR,
    "xmlns:scolomfr": SCOLOMFR,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
}
#: Who did what, in vocabulary 003.
ROLES = {
    Contribution.Kind.AUTHOR: ("author", "auteur"),
    Contribution.Kind.PUBLISHER: ("publisher", "éditeur"),
    Contribution.Kind.EDITOR: ("editor", "directeur de la publication"),
    Contribution.Kind.CONTRIBUTOR: ("scolomfr-voc-003-num-005", "contributeur"),
    Contribution.Kind.DISTRIBUTOR: ("scolomfr-voc-003-num-027", "diffuseur"),
    Contribution.Kind.ILLUSTRATOR: ("scolomfr-voc-003-num-031", "illustrateur"),
}
#: How resources stand to each other, in vocabulary 009.
RELATIONS = {
    Relation.Kind.PUPIL_VERSION: ("scolomfr-voc-009-num-032", "est la version élève de"),
    Relation.Kind.TEACHER_VERSION: ("scolomfr-voc-009-num-033", "est la version enseignant de"),
    Relation.Kind.PART: ("isPartOf", "est une partie de"),
    Relation.Kind.REPLACES: ("replaces", "remplace"),
}
LICENCE_RELATION = ("scolomfr-voc-009-num-040", "a pour licence")
AUDIENCES = {"learner": ("learner", "apprenant"), "teacher": ("teacher", "enseignant")}
DIFFICULTIES = {
    Resource.Difficulty.EASY: ("easy", "facile"),
    Resource.Difficulty.MEDIUM: ("medium", "moyen"),
    Resource.Difficulty.HARD: ("difficult", "difficile"),
}
COSTS = {Resource.Cost.FREE: ("no", "gratuit"), Resource.Cost.PAID: ("yes", "payant")}
PERSONAL = {
    Resource.PersonalData.NONE: ("scolomfr-voc-044-num-001", "personnalisation nulle"),
    Resource.PersonalData.LOW: ("scolomfr-voc-044-num-002", "personnalisation faible"),
    Resource.PersonalData.MEDIUM: ("scolomfr-voc-044-num-003", "personnalisation moyenne"),
    Resource.PersonalData.HIGH: ("scolomfr-voc-044-num-004", "personnalisation forte"),
}
#: What a classification is about (vocabulary 028), and which facts it holds.
PURPOSES = {
    "levels": ("educational_level", "niveau éducatif détaillé"),
    "domains": ("scolomfr-voc-028-num-003", "domaine d'enseignement"),
    "competences": ("scolomfr-voc-028-num-021", "socle commun"),
    "needs": ("scolomfr-voc-028-num-017", "type de trouble"),
}
PERSONAL_PURPOSE = ("security_level", "niveau de sécurité")
#: Vocabularies by number, for the fixed words above.
_VOCABULARY = f"{SCOLOM}/scolomfr-voc-"


def write(notice: Notice) -> str:
    """Return a notice as one ``lom:lom`` element."""
    parts = (
        _general(notice),
        _life_cycle(notice),
        _meta(notice),
        _technical(notice),
        _educational(notice),
        _rights(notice),
        *_relations(notice),
        *_classifications(notice),
    )
    return element("lom:lom", "".join(parts), _ATTRIBUTES)


def _string(name: str, value: str, language: str = "fre") -> str:
    return tag(name, tag("lom:string", text(value), language=language)) if value else ""


def _coded(name: str, source: str, value: str, label: str) -> str:
    """Return a word of a vocabulary: its source, its address or code, its label."""
    space = name.partition(":")[0]
    return tag(
        name,
        tag(f"{space}:source", text(source)),
        tag(f"{space}:value", text(value)),
        tag(f"{space}:label", text(label)),
    )


def _fixed(name: str, vocabulary: str, word: tuple[str, str]) -> str:
    return _coded(name, _VOCABULARY + vocabulary, CONCEPT + word[0], word[1])


def _word(name: str, word: Word | None) -> str:
    return _coded(name, word.source, word.value, word.label) if word else ""


def _words(name: str, words: Iterable[Word]) -> str:
    return "".join(_word(name, word) for word in words)


def _identifier(catalog: str, entry: str) -> str:
    return tag("lom:identifier", tag("lom:catalog", catalog), tag("lom:entry", text(entry)))


def _general(notice: Notice) -> str:
    resource = notice.resource
    language = LANGUAGES.get(resource.language[:2], resource.language)
    return tag(
        "lom:general",
        _identifier("Escale", notice.key),
        _identifier("URI", notice.page),
        _string("lom:title", resource.title, language),
        tag("lom:language", text(language)),
        _string("lom:description", resource.description, language),
        "".join(_string("lom:keyword", str(word), language) for word in resource.keywords),
        _word("scolomfr:generalResourceType", notice.document_type),
    )


def _vcard(name: str) -> str:
    safe = name.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{safe}\nN:{safe}\nEND:VCARD"


def _life_cycle(notice: Notice) -> str:
    published = notice.resource.published_on
    parts = [_fixed("lom:status", "002", ("final", "final"))]
    for role, name in notice.credits:
        house = role == Contribution.Kind.PUBLISHER and published
        parts.append(
            tag(
                "lom:contribute",
                _fixed("lom:role", "003", ROLES[Contribution.Kind(role)]),
                tag("lom:entity", text(_vcard(name))),
                tag("lom:date", tag("lom:dateTime", f"{published:%Y-%m-%d}")) if house else "",
            )
        )
    if published and not notice.credited(Contribution.Kind.PUBLISHER):
        parts.append(
            tag(
                "lom:contribute",
                _fixed("lom:role", "003", ROLES[Contribution.Kind.PUBLISHER]),
                tag("lom:date", tag("lom:dateTime", f"{published:%Y-%m-%d}")),
            )
        )
    return tag("lom:lifeCycle", *parts)


def _meta(notice: Notice) -> str:
    return tag(
        "lom:metaMetadata",
        _identifier("URI", f"{notice.page}#notice"),
        tag("lom:metadataSchema", "LOMv1.0"),
        tag("lom:metadataSchema", "LOMFRv1.0"),
        tag("lom:metadataSchema", "SCOLOMFRv3.2"),
        tag("lom:language", "fre"),
    )


def _technical(notice: Notice) -> str:
    resource = notice.resource
    return tag(
        "lom:technical",
        tag("lom:format", text(resource.format)),
        tag("lom:size", str(resource.size_bytes)) if resource.size_bytes else "",
        tag("lom:location", text(notice.location)),
    )


def _educational(notice: Notice) -> str:
    resource = notice.resource
    both = resource.audience == Resource.Audience.BOTH
    audiences = AUDIENCES if both else {resource.audience: AUDIENCES[resource.audience]}
    minutes = resource.duration_minutes
    return tag(
        "lom:educational",
        _word("lom:learningResourceType", notice.pedagogical_type),
        *(_fixed("lom:intendedEndUserRole", "011", word) for word in audiences.values()),
        _fixed("lom:difficulty", "025", DIFFICULTIES[Resource.Difficulty(resource.difficulty)])
        if resource.difficulty
        else "",
        tag("lom:typicalLearningTime", tag("lom:duration", f"PT{minutes}M")) if minutes else "",
        _words("lomfr:activity", notice.words["activities"]),
        _words("scolomfr:place", notice.words["places"]),
    )


def _rights(notice: Notice) -> str:
    resource = notice.resource
    restricted = bool(notice.licence or resource.rights)
    answer = ("yes_2", "oui") if restricted else ("no_2", "non")
    return tag(
        "lom:rights",
        _fixed("lom:cost", "026", COSTS[Resource.Cost(resource.cost)]),
        _fixed("lom:copyrightAndOtherRestrictions", "027", answer),
        _string("lom:description", resource.rights),
    )


def _relations(notice: Notice) -> Iterable[str]:
    for kind, other in notice.relations:
        yield tag(
            "lom:relation",
            _fixed("lom:kind", "009", RELATIONS[Relation.Kind(kind)]),
            tag("lom:resource", _identifier("Escale", other)),
        )
    if notice.licence:
        yield tag(
            "lom:relation",
            _fixed("lom:kind", "009", LICENCE_RELATION),
            tag(
                "lom:resource",
                _identifier("Escale", notice.licence.value),
                _string("lom:description", notice.licence.label),
            ),
        )


def _taxon(source: str, value: str, label: str) -> str:
    return tag(
        "lom:taxonPath",
        _string("lom:source", source),
        tag("lom:taxon", tag("lom:id", text(value)), _string("lom:entry", label)),
    )


def _classifications(notice: Notice) -> Iterable[str]:
    for name, purpose in PURPOSES.items():
        if words := notice.words[name]:
            yield tag(
                "lom:classification",
                _fixed("lom:purpose", "028", purpose),
                *(_taxon(word.source, word.value, word.label) for word in words),
            )
    level = PERSONAL[Resource.PersonalData(notice.resource.personal_data_level)]
    yield tag(
        "lom:classification",
        _fixed("lom:purpose", "028", PERSONAL_PURPOSE),
        _taxon(f"{_VOCABULARY}044", CONCEPT + level[0], level[1]),
    )
