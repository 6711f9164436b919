"""Devices, what they are, and where they stand: in a cart, at a school, in a depot."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms import access, rules
from core import clock
from enrolment.schools.models import School


def new_token() -> str:
    """Return the opaque text of a label: 72 random bits, safe in an address."""
    return secrets.token_urlsafe(9)


class DeviceCategory(models.Model):
    """A kind of device; ``family`` is how the city counts them."""

    class Family(models.TextChoices):
        COMPUTER = "computer", _("Ordinateurs")
        TABLET = "tablet", _("Tablettes")
        OTHER = "other", _("Autres matériels")

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("catégorie"), max_length=60)
    family = models.CharField(_("famille"), max_length=10, choices=Family.choices)

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("catégorie d'appareils")

    def __str__(self) -> str:
        return self.name


class DeviceModel(models.Model):
    """A maker's model, and how long it is under warranty and expected to serve."""

    category = models.ForeignKey(
        DeviceCategory, on_delete=models.PROTECT, related_name="device_models"
    )
    maker = models.CharField(_("marque"), max_length=60)
    name = models.CharField(_("modèle"), max_length=80)
    warranty_months = models.PositiveSmallIntegerField(_("garantie (mois)"), default=36)
    life_months = models.PositiveSmallIntegerField(_("durée de vie prévue (mois)"), default=72)
    price_cents = models.PositiveIntegerField(_("prix d'achat (centimes)"), default=0)

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["maker", "name"]
        verbose_name = _("modèle d'appareil")
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="device_model_once"),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.name}"


class Depot(models.Model):
    """A workshop of the city, where spares wait and broken devices are mended."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("atelier"), max_length=80)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("atelier")

    def __str__(self) -> str:
        return self.name


class Cart(models.Model):
    """A mobile classroom: a trolley with numbered slots, at a school or in a depot."""

    code = models.CharField(_("numéro"), max_length=20, unique=True)
    name = models.CharField(_("nom"), max_length=80)
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    slots = models.PositiveSmallIntegerField(_("emplacements"), default=15)
    label_token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)

    objects = access.CartQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("classe mobile")
        verbose_name_plural = _("classes mobiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(school__isnull=False, depot__isnull=True)
                | Q(school__isnull=True, depot__isnull=False),
                name="cart_at_one_place",
            ),
            models.CheckConstraint(
                condition=Q(slots__gte=1, slots__lte=60), name="cart_slots_sensible"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Name of the school or depot where the cart stands."""
        return str(self.school or self.depot or "")


class Device(models.Model):
    """One thing with a serial number. Its place is its cart's, or a school, or a depot.

    ``asset_tag`` is the city's own number, ``serial`` the maker's as normalised by
    ``rules.normalise_serial``. State, condition and place change only through
    ``classrooms.actions``, which write the history in the same transaction.
    """

    class State(models.TextChoices):
        SPARE = "spare", _("En réserve")
        IN_USE = "in_use", _("En service")
        BROKEN = "broken", _("En panne")
        REPAIR = "repair", _("À l'atelier")
        LOST = "lost", _("Perdu")
        STOLEN = "stolen", _("Volé")
        RETIRED = "retired", _("Réformé")

    class Condition(models.TextChoices):
        NEW = "new", _("Neuf")
        GOOD = "good", _("Bon état")
        WORN = "worn", _("Usé")
        DAMAGED = "damaged", _("Abîmé")

    class Funding(models.TextChoices):
        CITY = "city", _("Budget de la ville")
        STATE = "state", _("Plan de relance de l'État")
        QUARTER = "quarter", _("Cité éducative")
        GIFT = "gift", _("Don")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.DEVICE_MOVES

    asset_tag = models.CharField(_("numéro d'inventaire"), max_length=20, unique=True)
    serial = models.CharField(_("numéro de série"), max_length=40)
    model = models.ForeignKey(DeviceModel, on_delete=models.PROTECT, related_name="devices")
    state = models.CharField(
        _("situation"), max_length=10, choices=State.choices, default=State.SPARE
    )
    condition = models.CharField(
        _("état"), max_length=10, choices=Condition.choices, default=Condition.GOOD
    )
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="devices"
    )
    slot = models.PositiveSmallIntegerField(_("emplacement"), null=True, blank=True)
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="devices"
    )
    depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="devices"
    )
    purchased_on = models.DateField(_("acheté le"), null=True, blank=True)
    cost_cents = models.PositiveIntegerField(_("prix payé (centimes)"), null=True, blank=True)
    funding = models.CharField(
        _("financement"), max_length=10, choices=Funding.choices, default=Funding.CITY
    )
    warranty_end = models.DateField(_("fin de garantie"), null=True, blank=True)
    os_version = models.CharField(_("système"), max_length=40, blank=True)
    battery_percent = models.PositiveSmallIntegerField(_("batterie (%)"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("vu en ligne le"), null=True, blank=True)
    label_token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["asset_tag"]
        verbose_name = _("appareil")
        indexes = [
            models.Index(fields=["state", "asset_tag"]),
            models.Index(fields=["serial"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["serial"], condition=~Q(state="retired"), name="device_serial_live_unique"
            ),
            models.UniqueConstraint(
                fields=["cart", "slot"],
                condition=Q(cart__isnull=False),
                name="device_slot_holds_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    cart__isnull=False,
                    slot__isnull=False,
                    slot__gte=1,
                    school__isnull=True,
                    depot__isnull=True,
                )
                | Q(cart__isnull=True, slot__isnull=True, school__isnull=False, depot__isnull=True)
                | Q(cart__isnull=True, slot__isnull=True, school__isnull=True, depot__isnull=False),
                name="device_at_one_place",
            ),
            models.CheckConstraint(condition=~Q(serial=""), name="device_serial_given"),
            models.CheckConstraint(
                condition=Q(battery_percent__isnull=True) | Q(battery_percent__lte=100),
                name="device_battery_percent",
            ),
            models.CheckConstraint(
                condition=Q(warranty_end__isnull=True)
                | Q(purchased_on__isnull=True)
                | Q(warranty_end__gte=F("purchased_on")),
                name="device_warranty_after_purchase",
            ),
        ]

    def __str__(self) -> str:
        return self.asset_tag

    @property
    def current_school(self) -> School | None:
        """The school where it stands, through its cart if it has one."""
        return self.cart.school if self.cart else self.school

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return self.cart.place if self.cart else str(self.school or self.depot or "")
