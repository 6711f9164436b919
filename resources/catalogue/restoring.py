"""From a snapshot back to a resource: restoring a version, keeping a duplicate's facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.journal import Actor
from enrolment.schools.models import ClassGroup, School
from resources.catalogue import actions, history
from resources.catalogue.actions import EDITABLE, Links
from resources.catalogue.history import Snapshot
from resources.catalogue.models import Resource, Revision, Term
from resources.catalogue.wording import VOCABULARIES


def write(
    snapshot: Snapshot,
    *,
    by: Actor,
    resource: Resource,
    verb: str,
    base: int | None = None,
    comment: str = "",
) -> list[str]:
    """Write a snapshot's facts to a resource, its state apart.

    Returns the codes that name nothing any more (a term, a school, a resource that is gone):
    those are left out. Raises as ``actions.save_resource``.
    """
    lost: list[str] = []
    terms = {(term.vocabulary, term.code): term for term in _terms(snapshot)}

    def found(name: str, code: str) -> Term | None:
        term = terms.get((VOCABULARIES[name], code))
        if term is None:
            lost.append(code)
        return term

    facts: dict[str, Any] = {
        name: snapshot.get(name) for name in EDITABLE if name in history.PLAIN and name in snapshot
    }
    for name in history.DATES:
        day = snapshot.get(name)
        facts[name] = dt.date.fromisoformat(day) if day else None
    for name in history.SINGLE:
        code = snapshot.get(name)
        facts[name] = found(name, code) if code else None
    several = {
        name: [term for code in snapshot.get(name) or [] if (term := found(name, code))]
        for name in history.SEVERAL
    }
    links = Links(
        terms={n: several[n] for n in history.SEVERAL if n not in {"levels", "domains"}},
        credits=[(role, name) for role, name in snapshot.get("contributors") or []],
        relations=_relations(snapshot, resource, lost),
        schools=_schools(snapshot, lost),
        class_groups=_groups(snapshot, lost),
    )
    actions.save_resource(
        by=by,
        resource=resource,
        facts=facts,
        levels=several["levels"],
        domains=several["domains"],
        links=links,
        base=base,
        comment=comment,
        verb=verb,
    )
    return lost


def restore(*, by: Actor, resource: Resource, revision: Revision, base: int | None) -> list[str]:
    """Write an earlier version again, as a new one; returns what could not come back.

    The state stays: whether a resource is published is decided by itself. Raises Stale when
    the resource changed since ``base``, RuleBroken when a validated one would be incomplete.
    """
    return write(
        revision.snapshot,
        by=by,
        resource=resource,
        verb="restore",
        base=base,
        comment=f"n° {revision.number}",
    )


def _terms(snapshot: Snapshot) -> list[Term]:
    codes = {code for name in history.SEVERAL for code in snapshot.get(name) or []}
    codes |= {snapshot[name] for name in history.SINGLE if snapshot.get(name)}
    return list(Term.objects.filter(code__in=codes))


def _relations(
    snapshot: Snapshot, resource: Resource, lost: list[str]
) -> list[tuple[str, Resource]]:
    wanted = [(kind, other) for kind, other in snapshot.get("relations") or []]
    known = Resource.objects.in_bulk([other for _kind, other in wanted], field_name="identifier")
    lost += [other for _kind, other in wanted if other not in known]
    return [
        (kind, known[other])
        for kind, other in wanted
        if other in known and other != resource.identifier
    ]


def _schools(snapshot: Snapshot, lost: list[str]) -> list[School]:
    wanted = snapshot.get("schools") or []
    known = School.objects.in_bulk(wanted, field_name="uai")
    lost += [uai for uai in wanted if uai not in known]
    return list(known.values())


def _groups(snapshot: Snapshot, lost: list[str]) -> list[ClassGroup]:
    wanted = {(uai, year, name) for uai, year, name in snapshot.get("class_groups") or []}
    rows = ClassGroup.objects.filter(
        school__uai__in={uai for uai, _year, _name in wanted}
    ).select_related("school", "school_year")
    known = {
        key: group
        for group in rows
        if (key := (group.school.uai, group.school_year.start_year, group.name)) in wanted
    }
    lost += [f"{uai} {name}" for uai, year, name in wanted if (uai, year, name) not in known]
    return list(known.values())
