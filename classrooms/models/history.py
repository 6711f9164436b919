"""The fleet's append-only history: one event, one truth."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms import access
from classrooms.models.fleet import Cart, Device
from classrooms.models.incidents import Incident
from classrooms.models.movements import HandOut
from core import clock
from enrolment.schools.models import School

#: What of a device is told by its events; the rest is fixed or measured.
TOLD = ("state", "condition", "cart", "slot", "school", "depot")
#: What a device's sheet says beside: told when a table or a person corrects it.
CARD = (
    *("asset_tag", "serial", "model", "purchased_on", "cost_cents", "funding", "warranty_end"),
    *("macs", "extra", "os_version"),
)


def plain(value: Any) -> Any:
    """Return a field's value as an event keeps it: rows by number, days as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.pk if isinstance(value, models.Model) else value


class FleetEvent(models.Model):
    """One thing that happened to one device.

    ``changes`` maps each field that moved to its value before and after (``state``,
    ``condition``, ``cart``, ``slot``, ``school``, ``depot`` as ids or codes): folding a
    device's events in order gives its present row. ``school`` is where it happened, and
    decides who may read it. A database trigger refuses updates and deletions.
    """

    class Kind(models.TextChoices):
        ENTERED = "entered", _("Entré dans le parc")
        MOVED = "moved", _("Déplacé")
        HANDED_OUT = "handed_out", _("Remis")
        RETURNED = "returned", _("Rendu")
        REPORTED = "reported", _("Panne signalée")
        TAKEN_ON = "taken_on", _("Panne prise en charge")
        SWAPPED_OUT = "swapped_out", _("Retiré, remplacé par un autre")
        SWAPPED_IN = "swapped_in", _("Mis à la place d’un autre")
        SETTLED = "settled", _("Panne réglée")
        CHANGED = "changed", _("Situation modifiée")
        IMPORTED = "imported", _("Mis à jour par un tableau")
        CORRECTED = "corrected", _("Fiche corrigée")
        RESTORED = "restored", _("Remis comme avant : tableau annulé")
        WITHDRAWN = "withdrawn", _("Sorti du parc : tableau annulé")
        SEEN = "seen", _("Vu lors d’un contrôle")
        MISSED = "missed", _("Manquant lors d’un contrôle")
        DISPATCHED = "dispatched", _("Parti vers une autre école")
        ARRIVED = "arrived", _("Arrivé")
        MENDED = "mended", _("Passé à l’atelier")
        CLAIMED = "claimed", _("Garantie demandée")
        RENEWED = "renewed", _("Reconditionné")
        WIPED = "wiped", _("Données effacées")
        UNWIPED = "unwiped", _("Effacement retiré : noté par erreur")
        GIVEN = "given", _("Donné")
        RECYCLED = "recycled", _("Recyclé")

    at = models.DateTimeField(default=clock.now, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="events")
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    cart = models.ForeignKey(Cart, null=True, on_delete=models.PROTECT, related_name="events")
    hand_out = models.ForeignKey(HandOut, null=True, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    via = models.CharField(max_length=30, default="web")
    changes = models.JSONField(default=dict)

    objects = access.FleetEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["device", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} #{self.device_id}"
