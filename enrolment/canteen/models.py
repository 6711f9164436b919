"""Registrations, bookings, menus, kitchens and their orders."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.canteen import access
from enrolment.canteen.rules.cutoff import Terms
from enrolment.schools.models import School, SchoolYear
from families.models import Child
from families.models.health import allergen_names


class Diet(models.TextChoices):
    """What a child eats. Never a religion: what is stored is what is not on the plate."""

    STANDARD = "standard", _("Standard")
    NO_PORK = "no_pork", _("Sans porc")
    NO_MEAT = "no_meat", _("Sans viande")
    PACKED_LUNCH = "packed_lunch", _("Panier-repas (PAI)")


class Label(models.TextChoices):
    """What a dish may be praised for (loi EGalim: quality, organic, vegetarian)."""

    ORGANIC = "organic", _("Bio")
    LOCAL = "local", _("Local")
    VEGETARIAN = "vegetarian", _("Végétarien")
    QUALITY = "quality", _("Label qualité")


class ServiceRule(models.Model):
    """The council's terms for the canteen, from a day on.

    ``weekdays`` are ISO numbers. ``bills_absences``: a meal booked and not cancelled in
    time is billed even when the child did not come. ``waiting_days``: how many first days
    of a sickness are billed all the same.
    """

    valid_from = models.DateField(unique=True)
    resolution = models.CharField(_("délibération"), max_length=120)
    weekdays = models.JSONField(_("jours servis"), default=list)
    service_days_before = models.PositiveSmallIntegerField(_("jours de service avant"), default=2)
    cutoff_hour = models.PositiveSmallIntegerField(default=12, validators=[MaxValueValidator(23)])
    cutoff_minute = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(59)])
    year_start_days = models.PositiveSmallIntegerField(default=7)
    bills_absences = models.BooleanField(_("absences facturées"), default=True)
    unbooked_surcharge_percent = models.PositiveSmallIntegerField(
        _("majoration sans réservation (%)"), default=0, validators=[MaxValueValidator(100)]
    )
    waiting_days = models.PositiveSmallIntegerField(_("jours de carence"), default=1)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cutoff_hour__lte=23, cutoff_minute__lte=59),
                name="canteen_rule_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resolution} ({self.valid_from:%Y-%m-%d})"

    def terms(self) -> Terms:
        """Return the plain values that rules work with."""
        return Terms(
            valid_from=self.valid_from,
            service_days_before=self.service_days_before,
            hour=self.cutoff_hour,
            minute=self.cutoff_minute,
            year_start_days=self.year_start_days,
            weekdays=frozenset(self.weekdays),
            bills_absences=self.bills_absences,
            unbooked_surcharge_percent=self.unbooked_surcharge_percent,
            waiting_days=self.waiting_days,
            resolution=self.resolution,
        )


class Kitchen(models.Model):
    """A central kitchen, which cooks for many schools."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(_("cuisine"), max_length=80)
    email = models.EmailField(_("adresse des commandes"))

    objects = access.ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Refectory(models.Model):
    """Where a school eats: its kitchen, its place on a delivery route, its seats.

    ``daily_capacity`` is null where everybody fits: it is copied on service days.
    """

    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="refectory")
    kitchen = models.ForeignKey(Kitchen, on_delete=models.PROTECT, related_name="refectories")
    route = models.CharField(_("tournée"), max_length=12)
    stop = models.PositiveSmallIntegerField(_("passage"), default=1)
    daily_capacity = models.PositiveIntegerField(_("couverts par jour"), null=True, blank=True)

    class Meta:
        ordering = ["kitchen", "route", "stop", "pk"]
        verbose_name_plural = "refectories"

    def __str__(self) -> str:
        return f"{self.school_id} ← {self.kitchen_id} ({self.route}/{self.stop})"


class ServiceDay(models.Model):
    """One school on one service day: the row to lock before anything changes on it.

    ``booked`` is recounted under that lock and may never pass ``capacity``;
    ``frozen_at`` says that the kitchen's order has left: families may change nothing more.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="service_days")
    day = models.DateField()
    capacity = models.PositiveIntegerField(null=True, blank=True)
    booked = models.PositiveIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["day", "school"]
        constraints = [
            models.UniqueConstraint(fields=["school", "day"], name="service_day_once"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(booked__lte=F("capacity")),
                name="service_day_within_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.day:%Y-%m-%d}"


class MealRegistration(models.Model):
    """A child registered for the canteen of a school year, from a day to a day (excluded)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="meal_registrations")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("à partir du"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    rules_accepted_at = models.DateTimeField()
    rules_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.MealRegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "school_year"],
                condition=Q(ends_on__isnull=True),
                name="meal_registration_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="meal_registration_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} ({self.school_year_id})"


