"""Two people who are plainly not one: both answer for a child, under different names."""

from __future__ import annotations

from django.utils.translation import gettext as _

from families.merging.likeness import GuardianFacts, given_names_alike, guardian_likeness
from families.models import Child, Guardian, Guardianship


def two_people(one: object, two: object) -> str:
    """Return why two guardians cannot be one person, or nothing.

    The mother and the father of a child are never a double: made one, each would read what is
    the other's. What tells them apart are their names; one person entered twice on a child's
    file, a letter apart, with both names swapped or under another family name, stays mergeable.
    """
    if not (isinstance(one, Guardian) and isinstance(two, Guardian)):
        return ""
    links = Guardianship.objects.current().filter(child__merged_into=None)
    shared = Child.objects.filter(
        pk__in=links.filter(guardian=one).values("child"),
    ).filter(pk__in=links.filter(guardian=two).values("child"))
    child = shared.order_by("birth_date", "pk").first()
    if child is None or given_names_alike(one.given_name, two.given_name):
        return ""
    if guardian_likeness(_facts(one, child), _facts(two, child)) is not None:
        return ""
    return _(
        "%(one)s et %(two)s sont deux responsables de %(child)s, sous des noms différents : "
        "ce sont deux personnes. Si l’un des noms est faux, corrigez-le d’abord."
    ) % {"one": one.full_name, "two": two.full_name, "child": child.given_name}


def _facts(guardian: Guardian, child: Child) -> GuardianFacts:
    return GuardianFacts(
        guardian.pk,
        guardian.given_name,
        tuple(name for name in (guardian.family_name, guardian.used_name) if name),
        guardian.phone,
        guardian.email,
        frozenset({child.pk}),
    )
