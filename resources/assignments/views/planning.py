"""Giving a resource to pupils, changing it, taking it back and giving it again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.once import once
from enrolment.schools.models import ClassGroup
from resources.assignments import checking, rules
from resources.assignments.access import Followed, taught_classes
from resources.assignments.actions import plans
from resources.assignments.forms import ClassForm, PlanForm
from resources.assignments.models import Assignment
from resources.catalogue.models import Resource
from resources.curation import readings
from resources.curation.models import Collection


def followed(request: HttpRequest, public_id: object) -> Assignment:
    """Return what one may change, or answer 404."""
    rows = Assignment.objects.select_related("class_group__school", "class_group__school_year")
    found: Assignment = get_visible(Followed(rows), signed_in(request), public_id=public_id)
    return found


def week_link(row: Assignment) -> str:
    """Return the address of the week in which something begins."""
    return reverse("assignments:week") + f"?semaine={rules.week_name(row.starts_on)}"


def _class_of(user: User, form: ClassForm) -> ClassGroup | None:
    """Return the class chosen, or the only one there is."""
    own = list(taught_classes(user).select_related("school", "school_year").order_by("pk")[:2])
    if len(own) == 1:
        only: ClassGroup = own[0]
        return only
    if form.is_bound and form.is_valid():
        found: ClassGroup = form.cleaned_data["classe"]
        return found
    return None


@dataclass(frozen=True)
class _Wanted:
    """What a teacher wants to give: a resource, or those of a collection."""

    title: str
    resources: list[Resource]
    collection: Collection | None = None


def _wanted(request: HttpRequest, user: User) -> _Wanted | None:
    """Return what the address names among what the person may read, None when it names none."""
    named = request.GET.get("collection", "")[:40]
    if named:
        try:
            key = uuid.UUID(named)
        except ValueError as nonsense:
            raise Http404 from nonsense
        collection: Collection = get_visible(Collection.objects, user, public_id=key)
        lines = readings.lines_of(collection, user)
        resources = [line.resource for line in lines if line.resource is not None]
        return _Wanted(collection.title, resources, collection)
    identifier = request.GET.get("ressource", "")[:60]
    if not identifier:
        return None
    resource: Resource = get_visible(Resource.objects, user, identifier=identifier)
    return _Wanted(resource.title, [resource])


@allow(Role.TEACHER)
@once
def give(request: HttpRequest) -> HttpResponse:
    """Give a resource or a collection to one's class, a group of it, or some pupils."""
    user = signed_in(request)
    wanted = _wanted(request, user)
    if wanted is None:
        messages.info(request, _("Choisissez d’abord ce que vous voulez donner à faire."))
        return redirect("catalogue:search")
    which = ClassForm(user, request.GET if "classe" in request.GET else None)
    group = _class_of(user, which)
    if group is None:
        return render(request, "assignments/which_class.html", {"form": which, "wanted": wanted})
    refused: dict[int, str] = {}
    offered: list[Resource] = []
    if wanted.collection is not None:
        refused = checking.lasting_refusals(wanted.resources, group)
        offered = [row for row in wanted.resources if row.pk not in refused]
    monday = rules.week_named(request.GET.get("semaine", ""))
    form = PlanForm(group, request.POST or None, monday=monday, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            row = plans.give(
                by=Actor.of(request),
                class_group=group,
                resources=form.resources_given() if wanted.collection else wanted.resources,
                target=form.target_given(),
                days=form.days_given(),
                note=form.cleaned_data["note"],
                title=wanted.title,
                collection=wanted.collection,
            )
        except RuleBroken as broken:
            form.refuse(broken.field, broken.message)
        else:
            messages.success(request, _("C’est donné. Les élèves le trouvent dans « À faire »."))
            return redirect(week_link(row))
    return render(
        request,
        "assignments/give.html",
        {
            "form": form,
            "class_group": group,
            "title": wanted.title,
            "collection": wanted.collection,
            "refused": list(refused.values()),
        },
    )


@allow(Role.TEACHER)
def change(request: HttpRequest, public_id: object) -> HttpResponse:
    """Change for whom, when and the instruction."""
    row = followed(request, public_id)
    form = PlanForm(row.class_group, request.POST or None, assignment=row)
    if request.method == "POST" and form.is_valid():
        try:
            plans.change(
                by=Actor.of(request),
                assignment=row,
                target=form.target_given(),
                days=form.days_given(),
                note=form.cleaned_data["note"],
            )
        except RuleBroken as broken:
            form.refuse(broken.field, broken.message)
        else:
            messages.success(
                request, _("C’est changé. Ce que les élèves ont déjà fait reste noté.")
            )
            return redirect("assignments:follow", public_id=row.public_id)
    return render(
        request,
        "assignments/give.html",
        {
            "form": form,
            "class_group": row.class_group,
            "kept": [item.resource for item in row.items.select_related("resource")],
            "title": row.title,
            "assignment": row,
        },
    )


@allow(Role.TEACHER)
@require_POST
def withdraw(request: HttpRequest, public_id: object) -> HttpResponse:
    """Take it back; the week's page offers to give it again."""
    row = followed(request, public_id)
    try:
        plans.withdraw(by=Actor.of(request), assignment=row)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(
            request, _("C’est retiré. Un regret ? Vous pouvez le remettre en bas de cette page.")
        )
    return redirect(week_link(row))


@allow(Role.TEACHER)
@require_POST
def restore(request: HttpRequest, public_id: object) -> HttpResponse:
    """Give it again as it was."""
    row = followed(request, public_id)
    try:
        plans.restore(by=Actor.of(request), assignment=row)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C’est remis, avec ce que les élèves avaient déjà fait."))
    return redirect(week_link(row))
