"""What teachers give their pupils to do, what became of it, and the accesses it takes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.models import ClassGroup
from families.models import Child
from resources.assignments import access
from resources.catalogue.models import Resource
from resources.curation.models import Collection


class PupilGroup(models.Model):
    """Some pupils of a class under a name that the teacher chose; gone once ``removed_at``."""

    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.CASCADE, related_name="pupil_groups"
    )
    name = models.CharField(_("nom du groupe"), max_length=40)
    made_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = access.PupilGroupQuerySet.as_manager()

    class Meta:
        ordering = ["class_group", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "name"],
                condition=Q(removed_at__isnull=True),
                name="pupil_group_name_once_a_class",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PupilGroupMember(models.Model):
    """That a pupil is in a group; counts only while the child is on the class's roll."""

    group = models.ForeignKey(PupilGroup, on_delete=models.CASCADE, related_name="members")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["group", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "child"], name="pupil_once_in_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} in {self.group_id}"


class Assignment(models.Model):
    """Resources given to a class, a group or some pupils, to be done from a day to a day.

    ``due_on`` is the day for which they are to be done, included. ``title`` is what was given,
    as it was called that day; ``collection`` is where the resources were taken from, if from
    one: what changes there later changes nothing here.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Donnée")
        WITHDRAWN = "withdrawn", _("Retirée")

    class Target(models.TextChoices):
        CLASS = "class", _("Toute la classe")
        GROUP = "group", _("Un groupe")
        PUPILS = "pupils", _("Des élèves choisis")

    MOVES = {"active": {"withdrawn"}, "withdrawn": {"active"}}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.CASCADE, related_name="assignments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    title = models.CharField(max_length=200)
    target = models.CharField(_("pour qui"), max_length=6, choices=Target.choices)
    group = models.ForeignKey(
        PupilGroup, null=True, blank=True, on_delete=models.RESTRICT, related_name="assignments"
    )
    starts_on = models.DateField(_("à partir du"))
    due_on = models.DateField(_("à faire pour le"))
    note = models.CharField(_("consigne"), max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ACTIVE)
    given_at = models.DateTimeField(default=clock.now)
    collection = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )

    objects = access.AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "due_on", "pk"]
        indexes = [models.Index(fields=["class_group", "due_on"], name="assignment_class_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")), name="assignment_due_after_start"
            ),
            models.CheckConstraint(
                condition=Q(target="group", group__isnull=False)
                | (~Q(target="group") & Q(group__isnull=True)),
                name="assignment_names_its_group",
            ),
            models.UniqueConstraint(
                fields=["copied_from", "starts_on"],
                condition=Q(state="active"),
                name="assignment_copied_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AssignmentItem(models.Model):
    """One resource of what is given."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="assigned")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["assignment", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "resource"], name="resource_given_once_together"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.resource_id}"


class AssignmentPupil(models.Model):
    """A pupil chosen by name for an assignment."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="pupils")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["assignment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "child"], name="pupil_chosen_once_for_an_assignment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.assignment_id}"


class Progress(models.Model):
    """That a pupil opened a resource given to them, and perhaps finished it."""

    item = models.ForeignKey(AssignmentItem, on_delete=models.CASCADE, related_name="progress")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = access.ProgressQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "child"], name="progress_once_a_pupil"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("opened_at")),
                name="progress_finished_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.item_id}"


class Seat(models.Model):
    """One counted access of a resource, held on one day by a class, or by one of its pupils.

    The number is one of the ``bought`` ones, and on a day each number has one holder: two
    classes can't hold more than was bought, whatever they do at once.
    """

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="seats")
    day = models.DateField()
    number = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="seats")
    child = models.ForeignKey(
        Child, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["resource", "day", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "day", "number"], name="seat_has_one_holder_a_day"
            ),
            models.UniqueConstraint(
                fields=["resource", "day", "class_group"],
                condition=Q(child__isnull=True),
                name="seat_once_a_class_a_day",
            ),
            models.UniqueConstraint(
                fields=["resource", "day", "child"],
                condition=Q(child__isnull=False),
                name="seat_once_a_pupil_a_day",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=F("bought")), name="seat_was_bought"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.day:%Y-%m-%d} n° {self.number}"
