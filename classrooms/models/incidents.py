"""What does not work, who said so, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms import access, rules
from classrooms.models.fleet import Cart, Device
from core import clock
from core.documents import Document
from enrolment.schools.models import School


class Incident(models.Model):
    """A fault of one device. ``school``, ``cart`` and ``slot`` are where it was when reported.

    At most one is open per device: a second report of the same fault joins the first.
    """

    class Kind(models.TextChoices):
        SCREEN = "screen", _("Écran cassé")
        POWER = "power", _("Ne s’allume pas")
        KEYBOARD = "keyboard", _("Clavier ou souris")
        CHARGING = "charging", _("Ne charge pas")
        LOST = "lost", _("Introuvable")
        OTHER = "other", _("Autre problème")

    class State(models.TextChoices):
        REPORTED = "reported", _("Signalé")
        IN_PROGRESS = "in_progress", _("Pris en charge")
        SWAPPED = "swapped", _("Appareil remplacé")
        CLOSED = "closed", _("Réglé")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("Urgente")
        NORMAL = 2, _("Normale")
        LOW = 3, _("Basse")

    class Outcome(models.TextChoices):
        REPAIRED = "repaired", _("Réparé")
        FOUND = "found", _("Retrouvé")
        NOTHING = "nothing", _("Rien à signaler, il fonctionne")
        RETIRED = "retired", _("Irréparable, réforme proposée")
        NOT_FOUND = "not_found", _("Pas retrouvé")
        STOLEN = "stolen", _("Volé")

    class Pause(models.TextChoices):
        PART = "part", _("Attend une pièce")
        SUPPLIER = "supplier", _("Attend le fournisseur")
        SCHOOL = "school", _("Attend l’école")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.INCIDENT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="incidents")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField(_("problème"), max_length=10, choices=Kind.choices)
    description = models.CharField(_("précisions"), max_length=500, blank=True)
    priority = models.PositiveSmallIntegerField(_("priorité"), choices=Priority.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REPORTED)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(default=clock.now)
    answer_by = models.DateField(_("à traiter avant le"))
    settle_by = models.DateField(_("à régler avant le"))
    #: Who typed it, when somebody else had said so.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    swapped_at = models.DateTimeField(null=True, blank=True)
    pause = models.CharField(_("attente"), max_length=10, choices=Pause.choices, blank=True)
    paused_on = models.DateField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    swapped_with = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_in"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "reported_at", "pk"]
        verbose_name = _("panne")
        indexes = [models.Index(fields=["state", "priority", "reported_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=~Q(state="closed"), name="incident_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True, outcome="")),
                name="incident_closed_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="incident_closed_has_outcome"
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=3), name="incident_priority_known"
            ),
            models.CheckConstraint(
                condition=Q(pause="", paused_on__isnull=True)
                | (~Q(pause="") & Q(paused_on__isnull=False)),
                name="incident_pause_has_day",
            ),
            models.CheckConstraint(
                condition=Q(paused_on__isnull=True) | ~Q(state__in=["reported", "closed"]),
                name="incident_pause_while_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"n° {self.pk}"

    @property
    def is_open(self) -> bool:
        """True until somebody has settled it."""
        return self.state != self.State.CLOSED

    @property
    def due_on(self) -> dt.date | None:
        """The day of the next promise; none while it waits, once replaced, once settled."""
        if self.paused_on is not None:
            return None
        due = {self.State.REPORTED: self.answer_by, self.State.IN_PROGRESS: self.settle_by}
        return due.get(self.State(self.state))

    def is_late(self, today: dt.date) -> bool:
        """Tell whether the next promise is broken."""
        return self.due_on is not None and self.due_on < today


class IncidentFollower(models.Model):
    """Somebody who reported the same fault after the first: told whatever the first is told."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="followed_incidents"
    )
    at = models.DateTimeField(default=clock.now)

    objects = access.OfIncidentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "user"], name="incident_follower_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.user_id}"


class IncidentNote(models.Model):
    """One thing said or decided about a fault between its report and its end."""

    class Kind(models.TextChoices):
        DETAIL = "detail", _("Précision")
        JOINED = "joined", _("Signalé une nouvelle fois")
        WORKS = "works", _("Remarche, dit la personne qui l’a signalée")
        PRIORITY = "priority", _("Priorité changée")
        ASSIGNED = "assigned", _("Confié")
        PAUSED = "paused", _("Mis en attente")
        RESUMED = "resumed", _("Repris")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(max_length=500, blank=True)
    photo = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    before = models.PositiveSmallIntegerField(null=True, blank=True)
    after = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = access.OfIncidentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="priority", before__isnull=False, after__isnull=False)
                | (~Q(kind="priority") & Q(before__isnull=True, after__isnull=True)),
                name="incident_note_priorities",
            ),
            models.CheckConstraint(
                condition=~Q(kind="priority") | ~Q(text=""), name="incident_priority_has_ground"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.incident_id}"

    @property
    def priorities(self) -> tuple[str, str]:
        """The priority before and after, in words."""
        labels = dict(Incident.Priority.choices)
        return str(labels.get(self.before or 0, "")), str(labels.get(self.after or 0, ""))
