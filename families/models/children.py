"""Children, what each guardian is to them, and who else may collect them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families import access
from families.models.household import Guardian


class Child(models.Model):
    """A child. ``reference`` is the number families and agents quote (no meaning inside)."""

    reference = models.CharField(max_length=16, unique=True)
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    used_name = models.CharField(_("nom d’usage"), max_length=100, blank=True)
    birth_date = models.DateField(_("date de naissance"))
    guardians = models.ManyToManyField(Guardian, through="Guardianship", related_name="children")
    #: The file that speaks for this one, found to be its double (families.actions.merging).
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="merged_children",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.ChildQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name", "birth_date"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given name and the name used in daily life."""
        return f"{self.given_name} {self.used_name or self.family_name}"


class Guardianship(models.Model):
    """What a guardian is to a child, from a day to a day (``ends_on`` excluded)."""

    class Kind(models.TextChoices):
        MOTHER = "mother", _("Mère")
        FATHER = "father", _("Père")
        GUARDIAN = "guardian", _("Tuteur ou tutrice")
        INSTITUTION = "institution", _("Institution")

    class EndReason(models.TextChoices):
        """Why a link, or what it allows, ended. The next row, if any, says what follows."""

        DEATH = "death", _("Décès")
        AUTHORITY_LOST = "authority_lost", _("Fin de l’autorité parentale")
        AUTHORITY_GAINED = "authority_gained", _("Début de l’autorité parentale")
        CHANGED = "changed", _("Changement de ce qui est permis")
        MANDATE_OVER = "mandate_over", _("Fin de la tutelle ou du placement")
        RECORDED_IN_ERROR = "recorded_in_error", _("Enregistré par erreur")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="guardianships")
    kind = models.CharField(_("lien"), max_length=12, choices=Kind.choices)
    parental_authority = models.BooleanField(_("autorité parentale"), default=True)
    lives_with = models.BooleanField(_("l’enfant vit avec cette personne"), default=True)
    may_pick_up = models.BooleanField(_("peut venir chercher l’enfant"), default=True)
    receives_messages = models.BooleanField(_("reçoit les messages"), default=True)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(
        _("motif de fin"), max_length=20, choices=EndReason.choices, blank=True
    )

    objects = access.GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "guardian"],
                condition=Q(ends_on__isnull=True),
                name="guardianship_current_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="guardianship_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(end_reason="") | Q(ends_on__isnull=False),
                name="guardianship_reason_needs_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.child_id} ({self.kind})"


class PickupContact(models.Model):
    """Somebody else who may collect a child, named by a guardian, from a day to a day."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="pickup_contacts")
    added_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("prénom et nom"), max_length=120)
    relation = models.CharField(_("lien avec l’enfant"), max_length=60, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = access.PickupContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "added_by", "name"],
                condition=Q(ends_on__isnull=True),
                name="pickup_contact_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
