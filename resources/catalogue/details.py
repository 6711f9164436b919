"""What a resource's page says beyond the first lines, and how it stands to others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources.catalogue import asking
from resources.catalogue.access import Window
from resources.catalogue.models import Relation, Resource, Term

_KINDS = Relation.Kind
#: What the other one is to the resource whose page it is: as that one says, as the other says.
_SAID = {
    _KINDS.PUPIL_VERSION: gettext_lazy("Version enseignant"),
    _KINDS.TEACHER_VERSION: gettext_lazy("Version élève"),
    _KINDS.PART: gettext_lazy("Fait partie de"),
    _KINDS.REPLACES: gettext_lazy("Remplace"),
}
_SAID_BACK = {
    _KINDS.PUPIL_VERSION: gettext_lazy("Version élève"),
    _KINDS.TEACHER_VERSION: gettext_lazy("Version enseignant"),
    _KINDS.PART: gettext_lazy("Contient"),
    _KINDS.REPLACES: gettext_lazy("Remplacée par"),
}
_TERMS = (
    ("activities", gettext_lazy("Activités des élèves")),
    ("places", gettext_lazy("Où s’en servir")),
    ("needs", gettext_lazy("Adaptée à des besoins particuliers")),
    ("competences", gettext_lazy("Socle commun")),
)


Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Detail:
    """One line of facts: a text, or words that each lead somewhere (an empty address: nowhere)."""

    label: str
    links: Links


def details_of(resource: Resource) -> list[Detail]:
    """Return the facts a teacher weighs a resource by, those that are known only."""
    found: list[tuple[str, Links]] = []
    for name, label in _TERMS:
        terms = getattr(resource, name).all()
        found.append((str(label), tuple((term.label, _searching(name, term)) for term in terms)))
    language = asking.LANGUAGES.get(resource.language, resource.language)
    found.append((_("Langue"), _plain(str(language))))
    file = [resource.format] if resource.format else []
    if resource.size_bytes:
        file.append(_weight(resource.size_bytes))
    found.append((_("Fichier"), _plain(" · ".join(file))))
    found.append((_("Droits"), _plain(resource.rights)))
    if resource.open_from:
        found.append((_("Ouverte à partir du"), _plain(date(resource.open_from, "DATE_FORMAT"))))
    kept_for = [*resource.schools.all(), *resource.class_groups.all()]
    found.append((_("Réservée à"), _plain(", ".join(map(str, kept_for)))))
    if resource.url and resource.link_checked_at:
        said = _("%(state)s (vérifié le %(day)s)") % {
            "state": resource.get_link_state_display(),
            "day": date(resource.link_checked_at, "SHORT_DATE_FORMAT"),
        }
        found.append((_("Lien"), _plain(said)))
    return [Detail(label, links) for label, links in found if links]


def _weight(size: int) -> str:
    """Say how heavy a file is, as its editors write it: thousands, not 1,024s."""
    if size < 10**6:
        return _("%(number)s ko") % {"number": number_format(max(1, round(size / 10**3)))}
    return _("%(number)s Mo") % {"number": number_format(size / 10**6, decimal_pos=1)}


def _plain(text: str) -> Links:
    return ((text, ""),) if text else ()


def _searching(name: str, term: Term) -> str:
    if name != "needs":
        return ""
    return f"{reverse('catalogue:search')}?{asking.PARAMETERS['need']}={term.code}"


def kin_of(resource: Resource, window: Window) -> list[Detail]:
    """Return the resources it is a version or a part of, replaces, and so on: visible ones.

    Two questions to the database, however many they are.
    """
    rows = list(Relation.objects.filter(Q(resource=resource) | Q(other=resource)))
    sides = [
        (_SAID[_KINDS(row.kind)], row.other_id)
        if row.resource_id == resource.pk
        else (_SAID_BACK[_KINDS(row.kind)], row.resource_id)
        for row in rows
    ]
    visible = _visible({pk for _label, pk in sides}, window) if sides else {}
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for label, pk in sides:
        if pk in visible:
            found.setdefault(str(label), {})[pk] = visible[pk]
    return [Detail(label, tuple(sorted(links.values()))) for label, links in found.items()]


def _visible(pks: Iterable[int], window: Window) -> dict[int, tuple[str, str]]:
    rows = Resource.objects.within(window).filter(pk__in=list(pks))
    return {
        pk: (title, reverse("catalogue:resource", args=[identifier]))
        for pk, title, identifier in rows.values_list("pk", "title", "identifier")
    }
