"""What is put on the pages of others: the class's, the pupil's, a resource's."""

from __future__ import annotations

from django.http import HttpRequest

from core.access import signed_in
from core.accounts.roles import Role
from enrolment.schools.models import ClassGroup
from resources.assignments import seats, week
from resources.assignments.access import taught_classes
from resources.assignments.models import Assignment, PupilGroup
from resources.assignments.todo import todo_of
from resources.catalogue.access import EDITORS, TEACHING
from resources.catalogue.models import Resource
from resources.curation.models import Collection, CollectionItem
from resources.workspace.panels import Panel


def on_class_page(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Show the class's week: what is to be done, and who has not begun."""
    user = signed_in(request)
    monday = week.shown("")
    rows = Assignment.objects.visible_to(user).filter(class_group=class_group).active()
    shown = week.week_of(rows, monday)
    teaches = taught_classes(user).filter(pk=class_group.pk).exists()
    groups = PupilGroup.objects.visible_to(user).present().filter(class_group=class_group).count()
    return Panel(
        "assignments/_class_panel.html",
        {"class_group": class_group, "week": shown, "teaches": teaches, "groups": groups},
        order=10,
    )


def on_pupil_page(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Show what the pupil has to do."""
    lines = todo_of(signed_in(request))
    if not lines:
        return None
    left = sum(not line.finished for line in lines)
    return Panel("assignments/_todo.html", {"lines": lines, "left": left}, order=10)


def on_sheet(request: HttpRequest, resource: Resource) -> Panel | None:
    """Let a pupil say that what is being read is done."""
    user = signed_in(request)
    if not user.has_role(Role.PUPIL):
        return None
    line = next((line for line in todo_of(user) if line.item.resource_id == resource.pk), None)
    if line is None or not line.opened:
        return None
    return Panel("assignments/_sheet.html", {"line": line})


def among_acts(request: HttpRequest, resource: Resource) -> Panel | None:
    """Let a teacher give the resource to do."""
    user = signed_in(request)
    if not user.has_role(Role.TEACHER) or resource.state != Resource.State.VALIDATED:
        return None
    return Panel("assignments/_act.html", {"identifier": resource.identifier}, order=10)


def on_resource_page(request: HttpRequest, resource: Resource) -> Panel | None:
    """Show staff where a counted licence stands; editors also see who holds it."""
    user = signed_in(request)
    if resource.licence_seats is None or not user.has_role(*TEACHING, *EDITORS):
        return None
    licence = seats.licences([resource])[resource.pk]
    label, tone = seats.STATUS[licence.status]
    most, day = seats.busiest([resource]).get(resource.pk, (0, None))
    holders = seats.holders(resource) if user.has_role(*EDITORS) else []
    return Panel(
        "assignments/_licence.html",
        {
            "resource": resource,
            "licence": licence,
            "label": label,
            "tone": tone,
            "most": most,
            "most_on": day,
            "holders": holders,
        },
        order=20,
    )


def on_collection(request: HttpRequest, collection: Collection) -> Panel | None:
    """Let a teacher give a whole collection to do."""
    user = signed_in(request)
    if not user.has_role(Role.TEACHER):
        return None
    if not CollectionItem.objects.filter(collection=collection).exists():
        return None
    return Panel("assignments/_collection_act.html", {"public_id": collection.public_id}, order=10)
