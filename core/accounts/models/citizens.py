"""Who people are in the eyes of the State, once it has been checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class CivilIdentity(models.Model):
    """The civil status of an account's owner, as a citizen account or a paper showed it.

    ``key`` is the folded whole (``core.accounts.citizen.civil``): one person, one account.
    """

    class Source(models.TextChoices):
        CITIZEN = "citizen", _("Compte citoyen")
        DESK = "desk", _("Document vu au guichet")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="civil_identity"
    )
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    given_names = models.CharField(_("prénoms"), max_length=200)
    preferred_name = models.CharField(_("nom d’usage"), max_length=100, blank=True)
    gender = models.CharField(max_length=10, blank=True)
    birth_date = models.CharField(_("date de naissance"), max_length=10)
    birthplace = models.CharField(_("commune de naissance (code)"), max_length=5, blank=True)
    birthcountry = models.CharField(_("pays de naissance (code)"), max_length=5, blank=True)
    key = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    verified_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(birthplace="") | ~Q(birthcountry=""),
                name="civil_identity_born_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.source})"
