"""Groups of pupils of a class."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.schools.models import ClassGroup
from resources.assignments.access import TaughtClasses
from resources.assignments.actions import groups as actions
from resources.assignments.forms import GroupForm
from resources.assignments.models import PupilGroup
from resources.assignments.targets import roll_of


def _group(request: HttpRequest, pk: int) -> PupilGroup:
    rows = PupilGroup.objects.select_related("class_group__school")
    found: PupilGroup = get_visible(rows, signed_in(request), pk=pk)
    return found


@allow(Role.TEACHER)
def groups(request: HttpRequest, pk: int) -> HttpResponse:
    """List the groups of a class one teaches."""
    class_group: ClassGroup = get_visible(TaughtClasses(), signed_in(request), pk=pk)
    roll = {entry.child_id: entry.child for entry in roll_of([pk])[pk]}
    rows = list(
        PupilGroup.objects.filter(class_group=class_group)
        .prefetch_related("members")
        .order_by("name", "pk")
    )
    listed = [
        {
            "group": row,
            "children": [
                child
                for key, child in roll.items()
                if key in {m.child_id for m in row.members.all()}
            ],
        }
        for row in rows
    ]
    return render(
        request,
        "assignments/groups.html",
        {
            "class_group": class_group,
            "rows": [line for line, row in zip(listed, rows, strict=True) if not row.removed_at],
            "removed": [row for row in rows if row.removed_at],
        },
    )


def _form(request: HttpRequest, class_group: ClassGroup, group: PupilGroup | None) -> HttpResponse:
    form = GroupForm(class_group, request.POST or None, group=group)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_group(
                by=Actor.of(request),
                class_group=class_group,
                name=form.cleaned_data["name"],
                children=form.cleaned_data["children"],
                group=group,
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Le groupe est enregistré."))
            return redirect("assignments:groups", pk=class_group.pk)
    return render(
        request,
        "assignments/group.html",
        {"form": form, "class_group": class_group, "group": group},
    )


@allow(Role.TEACHER)
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a group."""
    return _form(request, get_visible(TaughtClasses(), signed_in(request), pk=pk), None)


@allow(Role.TEACHER)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a group."""
    group = _group(request, pk)
    return _form(request, group.class_group, group)


@allow(Role.TEACHER)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a group off the list; it can be brought back."""
    group = _group(request, pk)
    try:
        actions.remove_group(by=Actor.of(request), group=group)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("Le groupe est supprimé. Vous pouvez le remettre ci-dessous."))
    return redirect("assignments:groups", pk=group.class_group_id)


@allow(Role.TEACHER)
@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a removed group back."""
    group = _group(request, pk)
    try:
        actions.bring_back_group(by=Actor.of(request), group=group)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("Le groupe est remis."))
    return redirect("assignments:groups", pk=group.class_group_id)
