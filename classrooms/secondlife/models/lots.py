"""Lots of devices that leave the city: given away, or handed over to be recycled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Device
from classrooms.secondlife import access, rules
from classrooms.secondlife.models.wipes import Wipe
from core import clock
from core.documents import Document


class Recipient(models.Model):
    """Who may receive devices: an association, a public body, an eco-organisation."""

    class Ground(models.TextChoices):
        SCHOOL = "school", _("Association d’éducation, de parents ou de réemploi (CG3P, 3°)")
        RELIEF = "relief", _("Association d’assistance aux plus démunis (CG3P, 2°)")
        PUBLIC = "public", _("Autre personne publique (centre social, CCAS…)")
        RECYCLER = "recycler", _("Éco-organisme agréé pour les déchets électriques")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=120, unique=True)
    ground = models.CharField(_("à quel titre"), max_length=8, choices=Ground.choices)
    registration = models.CharField(_("numéro RNA, SIREN ou SIRET"), max_length=14)
    address = models.CharField(_("adresse"), max_length=160)
    postcode = models.CharField(_("code postal"), max_length=5)
    town = models.CharField(_("commune"), max_length=60)
    contact = models.CharField(_("personne à joindre"), max_length=80, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)
    is_active = models.BooleanField(_("peut recevoir des lots"), default=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = access.SecondLifeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("bénéficiaire")

    def __str__(self) -> str:
        return self.name

    @property
    def recycles(self) -> bool:
        """True for an eco-organisation."""
        return self.ground == self.Ground.RECYCLER


class Lot(models.Model):
    """Devices that leave together, to one recipient, under one paper."""

    class Kind(models.TextChoices):
        GIFT = "gift", _("Don")
        RECYCLING = "recycling", _("Recyclage")

    class State(models.TextChoices):
        DRAFT = "draft", _("En préparation")
        PROPOSED = "proposed", _("Proposé")
        ACCEPTED = "accepted", _("Accepté")
        GONE = "gone", _("Remis")
        CANCELLED = "cancelled", _("Abandonné")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.LOT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="lots")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(default=clock.now)
    gone_on = models.DateField(_("remis le"), null=True, blank=True)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_name = models.CharField(_("signé par"), max_length=80, blank=True)
    receipt = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    slip_number = models.CharField(_("numéro du bordereau (BSD)"), max_length=40, blank=True)
    weight_grams = models.PositiveIntegerField(_("poids (grammes)"), null=True, blank=True)

    objects = access.SecondLifeQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("lot")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="gone", gone_on__isnull=False)
                | (~Q(state="gone") & Q(gone_on__isnull=True)),
                name="lot_gone_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="gone", kind="recycling")
                | (~Q(slip_number="") & Q(weight_grams__gt=0)),
                name="lot_recycled_has_slip",
            ),
            models.UniqueConstraint(
                fields=["slip_number"], condition=~Q(slip_number=""), name="lot_slip_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def weight_kg(self) -> Decimal | None:
        """What it weighed, to the gram."""
        return None if self.weight_grams is None else Decimal(self.weight_grams) / 1000


class LotLine(models.Model):
    """One device of a lot. It carries the wipe that lets it leave, or says it keeps no data.

    The database refuses a line without either (migration 0002), and a device in two lots.
    ``standing`` is false once the lot is given up.
    """

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="lines")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="lot_lines")
    wipe = models.ForeignKey(Wipe, null=True, on_delete=models.PROTECT, related_name="+")
    no_storage = models.BooleanField(default=False)
    standing = models.BooleanField(default=True)

    objects = access.LotLineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(standing=True), name="lot_device_once"
            ),
            models.CheckConstraint(
                condition=Q(wipe__isnull=False) | Q(no_storage=True), name="lot_line_clean"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.device_id}"
