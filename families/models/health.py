"""Health at school: the care plan (PAI) and allergies. Every reading by staff is journalled."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families.access import care as access
from families.models.children import Child
from families.models.household import Guardian


class Allergen(models.TextChoices):
    """The 14 allergens of EU regulation 1169/2011, annex II."""

    GLUTEN = "gluten", _("Gluten")
    CRUSTACEANS = "crustaceans", _("Crustacés")
    EGGS = "eggs", _("Œufs")
    FISH = "fish", _("Poisson")
    PEANUTS = "peanuts", _("Arachides")
    SOYBEANS = "soybeans", _("Soja")
    MILK = "milk", _("Lait")
    NUTS = "nuts", _("Fruits à coque")
    CELERY = "celery", _("Céleri")
    MUSTARD = "mustard", _("Moutarde")
    SESAME = "sesame", _("Sésame")
    SULPHITES = "sulphites", _("Sulfites")
    LUPIN = "lupin", _("Lupin")
    MOLLUSCS = "molluscs", _("Mollusques")


def allergen_names(codes: list[str]) -> list[str]:
    """Return the names of allergens, in the order of the regulation."""
    return [str(label) for code, label in Allergen.choices if code in codes]


class HealthCarePlan(models.Model):
    """A PAI: care at school, valid for the stay in one school. Reads are journalled.

    ``allergens`` holds codes of :class:`Allergen`. A plan handed in by a parent informs staff at
    once; it changes the meal (packed lunch) only once the school has confirmed it.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="health_care_plans")
    allergens = models.JSONField(default=list)
    instructions = models.TextField(_("conduite à tenir"), blank=True)
    emergency_kit = models.CharField(_("trousse d’urgence"), max_length=120, blank=True)
    brings_packed_lunch = models.BooleanField(_("panier-repas"), default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    handed_in_by = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True, default=clock.now)

    objects = access.HealthCarePlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="health_care_plan_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(confirmed_at__isnull=True),
                name="health_care_plan_one_to_confirm",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} ({self.starts_on:%Y-%m-%d})"


class PlanDocument(models.Model):
    """A page of a plan: the signed protocol, a prescription."""

    plan = models.ForeignKey(HealthCarePlan, on_delete=models.CASCADE, related_name="documents")
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="health_plan_page"
    )

    objects = access.PlanDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.plan_id} → {self.document_id}"


class FoodAllergy(models.Model):
    """Allergies and intolerances as the family tells them, without a plan, from a day to a day."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="food_allergies")
    allergens = models.JSONField(default=list)
    other_foods = models.CharField(_("autres aliments"), max_length=200, blank=True)
    declared_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = access.FoodAllergyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(ends_on__isnull=True),
                name="food_allergy_one_current",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="food_allergy_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} ({self.starts_on:%Y-%m-%d})"
