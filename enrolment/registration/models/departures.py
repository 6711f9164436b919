"""A family asks to leave a school; the school strikes the child off and certifies it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.registration import access
from enrolment.schools.models import GradeLevel, RollEntry
from families.models import Child, Guardian, Household


class Departure(models.Model):
    """A request to be struck off a school's roll, and the certificate that answers it.

    ``leaves_on`` is the first day on which the child no longer attends. Where the family
    goes belongs to the household that asked: it may tell an address. Facts on the
    certificate are as they were that day; ``code`` proves it on a public page.
    """

    REQUESTED, ISSUED, REFUSED, WITHDRAWN = "requested", "issued", "refused", "withdrawn"
    MOVES = {REQUESTED: {ISSUED, REFUSED, WITHDRAWN}}
    STATES = [
        (REQUESTED, _("Demandée")),
        (ISSUED, _("Certificat délivré")),
        (REFUSED, _("Refusée")),
        (WITHDRAWN, _("Retirée")),
    ]

    class Destination(models.TextChoices):
        """Where the child will learn next, as the family says."""

        OTHER_SCHOOL = "other_school", _("Une autre école de la ville")
        OTHER_TOWN = "other_town", _("Une école d’une autre commune")
        PRIVATE = "private", _("Une école privée")
        HOME = "home", _("L’instruction en famille")
        ABROAD = "abroad", _("Un départ à l’étranger")

    class Refusal(models.TextChoices):
        """Why the certificate is not issued now."""

        ATTENDS = "attends", _("L’enfant fréquente encore l’école : la date est à revoir")
        UNSIGNED = "unsigned", _("La personne qui demande n’a pas l’autorité parentale")
        DOUBLE = "double", _("Une autre demande a été traitée")

    reference = models.CharField(max_length=16, unique=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="departures")
    roll_entry = models.ForeignKey(RollEntry, on_delete=models.PROTECT, related_name="departures")
    requested_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    leaves_on = models.DateField(_("premier jour sans école ici"))
    destination = models.CharField(_("ensuite"), max_length=12, choices=Destination.choices)
    state = models.CharField(max_length=10, default=REQUESTED, choices=STATES)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    refusal = models.CharField(_("motif"), max_length=10, choices=Refusal.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(max_length=24, null=True, blank=True, unique=True)
    child_name = models.CharField(max_length=220, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    school_name = models.CharField(max_length=120, blank=True)
    school_year_name = models.CharField(max_length=9, blank=True)
    level = models.CharField(max_length=3, choices=GradeLevel.choices, blank=True)

    objects = access.DepartureQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "requested_at"], name="departure_state_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["roll_entry"],
                condition=Q(state__in=["requested", "issued"]),
                name="departure_one_active",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", code__isnull=False)
                | (~Q(state="issued") & Q(code__isnull=True)),
                name="departure_issued_has_code",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""),
                name="departure_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
