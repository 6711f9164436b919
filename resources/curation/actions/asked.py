"""Suggestions and reports of problems: asked by readers, answered by editors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.outbox import queue
from core.queueing import later
from resources.catalogue.actions import move_resource, save_resource
from resources.catalogue.models import Resource, Term
from resources.curation.access import openable
from resources.curation.models import Problem, Suggestion
from resources.curation.rules import address_key, host_of


@dataclass(frozen=True)
class Known:
    """An address that is here already: ``resource`` where one may read it, or it waits."""

    resource: Resource | None
    waiting: bool = False


def twins(url: str) -> list[Resource]:
    """Return the resources whose address is this one, however it is written."""
    key = address_key(url)
    candidates = Resource.objects.filter(url__icontains=host_of(key)).order_by("pk")
    return [found for found in candidates.iterator() if address_key(found.url) == key]


def known(url: str, user: User) -> Known | None:
    """Tell whether an address is in the catalogue or waits already; None when it is new."""
    same = twins(url)
    if same:
        open_here = openable(user).filter(pk__in=[found.pk for found in same]).order_by("pk")
        return Known(open_here.first())
    if Suggestion.objects.waiting().filter(address_key=address_key(url)).exists():
        return Known(None, waiting=True)
    return None


@transaction.atomic
def suggest(
    *,
    by: Actor,
    url: str,
    title: str,
    why: str,
    levels: Iterable[Term],
    domain: Term,
) -> Suggestion:
    """Propose a resource to the editors.

    Raises RuleBroken ``known`` (in the catalogue already) or ``waiting`` (proposed already).
    """
    if by.user is None:
        raise ValueError("somebody suggests")
    if twins(url):
        raise RuleBroken("known", _("Déjà au catalogue."), "url")
    try:
        with transaction.atomic():
            made = Suggestion.objects.create(
                suggested_by=by.user,
                url=url,
                address_key=address_key(url),
                title=title.strip(),
                why=why.strip(),
                domain=domain,
            )
    except IntegrityError as error:
        raise RuleBroken("waiting", _("Déjà proposée : un avis suivra."), "url") from error
    made.levels.set(levels)
    journal.record(by, "suggestion.make", made)
    return made


@transaction.atomic
def accept(*, by: Actor, suggestion: Suggestion) -> Resource:
    """Make a proposed resource of a suggestion, for an editor to describe; tell who suggested.

    Where the address entered the catalogue meanwhile, that resource is the answer.
    """
    moved = states.move(
        suggestion, Suggestion.State.ACCEPTED, by=by, decided_at=clock.now(), decided_by=by.user
    )
    same = twins(moved.url)
    if same:
        resource = same[0]
    else:
        drafted = save_resource(
            by=by,
            resource=None,
            facts={"title": moved.title, "url": moved.url},
            levels=moved.levels.all(),
            domains=[moved.domain],
        )
        resource = move_resource(
            by=by,
            resource=drafted,
            to=Resource.State.PROPOSED,
            proposer=moved.suggested_by,
        )
    Suggestion.objects.filter(pk=moved.pk).update(resource=resource)
    moved.resource = resource
    _tell("suggestion_accepted", moved)
    return resource


@transaction.atomic
def decline(*, by: Actor, suggestion: Suggestion, reason: str) -> Suggestion:
    """Decline a suggestion, saying why, which its author reads."""
    if not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi : la personne le lira."), "reason")
    Suggestion.objects.filter(pk=suggestion.pk).update(reason=reason.strip())
    moved = states.move(
        suggestion, Suggestion.State.DECLINED, by=by, decided_at=clock.now(), decided_by=by.user
    )
    _tell("suggestion_declined", moved)
    return moved


def _tell(kind: str, suggestion: Suggestion) -> None:
    queue(
        kind=kind,
        to=suggestion.suggested_by,
        context={"title": suggestion.title},
        dedupe_key=f"{kind}:{suggestion.pk}",
    )


@transaction.atomic
def report(*, by: Actor, resource: Resource, kind: str, text: str = "") -> Problem:
    """Say that something is wrong with a resource; the address is asked at once.

    Somebody who has an open report on it changes that one. A pupil's words are not kept: a
    kind is enough, and what a child writes may name somebody.
    """
    if by.user is None:
        raise ValueError("somebody reports")
    words = "" if by.user.has_role(Role.PUPIL) else text.strip()
    facts: dict[str, Any] = {"kind": kind, "text": words, "url": resource.url}
    open_here = Problem.objects.waiting().filter(resource=resource, reporter=by.user)
    found = open_here.select_for_update(of=("self",)).first()
    if found is None:
        try:
            with transaction.atomic():
                found = Problem.objects.create(resource=resource, reporter=by.user, **facts)
        except IntegrityError:
            found = open_here.get()
    if any(getattr(found, name) != value for name, value in facts.items()):
        open_here.update(**facts)
        found.refresh_from_db()
    journal.record(by, "problem.report", found, kind=kind)
    if resource.url:
        later("catalogue.check_link", resource.pk)
    return found


@transaction.atomic
def settle(*, by: Actor, resource: Resource, mended: bool, answer: str = "") -> int:
    """Close every open report on a resource, and tell who reported; return how many.

    Repeating it changes nothing. Raises RuleBroken ``answer`` when nothing was mended and
    nobody says why.
    """
    if not mended and not answer.strip():
        raise RuleBroken("answer", _("Dites ce que vous avez vu : on le lira."), "answer")
    waiting = Problem.objects.waiting().filter(resource=resource)
    return _close(waiting, by=by, resource=resource, mended=mended, answer=answer.strip())


def settle_moved() -> int:
    """Close the reports of addresses that were changed since and answer; return how many.

    Whatever changed them: an editor, the link watch's proposal, a harvest. Safe to repeat.
    """
    moved = (
        Problem.objects.waiting()
        .filter(kind=Problem.Kind.LINK, resource__link_state=Resource.LinkState.FINE)
        .exclude(url="")
        .exclude(url=F("resource__url"))
    )
    resources = Resource.objects.filter(pk__in=moved.values("resource")).order_by("pk")
    return sum(
        _close(moved.filter(resource=resource), by=SYSTEM, resource=resource, mended=True)
        for resource in resources[:500]
    )


@transaction.atomic
def _close(rows: Any, *, by: Actor, resource: Resource, mended: bool, answer: str = "") -> int:
    Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    waiting = list(rows.select_related("reporter").order_by("pk"))
    for problem in waiting:
        states.move(
            problem,
            Problem.State.MENDED if mended else Problem.State.DISMISSED,
            by=by,
            settled_by=by.user,
            settled_at=clock.now(),
            answer=answer,
        )
        queue(
            kind="problem_mended" if mended else "problem_dismissed",
            to=problem.reporter,
            context={
                "title": resource.title,
                "path": resource.identifier,
                "words": answer,
                "pupil": problem.reporter.has_role(Role.PUPIL),
            },
            dedupe_key=f"problem:{problem.pk}",
        )
    return len(waiting)
