"""September's guided sequence: a run a school year, its schools, their steps, their carts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits.models import Campaign
from classrooms.models import Cart, HandOut
from classrooms.season import access
from core import clock
from enrolment.schools.models import ClassGroup, School, SchoolYear


class SeasonRun(models.Model):
    """The city's return to school of one year; the manager starts and ends it."""

    class State(models.TextChoices):
        OPEN = "open", _("En cours")
        CLOSED = "closed", _("Terminée")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        "open": frozenset({"closed"}),
        "closed": frozenset({"open"}),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school_year = models.OneToOneField(SchoolYear, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.SeasonRunQuerySet.as_manager()

    class Meta:
        ordering = ["-school_year__start_year"]
        verbose_name = _("rentrée")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="season_closed_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return str(self.school_year)


class SchoolSeason(models.Model):
    """What a run asks of one school."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(SeasonRun, on_delete=models.CASCADE, related_name="seasons")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")

    objects = access.SchoolSeasonQuerySet.as_manager()

    class Meta:
        ordering = ["school__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "school"], name="season_school_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.school_id}"


class SeasonStep(models.Model):
    """A step that a school has done, and its figures; the row goes when it is taken up again."""

    class Key(models.TextChoices):
        CLASSES = "classes", _("Vérifier les classes")
        LOANS = "loans", _("Reprendre les prêts de l’an passé")
        AUDIT = "audit", _("Contrôler le matériel")
        CARTS = "carts", _("Remettre les chariots aux classes")
        PRINT = "print", _("Imprimer")

    season = models.ForeignKey(SchoolSeason, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=8, choices=Key.choices)
    done_at = models.DateTimeField(default=clock.now)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    figures = models.JSONField(default=dict)

    objects = access.OfSeasonQuerySet.as_manager()

    class Meta:
        ordering = ["season", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["season", "key"], name="season_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.season_id}: {self.key}"


class CartPlan(models.Model):
    """Which class a cart goes to this year, and the hand-out once it did; no class: it stays."""

    season = models.ForeignKey(SchoolSeason, on_delete=models.CASCADE, related_name="plans")
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="+")
    class_group = models.ForeignKey(
        ClassGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    hand_out = models.ForeignKey(
        HandOut, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.OfSeasonQuerySet.as_manager()

    class Meta:
        ordering = ["season", "cart"]
        constraints = [
            models.UniqueConstraint(fields=["season", "cart"], name="season_cart_once"),
            models.UniqueConstraint(
                fields=["hand_out"],
                condition=Q(hand_out__isnull=False),
                name="season_hand_out_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season_id}: {self.cart_id}"
