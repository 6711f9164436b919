"""What makers are asked to mend or replace under their warranty, and what they answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Device, Incident
from classrooms.workshop import access, rules
from classrooms.workshop.models.repairs import Repair
from core import clock
from enrolment.schools.models import School


class Claim(models.Model):
    """One device claimed from its maker; at most one claim of a device is open.

    ``reference`` is the maker's own number. Replaced, a device keeps the city's number and
    gets the new one's serial (``serial_before``, ``serial_after``), or another device enters
    the fleet (``replacement``).
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("Préparée")
        SENT = "sent", _("Envoyée")
        ACCEPTED = "accepted", _("Acceptée, retour attendu")
        REPLACED = "replaced", _("Appareil remplacé")
        MENDED = "mended", _("Appareil réparé")
        REFUSED = "refused", _("Refusée")
        WITHDRAWN = "withdrawn", _("Abandonnée")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.CLAIM_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="claims")
    repair = models.ForeignKey(
        Repair, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    maker = models.CharField(_("fabricant"), max_length=60)
    fault = models.CharField(_("défaut constaté"), max_length=500)
    reference = models.CharField(_("numéro de dossier"), max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_on = models.DateField(_("envoyée le"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer = models.CharField(_("réponse"), max_length=500, blank=True)
    serial_before = models.CharField(max_length=40)
    serial_after = models.CharField(max_length=40, blank=True)
    replacement = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        verbose_name = _("demande de garantie")
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(closed_at__isnull=True), name="claim_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "sent", "accepted"], closed_at__isnull=True)
                | (~Q(state__in=["prepared", "sent", "accepted"]) & Q(closed_at__isnull=False)),
                name="claim_closed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "withdrawn"]) | Q(sent_on__isnull=False),
                name="claim_sent_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced") & ~Q(serial_after="")
                | (~Q(state="replaced") & Q(serial_after="", replacement__isnull=True)),
                name="claim_replaced_has_serial",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True)
                | Q(sent_on__isnull=True)
                | Q(answered_on__gte=F("sent_on")),
                name="claim_answered_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"G-{self.pk:05d}" if self.pk else "G"

    @property
    def is_open(self) -> bool:
        """True until it ends."""
        return self.closed_at is None

    def waits_since(self, today: dt.date) -> int | None:
        """Return for how many days the maker has not answered; None when it has, or need not."""
        if self.state != self.State.SENT or self.sent_on is None:
            return None
        return (today - self.sent_on).days
