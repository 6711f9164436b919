"""Where agents begin: finding a family, and what awaits them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from core.access import allow, signed_in
from core.accounts.roles import Role
from families.access.desk import DESK_AGENTS, works_on_families
from families.child_facts import ChildFact, facts_of
from families.desk.queues import queues_for
from families.desk.search import LONGEST_QUERY, households_of, search, search_children
from families.models import Child, Household

PAGE = 25


@allow(*DESK_AGENTS, Role.HEAD_TEACHER)
def find(request: HttpRequest) -> HttpResponse:
    """Find families; head teachers find their own pupils, by name and class only."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    user = signed_in(request)
    whole = works_on_families(user)
    context = {"query": text, "whole": whole}
    if whole:
        found = search(text)
        page = Paginator(found.households, PAGE).get_page(request.GET.get("page"))
        homes = households_of(list(page.object_list), user)
        children = {
            link.child_id: link.child
            for home in homes
            for person in home.people  # type: ignore[attr-defined]
            for link in person.current_links
        }
        facts = facts_of(list(children.values()), user)
        context |= {
            "page_obj": page,
            "found": found,
            "marks": found.marks,
            "results": [(home, _children_of(home, facts)) for home in homes],
        }
    else:
        keys, marks = search_children(text, user)
        page = Paginator(keys, PAGE).get_page(request.GET.get("page"))
        pupils = Child.objects.visible_to(user).in_bulk(list(page.object_list))
        rows = [pupils[key] for key in page.object_list if key in pupils]
        facts = facts_of(rows, user)
        context |= {
            "page_obj": page,
            "marks": marks,
            "results": [(child, facts.get(child.pk, [])) for child in rows],
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


@allow(*DESK_AGENTS, Role.REVENUE_OFFICER)
def todo(request: HttpRequest) -> HttpResponse:
    """Show what awaits this agent, by kind of work, with counts."""
    queues = queues_for(signed_in(request))
    return render(
        request,
        "families/desk/todo.html",
        {"queues": queues, "total": sum(waiting.count for waiting in queues)},
    )
