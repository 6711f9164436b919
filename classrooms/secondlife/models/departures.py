"""How devices leave service: proposed, looked at on the bench, written off in a sitting."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Device, DeviceCategory, Incident
from classrooms.secondlife import access, rules
from core import clock


class Media(models.TextChoices):
    """What keeps data in a device."""

    FLASH = "flash", _("Mémoire flash soudée (tablette)")
    SSD = "ssd", _("Disque SSD")
    HDD = "hdd", _("Disque dur magnétique")
    NONE = "none", _("Aucune mémoire de données")


class OldSystem(models.Model):
    """A system that its maker keeps safe no longer, for one kind of device."""

    category = models.ForeignKey(DeviceCategory, on_delete=models.CASCADE, related_name="+")
    version = models.CharField(_("système"), max_length=40)
    since = models.DateField(_("sans mises à jour depuis le"), default=clock.today)

    objects = access.SecondLifeQuerySet.as_manager()

    class Meta:
        ordering = ["category", "version"]
        constraints = [
            models.UniqueConstraint(fields=["category", "version"], name="old_system_once"),
        ]

    def __str__(self) -> str:
        return self.version


class Sitting(models.Model):
    """A dated sitting in which the city's manager writes devices off; closed, it is final."""

    class State(models.TextChoices):
        OPEN = "open", _("En préparation")
        CLOSED = "closed", _("Arrêtée")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {"open": frozenset({"closed"})}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    held_on = models.DateField(_("date de la séance"))
    present = models.CharField(_("personnes présentes"), max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.SittingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        verbose_name = _("séance de réforme")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="sitting_closed_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Departure(models.Model):
    """One device's way out of service: why, who decided it, where it goes.

    Every device written off has one. ``last_used_at`` is when it last served somebody, noted
    at the decision: a wipe must come after. ``worth_cents`` is what it may still be worth.
    """

    class Reason(models.TextChoices):
        AGE = "age", _("Durée de vie dépassée")
        SYSTEM = "system", _("Système sans mises à jour")
        IRREPARABLE = "irreparable", _("Irréparable, ou réparation trop chère")
        SURPLUS = "surplus", _("Plus d’usage dans les écoles")
        LOST = "lost", _("Perdu ou volé")
        MISTAKE = "mistake", _("Entré par erreur")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposé à la réforme")
        DECIDED = "decided", _("Réformé")
        GONE = "gone", _("Sorti")
        REFUSED = "refused", _("Gardé")
        REUSED = "reused", _("Remis en réserve")

    class Destination(models.TextChoices):
        GIVE = "give", _("À donner")
        RECYCLE = "recycle", _("À recycler")
        NONE = "none", _("Rien à remettre")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.DEPARTURE_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="departures")
    reason = models.CharField(_("motif"), max_length=12, choices=Reason.choices)
    note = models.CharField(_("précision"), max_length=200, blank=True)
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(default=clock.now)
    media = models.CharField(_("mémoire"), max_length=6, choices=Media.choices, blank=True)
    destination = models.CharField(
        _("destination"), max_length=8, choices=Destination.choices, blank=True
    )
    worth_cents = models.PositiveIntegerField(_("valeur restante (centimes)"), default=0)
    sitting = models.ForeignKey(
        Sitting, null=True, blank=True, on_delete=models.PROTECT, related_name="departures"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = access.DeviceDepartureQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        verbose_name = _("réforme")
        indexes = [models.Index(fields=["state", "proposed_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(state__in=["proposed", "decided", "gone"]),
                name="departure_standing_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "gone"])
                | (Q(decided_at__isnull=False) & ~Q(destination="")),
                name="departure_decided_says_where",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "gone"])
                | Q(sitting__isnull=False)
                | Q(reason="mistake"),
                name="departure_decided_in_sitting",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "decided"], ended_at__isnull=True)
                | Q(state__in=["gone", "refused", "reused"], ended_at__isnull=False),
                name="departure_ended_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(destination="give")
                | ~Q(state__in=["decided", "gone"])
                | Q(worth_cents__lte=rules.GIFT_CEILING_CENTS),
                name="departure_gift_worth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}: {self.state}"

    @property
    def is_pending(self) -> bool:
        """True until somebody decides."""
        return self.state == self.State.PROPOSED


class Triage(models.Model):
    """What the bench found: grade, tests, parts put in."""

    class Grade(models.TextChoices):
        A = "A", _("A : comme neuf")
        B = "B", _("B : bon état, traces d’usage")
        C = "C", _("C : fonctionne, marqué")
        D = "D", _("D : ne fonctionne pas")

    class Test(models.TextChoices):
        SCREEN = "screen", _("Écran et tactile")
        BATTERY = "battery", _("Batterie et charge")
        KEYS = "keys", _("Clavier et boutons")
        NETWORK = "network", _("Wi-Fi")
        SOUND = "sound", _("Son et micro")
        CAMERA = "camera", _("Appareil photo")
        CASE = "case", _("Coque et connecteurs")

    class Mark(models.TextChoices):
        GOOD = "good", _("Bon")
        BAD = "bad", _("À changer")
        NONE = "none", _("N’en a pas")

    departure = models.OneToOneField(Departure, on_delete=models.CASCADE, related_name="triage")
    grade = models.CharField(_("grade"), max_length=1, choices=Grade.choices)
    tests = models.JSONField(default=dict)
    parts = models.CharField(_("pièces posées"), max_length=300, blank=True)
    parts_cents = models.PositiveIntegerField(_("coût des pièces (centimes)"), default=0)
    note = models.CharField(_("remarque"), max_length=300, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["departure"]

    def __str__(self) -> str:
        return f"{self.departure_id}: {self.grade}"
