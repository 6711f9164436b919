"""A count of a cart, or of what a school has outside carts; its scans; what it found."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits import access
from classrooms.audits.models.campaigns import Campaign
from classrooms.models import Cart, Device
from core import clock
from enrolment.schools.models import School


class Audit(models.Model):
    """A count. ``cart`` is None for what a school has outside its carts.

    Two people who count the same cart at once join the same count: one is open at most.
    """

    class State(models.TextChoices):
        OPEN = "open", _("En cours")
        CLOSED = "closed", _("Clos")
        DROPPED = "dropped", _("Abandonné")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        "open": frozenset({"closed", "dropped"}),
        "closed": frozenset(),
        "dropped": frozenset(),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="audits"
    )
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="audits"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("contrôle")
        constraints = [
            models.UniqueConstraint(
                fields=["cart"],
                condition=Q(state="open", cart__isnull=False),
                name="audit_open_once_per_cart",
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(state="open", cart__isnull=True),
                name="audit_open_once_per_school",
            ),
            models.CheckConstraint(
                condition=Q(cart__isnull=False) | Q(school__isnull=False),
                name="audit_of_something",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="audit_closed_when_told",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """True while one can scan."""
        return self.state == self.State.OPEN

    @property
    def has_left(self) -> bool:
        """True when the cart stands elsewhere than where its count began."""
        return self.cart is not None and self.cart.school_id != self.school_id

    @property
    def title(self) -> str:
        """What is counted, in words."""
        return self.cart.name if self.cart else str(_("Appareils hors chariot"))

    @property
    def place(self) -> str:
        """Where it is counted."""
        return str(self.school) if self.school else self.cart.place if self.cart else ""


class Scan(models.Model):
    """One act of scanning, named by the telephone that did it, so that it counts once.

    ``text`` is what was read; empty while only the taking back of it has come in. ``device``
    is what it named for whoever scanned it, None for what they do not know or may not see.
    ``displaced`` is what had the slot that its move gave it.
    """

    class Via(models.TextChoices):
        TYPED = "typed", _("Saisi")
        CAMERA = "camera", _("Appareil photo")
        TAP = "tap", _("Coché")
        API = "api", _("Autre logiciel")

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="scans")
    client_id = models.UUIDField()
    text = models.CharField(max_length=200, blank=True)
    device = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="scans"
    )
    via = models.CharField(max_length=8, choices=Via.choices, default=Via.TYPED)
    at = models.DateTimeField(default=clock.now)
    scanned_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone = models.BooleanField(default=False)
    moved = models.BooleanField(default=False)
    displaced = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.ScanQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("scan")
        constraints = [
            models.UniqueConstraint(fields=["audit", "client_id"], name="scan_counts_once"),
        ]

    def __str__(self) -> str:
        return self.text or str(self.client_id)


class AuditLine(models.Model):
    """What a closed count says of one device."""

    class Verdict(models.TextChoices):
        HERE = "here", _("Vu à sa place")
        MOVED = "moved", _("Déplacé ici")
        ELSEWHERE = "elsewhere", _("Vu, mais sa place est ailleurs")
        MISSING = "missing", _("Manquant")
        AWAY = "away", _("Absence connue")

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="lines")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="audit_lines")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    slot = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = access.LineQuerySet.as_manager()

    class Meta:
        ordering = ["slot", "pk"]
        verbose_name = _("ligne de contrôle")
        constraints = [
            models.UniqueConstraint(fields=["audit", "device"], name="audit_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} #{self.device_id}"
