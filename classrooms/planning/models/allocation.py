"""Plans that share devices over schools."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import DeviceCategory
from classrooms.planning import access
from classrooms.planning.rules.planner import CART, TERMS, Wish
from core import clock


class Plan(models.Model):
    """Who is to get how many devices of a category.

    A draft is its author's and follows the figures of the day. Once frozen, ``snapshot`` holds
    the figures and the shares, ``digest`` names them, and a database trigger lets nothing of it
    change; somebody else than the author approves it or sends it back.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        FROZEN = "frozen", _("Figée, à approuver")
        APPROVED = "approved", _("Approuvée")
        REFUSED = "refused", _("Renvoyée")

    class Lot(models.IntegerChoices):
        PIECE = 1, _("à la pièce")
        CART = CART, _("par chariots de 15")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        "draft": frozenset({"frozen"}),
        "frozen": frozenset({"approved", "refused"}),
        "approved": frozenset(),
        "refused": frozenset(),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    category = models.ForeignKey(DeviceCategory, on_delete=models.PROTECT, related_name="+")
    devices = models.PositiveIntegerField(_("appareils à répartir"))
    lot = models.PositiveSmallIntegerField(_("par lots"), choices=Lot.choices, default=Lot.PIECE)
    weights = models.JSONField(default=dict)
    low = models.PositiveSmallIntegerField(_("au moins, par école servie"), default=0)
    high = models.PositiveSmallIntegerField(_("au plus, par école"), default=0)
    schools = models.PositiveSmallIntegerField(_("écoles servies au plus"), default=0)
    kinds = models.JSONField(default=list, blank=True)
    excluded = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    snapshot = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(_("motif"), max_length=200, blank=True)

    objects = access.PlanningQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("répartition")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", digest="", frozen_at__isnull=True)
                | (~Q(state="draft") & ~Q(digest="") & Q(frozen_at__isnull=False)),
                name="plan_frozen_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "frozen"], decided_at__isnull=True)
                | Q(state__in=["approved", "refused"], decided_at__isnull=False),
                name="plan_decided_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(author__isnull=True)
                | ~Q(decided_by=F("author")),
                name="plan_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(devices__gte=1, devices__lte=100_000, lot__in=[1, CART]),
                name="plan_devices_sensible",
            ),
            models.CheckConstraint(
                condition=Q(high=0) | Q(high__gte=F("low")), name="plan_bounds_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wish(self) -> Wish:
        """What is asked of the planner."""
        return Wish(
            devices=self.devices,
            lot=self.lot,
            weights={term: int(self.weights.get(term, 0)) for term in TERMS},
            low=self.low,
            high=self.high,
            schools=self.schools,
            kinds=frozenset(self.kinds),
            excluded=frozenset(self.excluded),
        )

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked, as it is hashed."""
        return {
            "category": self.category_id,
            "devices": self.devices,
            "lot": self.lot,
            "weights": self.wish.weights,
            "low": self.low,
            "high": self.high,
            "schools": self.schools,
            "kinds": sorted(self.kinds),
            "excluded": sorted(self.excluded),
        }

    @property
    def shares(self) -> dict[str, int]:
        """What a frozen plan gives, by school code, neediest first."""
        return dict(self.snapshot.get("shares", ()))

    @property
    def source(self) -> str:
        """How transfers that carry it out name it."""
        return f"plan:{self.public_id}"

    @property
    def is_draft(self) -> bool:
        """True while its author may change it."""
        return self.state == self.State.DRAFT