class WeeklyPattern(models.Model):
    """The usual week and diet of a registration, from a day on; the newest one counts."""

    registration = models.ForeignKey(
        MealRegistration, on_delete=models.CASCADE, related_name="patterns"
    )
    valid_from = models.DateField(_("à partir du"))
    monday = models.BooleanField(_("lundi"), default=False)
    tuesday = models.BooleanField(_("mardi"), default=False)
    wednesday = models.BooleanField(_("mercredi"), default=False)
    thursday = models.BooleanField(_("jeudi"), default=False)
    friday = models.BooleanField(_("vendredi"), default=False)
    diet = models.CharField(_("repas"), max_length=12, choices=Diet.choices, default=Diet.STANDARD)

    class Meta:
        ordering = ["registration", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "valid_from"], name="weekly_pattern_one_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}: {sorted(self.weekdays)} ({self.valid_from:%Y-%m-%d})"

    @property
    def weekdays(self) -> frozenset[int]:
        """ISO numbers of the weekdays booked."""
        names = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return frozenset(number for number, booked in enumerate(names, start=1) if booked)


class Booking(models.Model):
    """A child's meal on a day. Turns into a charge of key ``canteen:<id>:<payer>``.

    ``excuse`` says why an absent child's meal is not due (sickness beyond the waiting days,
    a service that could not be given).
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Réservé")
        CANCELLED = "cancelled", _("Annulé")
        SERVED = "served", _("Présent")
        ABSENT = "absent", _("Absent")

    class Source(models.TextChoices):
        PATTERN = "pattern", _("Semaine habituelle")
        SINGLE = "single", _("Jour choisi")
        UNBOOKED = "unbooked", _("Venu sans réservation")

    class Excuse(models.TextChoices):
        NONE = "", _("Aucune")
        SICK = "sick", _("Maladie")
        NO_SERVICE = "no_service", _("Service non assuré")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "booked": {"cancelled", "served", "absent"},
        "cancelled": {"booked", "served"},
        "served": {"booked", "absent"},
        "absent": {"booked", "served"},
    }

    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    diet = models.CharField(max_length=12, choices=Diet.choices, default=Diet.STANDARD)
    state = models.CharField(max_length=9, choices=State.choices, default=State.BOOKED)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.PATTERN)
    excuse = models.CharField(max_length=10, choices=Excuse.choices, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    objects = access.BookingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["day", "school", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["child", "day"], name="booking_once_a_day"),
            models.CheckConstraint(
                condition=Q(state__in=["booked", "cancelled", "served", "absent"]),
                name="booking_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(source="unbooked") | Q(state__in=["served", "cancelled"]),
                name="booking_unbooked_only_served",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.day:%Y-%m-%d} ({self.state})"


class Menu(models.Model):
    """What a kitchen cooks on a day."""

    kitchen = models.ForeignKey(Kitchen, on_delete=models.CASCADE, related_name="menus")
    day = models.DateField()
    theme = models.CharField(_("thème"), max_length=80, blank=True)

    objects = access.MenuQuerySet.as_manager()

    class Meta:
        ordering = ["day", "kitchen"]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "day"], name="menu_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kitchen_id} {self.day:%Y-%m-%d}"


class Course(models.Model):
    """A dish of a menu. With a ``diet``, it replaces the dish of its kind for that diet."""

    class Kind(models.TextChoices):
        STARTER = "starter", _("Entrée")
        MAIN = "main", _("Plat")
        SIDE = "side", _("Accompagnement")
        DAIRY = "dairy", _("Laitage")
        DESSERT = "dessert", _("Dessert")

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="courses")
    position = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(_("plat"), max_length=120)
    diet = models.CharField(max_length=12, choices=Diet.choices, blank=True)
    allergens = models.JSONField(default=list, blank=True)
    labels = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["menu", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["menu", "kind", "diet"], name="course_once_a_menu"),
            models.CheckConstraint(condition=~Q(name=""), name="course_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def allergen_names(self) -> list[str]:
        """Names of the allergens, in the reader's language."""
        return allergen_names(self.allergens)

    @property
    def label_names(self) -> list[str]:
        """Names of the labels, in the reader's language."""
        return [str(Label(code).label) for code in self.labels]


class KitchenOrder(models.Model):
    """What a kitchen was told to cook for a day. A correction is a new version."""

    kitchen = models.ForeignKey(Kitchen, on_delete=models.PROTECT, related_name="orders")
    day = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    total = models.PositiveIntegerField()

    objects = access.ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "kitchen", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kitchen", "day", "version"], name="kitchen_order_version_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="kitchen_order_version"),
        ]

    def __str__(self) -> str:
        return f"{self.kitchen_id} {self.day:%Y-%m-%d} v{self.version}"


class KitchenOrderLine(models.Model):
    """Meals of one diet for one school: a number, never a name."""

    order = models.ForeignKey(KitchenOrder, on_delete=models.CASCADE, related_name="lines")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=12)
    stop = models.PositiveSmallIntegerField()
    diet = models.CharField(max_length=12, choices=Diet.choices)
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["order", "route", "stop", "school", "diet"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "school", "diet"], name="kitchen_order_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.diet} × {self.quantity}"
