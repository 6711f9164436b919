"""What school and canteen staff read of a child's care: what they need, after saying why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.paging import page_of
from families.access.care import CARE_READERS, FACET_READERS, children_at_school
from families.actions.health import confirm_plan
from families.care_summary import (
    health_of,
    people_to_call,
    people_who_collect,
    photo_lines,
)
from families.child_facts import facts_of
from families.desk.search import search_children
from families.desk.words import reference_spellings
from families.forms.care import ReadingForm
from families.models import Child, HealthCarePlan
from families.readings import facets_for, is_open, open_facets, say_why

#: Readers whose list is the school they work in; others find a child by its name.
AT_SCHOOL = (Role.HEAD_TEACHER, Role.TEACHER)
#: Too many children to list: a name is asked first.
CITY_WIDE = (Role.CANTEEN_MANAGER,)


@allow(*AT_SCHOOL, *CITY_WIDE)
def index(request: HttpRequest) -> HttpResponse:
    """Find a child: those of one's class or school, or by name across the city."""
    user = signed_in(request)
    text = request.GET.get("q", "").strip()[:60]
    near = children_at_school(user, *AT_SCHOOL)
    listed = near.filter(merged_into=None)
    whole_city = user.has_role(*CITY_WIDE)
    if whole_city:
        listed = children_at_school(user, *CITY_WIDE).filter(merged_into=None)
    if text:
        keys, _marks = search_children(text, listed)
        listed = listed.filter(Q(pk__in=keys) | Q(reference__in=reference_spellings(text)))
    elif whole_city:
        listed = listed.none()
    page = page_of(request, listed.order_by("family_name", "given_name", "pk"))
    facts = facts_of(list(page.object_list), user)
    return render(
        request,
        "families/care_index.html",
        {
            "page_obj": page,
            "rows": [(child, facts.get(child.pk, [])[:2]) for child in page],
            "q": text,
            "ask": whole_city and not text,
        },
    )


def _child(request: HttpRequest, reference: str) -> tuple[Child, list[str]]:
    """Return a child one reads something of, and what; 404 for any other."""
    child = Child.objects.filter(reference=reference, merged_into=None).first()
    facets = facets_for(signed_in(request), child) if child is not None else []
    if child is None or not facets:
        raise Http404
    return child, facets


@allow(*CARE_READERS)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what one's post needs of a child's care, once one has said why."""
    child, facets = _child(request, reference)
    user = signed_in(request)
    form = ReadingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        say_why(Actor.of(request), child, facets, form.cleaned_data["reason"])
        return redirect("families:care_sheet", reference=child.reference)
    shown = open_facets(user, child, facets)
    context: dict[str, Any] = {"child": child, "form": form, "facets": facets, "shown": shown}
    context["has_list"] = user.has_role(*AT_SCHOOL, *CITY_WIDE)
    if shown:
        context |= _facts(child, shown)
    page = render(request, "families/care_sheet.html", context)
    add_never_cache_headers(page)
    return page


def _facts(child: Child, shown: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "diet" in shown or "health_plan" in shown:
        facts["health"] = health_of(child)
    if "health_plan" in shown:
        plan = facts["health"].to_confirm or facts["health"].plan
        facts["pages"] = plan.documents.select_related("document") if plan else []
        facts["plan"] = plan
    if "emergency" in shown:
        facts["links"], facts["contacts"] = people_to_call(child)
    if "pickup" in shown:
        facts["collecting"], facts["collectors"] = people_who_collect(child)
    if "photos" in shown:
        facts["photos"] = photo_lines([child])[child.pk]
    return facts


@allow(*FACET_READERS["pickup"])
def pickup_print(request: HttpRequest, reference: str) -> HttpResponse:
    """Show who may collect a child, made for paper."""
    child, facets = _child(request, reference)
    if "pickup" not in facets:
        raise Http404
    if not is_open(signed_in(request), child, "pickup"):
        return redirect("families:care_sheet", reference=child.reference)
    links, contacts = people_who_collect(child)
    page = render(
        request,
        "families/pickup_print.html",
        {"child": child, "links": links, "contacts": contacts, "today": clock.today()},
    )
    add_never_cache_headers(page)
    return page


@allow(Role.HEAD_TEACHER)
@require_POST
def confirm(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Confirm a care plan: the school has it signed."""
    child, facets = _child(request, reference)
    plan = HealthCarePlan.objects.filter(child=child, pk=pk).first()
    if plan is None or "health_plan" not in facets:
        raise Http404
    if not is_open(signed_in(request), child, "health_plan"):
        messages.warning(request, _("Dites d’abord pourquoi vous ouvrez cette fiche."))
        return redirect("families:care_sheet", reference=child.reference)
    confirm_plan(by=Actor.of(request), plan=plan)
    messages.success(request, _("Le PAI est confirmé. Les parents sont prévenus."))
    return redirect("families:care_sheet", reference=child.reference)
