"""School years, schools, catchment areas, classes and rolls."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools import access
from families.models import Child, Street


class GradeLevel(models.TextChoices):
    """Levels of nursery school and elementary school, youngest first."""

    TPS = "TPS", _("Toute petite section")
    PS = "PS", _("Petite section")
    MS = "MS", _("Moyenne section")
    GS = "GS", _("Grande section")
    CP = "CP", "CP"
    CE1 = "CE1", "CE1"
    CE2 = "CE2", "CE2"
    CM1 = "CM1", "CM1"
    CM2 = "CM2", "CM2"


class SchoolYear(models.Model):
    """A school year, named by the calendar year in which it starts (2026 → 2026-2027)."""

    start_year = models.PositiveSmallIntegerField(unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["-start_year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="school_year_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_year}-{self.start_year + 1}"


class SchoolClosure(models.Model):
    """Days without school, first and last included: holidays, bank holidays, bridges."""

    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="closures")
    label = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class School(models.Model):
    """A public school of the city. ``uai`` is the ministry's code and the scope of posts.

    ``position_index`` is the ministry's social position index (IPS) in tenths, null when
    the ministry publishes none: missing is not zero.
    """

    class Kind(models.TextChoices):
        KINDERGARTEN = "kindergarten", _("École maternelle")
        ELEMENTARY = "elementary", _("École élémentaire")
        PRIMARY = "primary", _("École primaire")

    class Priority(models.TextChoices):
        NONE = "", _("Hors éducation prioritaire")
        REP = "REP", "REP"
        REP_PLUS = "REP+", "REP+"

    uai = models.CharField("UAI", max_length=8, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    priority = models.CharField(max_length=4, choices=Priority.choices, blank=True)
    position_index = models.PositiveSmallIntegerField(null=True, blank=True)
    street = models.ForeignKey(Street, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True, blank=True)
    postcode = models.CharField(max_length=5)
    district = models.CharField(_("quartier"), max_length=60)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), default=200)
    is_open = models.BooleanField(default=True)

    objects = access.SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def levels(self) -> list[str]:
        """Codes of the levels taught here, youngest first."""
        values = list(GradeLevel.values)
        if self.kind == self.Kind.KINDERGARTEN:
            return values[:4]
        if self.kind == self.Kind.ELEMENTARY:
            return values[4:]
        return values


class StreetSegment(models.Model):
    """A stretch of street that belongs to a school's catchment area for a school year.

    The council sets areas (Code de l'éducation L212-7). Suffixes (bis, ter) follow their
    number. ``number_from``/``number_to`` are included; null means open-ended.
    """

    class Parity(models.TextChoices):
        ODD = "odd", _("côté impair")
        EVEN = "even", _("côté pair")
        BOTH = "both", _("les deux côtés")

    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="segments")
    street = models.ForeignKey(Street, on_delete=models.CASCADE, related_name="segments")
    parity = models.CharField(max_length=4, choices=Parity.choices, default=Parity.BOTH)
    number_from = models.PositiveIntegerField(null=True, blank=True)
    number_to = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_year", "street"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(number_from__isnull=True)
                | Q(number_to__isnull=True)
                | Q(number_to__gte=F("number_from")),
                name="segment_numbers_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street_id}: {self.number_from or ''}–{self.number_to or ''} ({self.parity})"


class ClassGroup(models.Model):
    """A class of a school for one year; several levels may share one."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="classes")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(_("classe"), max_length=60)
    levels = models.JSONField(default=list)
    teachers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="taught_classes"
    )
    capacity = models.PositiveSmallIntegerField(_("places"), default=27)

    objects = access.ClassGroupQuerySet.as_manager()

    class Meta:
        ordering = ["school", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year", "name"], name="class_name_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RollEntry(models.Model):
    """A child on a school's roll for a year: admitted by the head, then put in a class.

    ``left_on`` is the first day on which the child no longer attends.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="roll_entries")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="roll")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="roll")
    level = models.CharField(max_length=3, choices=GradeLevel.choices)
    class_group = models.ForeignKey(
        ClassGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="roll"
    )
    admitted_on = models.DateField(default=clock.today)
    left_on = models.DateField(null=True, blank=True)

    objects = access.RollEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["school", "school_year", "left_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "school_year"],
                condition=Q(left_on__isnull=True),
                name="roll_one_school_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("admitted_on")),
                name="roll_left_after_admission",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} @ {self.school_id} ({self.level})"
