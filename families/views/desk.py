"""Where agents begin: finding a family, and what awaits them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from core.access import allow, signed_in
from core.accounts.roles import Role
from core.paging import page_of
from families.access.care import children_at_school
from families.access.desk import DESK_AGENTS, works_on_families
from families.child_facts import ChildFact, facts_of
from families.desk.queues import queues_for
from families.desk.search import (
    LONGEST_QUERY,
    former_names_found,
    households_of,
    search,
    search_children,
)
from families.models import Child, Guardian, Guardianship, Household


@allow(*DESK_AGENTS, Role.HEAD_TEACHER)
def find(request: HttpRequest) -> HttpResponse:
    """Find families; head teachers find their own pupils, by their names or a parent's."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    user = signed_in(request)
    whole = works_on_families(user)
    context = {"query": text, "whole": whole}
    if whole:
        found = search(text)
        page = page_of(request, found.households)
        homes = households_of(list(page.object_list), user)
        children = {
            link.child_id: link.child
            for home in homes
            for person in home.people  # type: ignore[attr-defined]
            for link in person.current_links
        }
        facts = facts_of(list(children.values()), user)
        former = former_names_found(homes, found.marks)
        context |= {
            "page_obj": page,
            "found": found,
            "marks": found.marks,
            "results": [
                (home, _children_of(home, facts), former.get(home.reference, [])) for home in homes
            ],
        }
    else:
        pupils = children_at_school(user, Role.HEAD_TEACHER)
        keys, marks = search_children(text, pupils, by_parents=True)
        page = page_of(request, keys)
        known = pupils.in_bulk(list(page.object_list))
        rows = [known[key] for key in page.object_list if key in known]
        facts, parents = facts_of(rows, user), _parents_of(rows)
        context |= {
            "page_obj": page,
            "marks": marks,
            "results": [
                (child, facts.get(child.pk, []), parents.get(child.pk, [])) for child in rows
            ],
        }
    part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "families/desk/_found.html" if part else "families/desk/search.html"
    response = render(request, template, context)
    # Names on a shared desk's screen must not come back with the "previous" button.
    add_never_cache_headers(response)
    return response


def _children_of(
    home: Household, facts: dict[int, list[ChildFact]]
) -> list[tuple[Child, list[ChildFact]]]:
    """Return a household's children, each once, with what their school says of them."""
    seen: dict[int, Child] = {}
    for person in home.people:  # type: ignore[attr-defined]
        for link in person.current_links:
            seen.setdefault(link.child_id, link.child)
    return [(child, facts.get(key, [])[:2]) for key, child in seen.items()]


def _parents_of(children: list[Child]) -> dict[int, list[Guardian]]:
    """Return who answers for each child now: a name to recognise, nothing to reach them by."""
    found: dict[int, list[Guardian]] = {}
    links = (
        Guardianship.objects.current()
        .filter(child__in=[child.pk for child in children], guardian__merged_into=None)
        .select_related("guardian")
    )
    for link in links.order_by("child", "pk"):
        found.setdefault(link.child_id, []).append(link.guardian)
    return found


@allow(*DESK_AGENTS, Role.REVENUE_OFFICER)
def todo(request: HttpRequest) -> HttpResponse:
    """Show what awaits this agent, by kind of work, with counts."""
    user = signed_in(request)
    queues = queues_for(user)
    return render(
        request,
        "families/desk/todo.html",
        {
            "queues": queues,
            "total": sum(waiting.count for waiting in queues),
            "may_search": user.has_role(*DESK_AGENTS),
        },
    )
