"""Help: places where people are helped, mandates a family signs, sessions of acting for it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.acting import Scope
from core.documents import Document
from families.access import assisted as access
from families.models.household import Guardian
from families.rules import MANDATE_DAYS, OPEN_MANDATE, mandate_covers


class HelpPlace(models.Model):
    """An association or a desk of the city where helpers work; posts name it by ``code``."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    address = models.CharField(_("adresse"), max_length=160, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Scoped(models.Model):
    """What a mandate or a session reaches: one column a scope, at least one of them true."""

    for_family = models.BooleanField(default=False)
    for_applications = models.BooleanField(default=False)
    for_canteen = models.BooleanField(default=False)
    for_messages = models.BooleanField(default=False)
    for_payments = models.BooleanField(default=False)
    for_income = models.BooleanField(default=False)
    for_health = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def scopes(self) -> frozenset[str]:
        """Codes of the scopes reached."""
        return frozenset(scope for scope in Scope.values if getattr(self, f"for_{scope}"))

    @property
    def scope_labels(self) -> list[str]:
        """The same in plain words, in order."""
        return [str(scope.label) for scope in Scope if getattr(self, f"for_{scope.value}")]


def _some_scope() -> Q:
    condition = Q()
    for scope in Scope.values:
        condition |= Q(**{f"for_{scope}": True})
    return condition


class AssistanceMandate(Scoped):
    """A family lets one helper act for it, for so many days, within chosen scopes.

    Signed on the screen by the family itself, it begins that day. Signed on paper, it
    begins the day an agent has checked the stored scan. The first day counts as one and
    the last day lasts until midnight in Paris.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("À signer")
        TO_CHECK = "to_check", _("Signé sur papier, à vérifier")
        ACTIVE = "active", _("En cours")
        ENDED = "ended", _("Terminé")
        REVOKED = "revoked", _("Arrêté avant la fin")
        REFUSED = "refused", _("Papier refusé")
        DROPPED = "dropped", _("Abandonné")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.ACTIVE, State.TO_CHECK, State.DROPPED},
        State.TO_CHECK: {State.ACTIVE, State.REFUSED, State.DROPPED},
        State.ACTIVE: {State.ENDED, State.REVOKED},
    }

    class Signature(models.TextChoices):
        SCREEN = "screen", _("À l’écran")
        PAPER = "paper", _("Sur papier")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="mandates")
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates_held"
    )
    place = models.ForeignKey(HelpPlace, on_delete=models.PROTECT, related_name="mandates")
    days = models.PositiveSmallIntegerField(_("durée"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    signature = models.CharField(max_length=6, choices=Signature.choices)
    signed_at = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    scan = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scanned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "helper"],
                condition=Q(state__in=sorted(OPEN_MANDATE)),
                name="mandate_one_open_per_helper",
            ),
            models.CheckConstraint(
                condition=Q(days__in=sorted(MANDATE_DAYS)), name="mandate_days_allowed"
            ),
            models.CheckConstraint(condition=_some_scope(), name="mandate_for_something"),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "ended", "revoked"])
                | Q(
                    signed_at__isnull=False,
                    starts_on__isnull=False,
                    last_day__gte=F("starts_on"),
                ),
                name="mandate_in_force_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="active", signature="paper")
                | Q(scan__isnull=False, checked_by__isnull=False),
                name="mandate_paper_is_checked",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("scanned_by")),
                name="mandate_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.helper_id} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        """True while it waits for a signature, for a check, or is in force."""
        return self.state in OPEN_MANDATE

    def in_force(self, day: dt.date) -> bool:
        """Tell whether the helper may act on a day (Paris)."""
        return self.state == self.State.ACTIVE and mandate_covers(
            self.starts_on, self.last_day, day
        )


class AssistedSession(Scoped):
    """A stretch of time in which an agent or a helper acts for a family."""

    class Reason(models.TextChoices):
        DESK = "desk", _("Au guichet, la personne est avec moi")
        PHONE = "phone", _("Au téléphone, j’ai vérifié qui appelle")
        PAPER = "paper", _("Un dossier papier à saisir")
        MANDATE = "mandate", _("Avec un mandat")

    class End(models.TextChoices):
        DONE = "done", _("Terminée")
        TIME = "time", _("Le temps est écoulé")
        LEFT = "left", _("Déconnexion")
        MANDATE = "mandate", _("Le mandat a pris fin")
        REVOKED = "revoked", _("La famille y a mis fin")
        RIGHTS = "rights", _("Le poste a pris fin")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assisted_sessions"
    )
    agent_title = models.CharField(max_length=120)
    guardian = models.ForeignKey(
        Guardian, on_delete=models.PROTECT, related_name="assisted_sessions"
    )
    mandate = models.ForeignKey(
        AssistanceMandate, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    reason = models.CharField(max_length=8, choices=Reason.choices)
    started_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=End.choices, blank=True)

    objects = access.AssistedSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(ended_at__isnull=True),
                name="assisted_session_one_per_agent",
            ),
            models.CheckConstraint(condition=_some_scope(), name="assisted_session_for_something"),
            models.CheckConstraint(
                condition=Q(mandate__isnull=True) ^ Q(reason="mandate"),
                name="assisted_session_mandate_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("started_at")), name="assisted_session_lasts"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="assisted_session_end_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} → {self.guardian_id} ({self.get_reason_display()})"
