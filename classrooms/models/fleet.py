"""Devices, what they are, and where they stand: in a cart, at a school, in a depot."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from classrooms import access, rules
from core import clock
from enrolment.schools.models import School


def new_token() -> str:
    """Return the opaque text of a label: 72 random bits, safe in an address."""
    return secrets.token_urlsafe(9)


class DeviceCategory(models.Model):
    """A kind of device; ``family`` is how the city counts them.

    ``fields`` is the schema of what is said of its devices beside (``classrooms.extras``):
    ``[{"key", "label", "kind", "required", "unit", "options"}, …]``.
    """

    class Family(models.TextChoices):
        COMPUTER = "computer", _("Ordinateurs")
        TABLET = "tablet", _("Tablettes")
        PRINTER = "printer", _("Imprimantes")
        PROJECTOR = "projector", _("Vidéoprojecteurs")
        SCREEN = "screen", _("Écrans interactifs")
        OTHER = "other", _("Autres matériels")

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("catégorie"), max_length=60)
    family = models.CharField(_("famille"), max_length=10, choices=Family.choices)
    fields = models.JSONField(_("champs propres"), default=list, blank=True)
    is_active = models.BooleanField(_("proposée à l’achat"), default=True)

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("catégorie d’appareils")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="device_category_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="device_category_named"),
        ]

    def __str__(self) -> str:
        return self.name


class DeviceModel(models.Model):
    """A maker's model, and how long it is under warranty and expected to serve.

    One that is no longer active is offered for no new device; those there keep it.
    """

    category = models.ForeignKey(
        DeviceCategory, on_delete=models.PROTECT, related_name="device_models"
    )
    maker = models.CharField(_("marque"), max_length=60)
    name = models.CharField(_("modèle"), max_length=80)
    warranty_months = models.PositiveSmallIntegerField(_("garantie (mois)"), default=36)
    life_months = models.PositiveSmallIntegerField(_("durée de vie prévue (mois)"), default=72)
    price_cents = models.PositiveIntegerField(_("prix d’achat (centimes)"), default=0)
    is_active = models.BooleanField(_("proposé à l’achat"), default=True)

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["maker", "name"]
        verbose_name = _("modèle d’appareil")
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="device_model_once"),
            models.CheckConstraint(
                condition=Q(warranty_months__lte=240, life_months__gte=1, life_months__lte=360),
                name="device_model_months_sensible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.name}"


class RepairPrice(models.Model):
    """What mending one kind of fault of a model costs, parts and work, as agreed."""

    model = models.ForeignKey(DeviceModel, on_delete=models.CASCADE, related_name="repair_prices")
    kind = models.CharField(_("problème"), max_length=10)
    cents = models.PositiveIntegerField(_("prix de la réparation (centimes)"))

    objects = access.FleetReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["model", "kind"]
        verbose_name = _("prix d’une réparation")
        constraints = [
            models.UniqueConstraint(fields=["model", "kind"], name="repair_price_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["screen", "power", "keyboard", "charging", "other"]),
                name="repair_price_of_a_repair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}: {self.kind}"


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
    """A mobile classroom: a trolley with numbered slots, at a school or in a depot.

    ``charging`` is what somebody saw of its plug at ``charging_at``.
    """

    class Charging(models.TextChoices):
        UNKNOWN = "unknown", _("Charge inconnue")
        CHARGING = "charging", _("En charge")
        CHARGED = "charged", _("Chargé")
        UNPLUGGED = "unplugged", _("Débranché")

    code = models.CharField(_("numéro"), max_length=20, unique=True)
    name = models.CharField(_("nom"), max_length=80)
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    slots = models.PositiveSmallIntegerField(_("emplacements"), default=15)
    charging = models.CharField(
        _("charge"), max_length=10, choices=Charging.choices, default=Charging.UNKNOWN
    )
    charging_at = models.DateTimeField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(charging="unknown") | Q(charging_at__isnull=False),
                name="cart_charge_seen_at_an_instant",
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
    ``classrooms.actions``, which write the history in the same transaction. ``macs`` are
    normalised (``rules.normalise_mac``); ``extra`` holds the values of its category's own
    fields by key (``classrooms.extras``).
    """

    class State(models.TextChoices):
        SPARE = "spare", _("En réserve")
        IN_USE = "in_use", _("En service")
        BROKEN = "broken", _("En panne")
        REPAIR = "repair", _("À l’atelier")
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
        STATE = "state", _("Plan de relance de l’État")
        QUARTER = "quarter", _("Cité éducative")
        GIFT = "gift", _("Don")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.DEVICE_MOVES

    asset_tag = models.CharField(_("numéro d’inventaire"), max_length=20, unique=True)
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
    macs = models.JSONField(_("adresses MAC"), default=list, blank=True)
    extra = models.JSONField(_("champs propres"), default=dict, blank=True)
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
    def is_missing(self) -> bool:
        """True while nobody knows where it is."""
        return self.state in rules.MISSING

    @property
    def current_school(self) -> School | None:
        """The school where it stands, through its cart if it has one."""
        return self.cart.school if self.cart else self.school

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return self.cart.place if self.cart else str(self.school or self.depot or "")


class DeviceAddress(models.Model):
    """The network addresses of live devices, each once.

    Triggers keep it as ``Device.macs`` says, whoever writes: the constraint is the point.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="addresses")
    mac = models.CharField(max_length=17, unique=True)

    def __str__(self) -> str:
        return self.mac
