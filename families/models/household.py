"""Where families live and who answers for their children: streets, households, guardians."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from families import access


class Street(models.Model):
    """A street of the city's register; ``code`` is the register's own key.

    ``search_name`` is the name folded for look-up: lower case, no accents, no hyphens.
    """

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(_("voie"), max_length=120)
    search_name = models.CharField(max_length=120, db_index=True)
    postcode = models.CharField(_("code postal"), max_length=5)
    district = models.CharField(_("quartier"), max_length=60)

    class Meta:
        ordering = ["name", "postcode", "pk"]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """People who live at one address. A child of separated parents has two.

    ``street`` is null when the address lies outside the city's register; then
    ``street_text`` holds it as declared.
    """

    reference = models.CharField(max_length=16, unique=True)
    street = models.ForeignKey(Street, null=True, blank=True, on_delete=models.PROTECT)
    street_text = models.CharField(_("adresse"), max_length=160, blank=True)
    number = models.PositiveIntegerField(_("numéro"), null=True, blank=True)
    suffix = models.CharField(_("bis, ter…"), max_length=5, blank=True)
    complement = models.CharField(_("bâtiment, étage…"), max_length=100, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=80, blank=True)
    is_protected = models.BooleanField(_("adresse protégée"), default=False)
    #: The file that speaks for this one, found to be its double (families.actions.merging).
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="merged_households",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.HouseholdQuerySet.as_manager()

    def __str__(self) -> str:
        return self.reference

    @property
    def address_lines(self) -> list[str]:
        """The address as on an envelope, without names; empty when none was declared."""
        street = self.street.name if self.street else self.street_text
        number = " ".join(filter(None, [str(self.number or ""), self.suffix]))
        first = " ".join(filter(None, [number, street]))
        last = " ".join(filter(None, [self.postcode, self.city]))
        return [line for line in [first, self.complement, last] if line]


class Guardian(models.Model):
    """An adult responsible for children; ``user`` is null until they have an account.

    For an institution (a child welfare service), ``organisation`` is its name and the other
    names are those of the person to ask for there.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="guardian",
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="guardians")
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    used_name = models.CharField(_("nom d’usage"), max_length=100, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    #: The file that speaks for this one, found to be its double (families.actions.merging).
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="merged_guardians",
    )
    organisation = models.CharField(_("institution"), max_length=120, blank=True)
    died_on = models.DateField(_("date de décès"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.GuardianQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given name and the name used in daily life; an institution's own name."""
        if self.organisation:
            return self.organisation
        return f"{self.given_name} {self.used_name or self.family_name}"
