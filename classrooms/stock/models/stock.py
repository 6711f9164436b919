"""Parts, consumables and accessories: what they are, how many where, and why."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Depot, DeviceModel, HandOut
from classrooms.stock import access, rules
from core import clock
from enrolment.schools.models import School

#: A row stands at a workshop or at a school, never at both.
AT_ONE_PLACE = Q(depot__isnull=False, school__isnull=True) | Q(
    depot__isnull=True, school__isnull=False
)


class StockItem(models.Model):
    """Something that is counted rather than numbered; ``fits`` are the models it is made for.

    No model named: it fits all. ``price_cents`` is the last price paid for one.
    """

    class Kind(models.TextChoices):
        PART = "part", _("Pièce détachée")
        CONSUMABLE = "consumable", _("Consommable")
        ACCESSORY = "accessory", _("Accessoire")

    name = models.CharField(_("article"), max_length=80, unique=True)
    kind = models.CharField(_("nature"), max_length=10, choices=Kind.choices)
    reference = models.CharField(_("référence chez le fournisseur"), max_length=40, blank=True)
    supplier = models.CharField(_("fournisseur habituel"), max_length=80, blank=True)
    price_cents = models.PositiveIntegerField(_("prix d’une unité"), default=0)
    fits = models.ManyToManyField(
        DeviceModel, blank=True, related_name="stock_items", verbose_name=_("convient à")
    )
    is_active = models.BooleanField(_("tenu en stock"), default=True)

    objects = access.StockItemQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("article")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="stock_item_named"),
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """How many of an item are at a place: always the sum of its movements there.

    Only ``classrooms.stock.actions`` writes it, under its lock. ``minimum`` is the number
    below which the fleet's manager is told.
    """

    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="levels")
    depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="stock_levels"
    )
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="stock_levels"
    )
    quantity = models.IntegerField(_("en stock"), default=0)
    minimum = models.PositiveIntegerField(_("minimum"), default=0)
    counted_on = models.DateField(_("compté le"), null=True, blank=True)

    objects = access.StockPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["item__name", "pk"]
        verbose_name = _("stock")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_level_not_negative"),
            models.CheckConstraint(condition=AT_ONE_PLACE, name="stock_level_at_one_place"),
            *(
                models.UniqueConstraint(
                    fields=["item", place],
                    condition=Q((f"{place}__isnull", False)),
                    name=f"stock_level_{place}_once",
                )
                for place in ("depot", "school")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.quantity}"

    @property
    def where(self) -> Depot | School:
        """The workshop or the school."""
        return cast("Depot | School", self.depot or self.school)

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return str(self.where)

    @property
    def is_low(self) -> bool:
        """Tell whether there are fewer than the minimum."""
        return self.quantity < self.minimum

    @property
    def to_order(self) -> int:
        """How many to order."""
        return rules.to_order(self.quantity, self.minimum)


class StockMovement(models.Model):
    """Pieces that came, left or were counted, and why: append-only, guarded by a trigger.

    ``quantity`` is signed: what the place gained. ``unit_cents`` is the price of one at that
    moment. ``ref`` names the act it belongs to: the same act told twice moves once.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Reçu")
        USED = "used", _("Utilisé")
        BACK = "back", _("Remis en stock")
        GIVEN = "given", _("Donné avec un prêt")
        MOVED_OUT = "moved_out", _("Envoyé ailleurs")
        MOVED_IN = "moved_in", _("Venu d’ailleurs")
        COUNTED = "counted", _("Corrigé par un comptage")
        CARRIED = "carried", _("Report d’anciens mouvements")

    at = models.DateTimeField(default=clock.now, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="movements")
    depot = models.ForeignKey(Depot, null=True, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    unit_cents = models.PositiveIntegerField(default=0)
    supplier = models.CharField(max_length=80, blank=True)
    hand_out = models.ForeignKey(
        HandOut, null=True, on_delete=models.PROTECT, related_name="accessories"
    )
    why = models.CharField(max_length=200, blank=True)
    ref = models.CharField(max_length=60, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    via = models.CharField(max_length=30, default="web")

    objects = access.StockPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("mouvement de stock")
        indexes = [models.Index(fields=["item", "at"])]
        constraints = [
            models.CheckConstraint(condition=AT_ONE_PLACE, name="stock_movement_at_one_place"),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "back", "moved_in"], quantity__gt=0)
                | Q(kind__in=["used", "given", "moved_out"], quantity__lt=0)
                | (Q(kind__in=["counted", "carried"]) & ~Q(quantity=0)),
                name="stock_movement_direction",
            ),
            models.UniqueConstraint(
                fields=["ref"], condition=~Q(ref=""), name="stock_movement_ref_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d} #{self.item_id}"

    @property
    def serves(self) -> bool:
        """True for what an act of its own used, a repair: it comes back through that act."""
        return self.kind == self.Kind.USED and bool(self.ref)

    @property
    def where(self) -> Depot | School:
        """The workshop or the school."""
        return cast("Depot | School", self.depot or self.school)

    @property
    def place(self) -> str:
        """Where it happened, in words."""
        return str(self.where)

    @property
    def cost_cents(self) -> int:
        """What the pieces were worth."""
        return abs(self.quantity) * self.unit_cents
