"""Counts of use without persons, what paid resources cost, what teachers miss."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.models import ClassGroup, GradeLevel, School
from resources.catalogue.models import Resource, Term
from resources.figures import access


class Reader(models.TextChoices):
    """The kind of person who opened a resource."""

    PUPIL = "pupil", _("Élèves")
    TEACHER = "teacher", _("Enseignants")


class ClassUse(models.Model):
    """How often a class opened a resource in a month; ``month`` is its first day."""

    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    reader = models.CharField(max_length=7, choices=Reader.choices)
    openings = models.PositiveIntegerField(default=0)

    objects = access.ClassUseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "month"], name="class_use_resource")]
        constraints = [
            models.UniqueConstraint(
                fields=["class_group", "month", "resource", "reader"], name="class_use_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="class_use_month"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id}: {self.resource_id} × {self.openings} ({self.month:%Y-%m})"


class SchoolUse(models.Model):
    """How often a school opened a resource in a month, by level and kind of reader.

    ``level`` is the pupils', or that of a teacher's class; empty when it has several.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    level = models.CharField(max_length=3, choices=GradeLevel.choices, blank=True)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    reader = models.CharField(max_length=7, choices=Reader.choices)
    openings = models.PositiveIntegerField(default=0)

    objects = access.SchoolUseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "month"], name="school_use_resource")]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "month", "level", "resource", "reader"], name="school_use_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="school_use_month"),
        ]

    def __str__(self) -> str:
        return f"{self.school_id}: {self.resource_id} × {self.openings} ({self.month:%Y-%m})"


class CityUse(models.Model):
    """The schools' counts added up, so that the city's pages need not read them all."""

    month = models.DateField()
    level = models.CharField(max_length=3, choices=GradeLevel.choices, blank=True)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    reader = models.CharField(max_length=7, choices=Reader.choices)
    openings = models.PositiveIntegerField(default=0)
    schools = models.PositiveIntegerField(default=0)

    objects = access.CityUseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "month"], name="city_use_resource")]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "level", "resource", "reader"], name="city_use_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} × {self.openings} ({self.month:%Y-%m}, {self.level})"


class Subscription(models.Model):
    """What the city pays for a resource from a day to a day, both included."""

    class Funding(models.TextChoices):
        CITY = "city", _("Ville")
        STATE = "state", _("État")
        SCHOOL = "school", _("Caisse ou coopérative de l’école")
        SHARED = "shared", _("Plusieurs financeurs")

    resource = models.ForeignKey(
        Resource,
        on_delete=models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("ressource"),
    )
    starts_on = models.DateField(_("premier jour"))
    ends_on = models.DateField(_("dernier jour, compris"))
    cost_cents = models.PositiveIntegerField(_("coût"))
    seats = models.PositiveIntegerField(
        _("nombre d’accès"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    order_reference = models.CharField(_("bon de commande"), max_length=60, blank=True)
    funded_by = models.CharField(
        _("payé par"), max_length=6, choices=Funding.choices, default=Funding.CITY
    )
    renews_itself = models.BooleanField(_("se reconduit tout seul"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("abonnement")
        ordering = ["ends_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="subscription_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(seats__isnull=True) | Q(seats__gte=1), name="subscription_some_seats"
            ),
            models.UniqueConstraint(
                fields=["resource", "starts_on", "order_reference"], name="subscription_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.starts_on:%Y-%m-%d}–{self.ends_on:%Y-%m-%d}"


class Gap(models.Model):
    """A notion of a level for which teachers say that a resource is missing."""

    class State(models.TextChoices):
        OPEN = "open", _("À étudier")
        BOUGHT = "bought", _("Ressource trouvée")
        IGNORED = "ignored", _("Sans suite")

    MOVES = {
        "open": {"bought", "ignored"},
        "bought": {"open"},
        "ignored": {"open"},
    }

    level = models.CharField(_("niveau"), max_length=3, choices=GradeLevel.choices)
    term = models.ForeignKey(
        Term, on_delete=models.CASCADE, related_name="+", verbose_name=_("notion")
    )
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    settled_on = models.DateField(null=True, blank=True)

    objects = access.GapQuerySet.as_manager()

    class Meta:
        verbose_name = _("manque")
        constraints = [
            models.UniqueConstraint(fields=["level", "term"], name="gap_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_on__isnull=True)
                | (~Q(state="open") & Q(settled_on__isnull=False)),
                name="gap_settled_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.term_id} ({self.state})"


class GapReport(models.Model):
    """That a class misses a resource for a notion, once; ``wish`` says more, if anything."""

    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="reports")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="+")
    wish = models.CharField(_("ce qu’il faudrait"), max_length=200, blank=True)
    reported_on = models.DateField(default=clock.today)

    objects = access.GapReportQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gap", "class_group"], name="gap_reported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gap_id} ← {self.class_group_id}"
