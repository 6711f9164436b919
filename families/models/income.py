"""Households' family quotients, as declared and checked."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families import access
from families.access.income import QuotientRequestQuerySet
from families.models.household import Guardian, Household


class IncomeFile(models.Model):
    """A household's family quotient in whole euros a month, as checked, from a day on.

    No file in force on a service day means the top tariff. ``proof``, ``reference_income`` and
    ``tax_shares`` go once it is checked or refused: the quotient is all that billing needs.
    ``declared_at`` is the day of the family, ``checked_by`` nobody for what the CAF sent.
    """

    class Source(models.TextChoices):
        CAF = "caf", _("Attestation de la CAF")
        TAX = "tax", _("Avis d’imposition")
        DECLARED = "declared", _("Déclaré, en attente de contrôle")
        API = "api", _("Reçu de la CAF ou de la MSA")

    class Basis(models.TextChoices):
        """What a declaration rests on."""

        CAF = "caf", _("Attestation de la CAF ou de la MSA")
        TAX = "tax", _("Avis d’imposition")

    class Refusal(models.TextChoices):
        """Why a declaration is turned down, as the family reads it."""

        UNREADABLE = "unreadable", _("La pièce est illisible.")
        OLD = "old", _("La pièce est trop ancienne : il faut la plus récente.")
        OTHER_PAPER = "other_paper", _("Ce n’est pas la pièce attendue.")
        OTHER_PEOPLE = "other_people", _("La pièce n’est pas à votre nom.")
        INCOMPLETE = "incomplete", _("Il manque des pages.")
        OTHER = "other", _("Autre raison")

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="income_files")
    family_quotient = models.PositiveIntegerField(_("quotient familial (euros par mois)"))
    source = models.CharField(max_length=10, choices=Source.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(_("motif du refus"), max_length=200, blank=True)
    refusal_code = models.CharField(max_length=12, choices=Refusal.choices, blank=True)
    basis = models.CharField(max_length=3, choices=Basis.choices, default=Basis.CAF)
    reference_income = models.PositiveIntegerField(
        _("revenu fiscal de référence"), null=True, blank=True
    )
    tax_shares = models.DecimalField(
        _("nombre de parts"), max_digits=4, decimal_places=2, null=True, blank=True
    )

    objects = access.IncomeFileQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "valid_from"],
                condition=Q(checked_at__isnull=False),
                name="income_file_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(checked_at__isnull=True, refused_at__isnull=True),
                name="income_file_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True) | Q(refused_at__isnull=True),
                name="income_file_checked_or_refused",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, refused_at__isnull=True)
                | Q(reference_income__isnull=True, tax_shares__isnull=True),
                name="income_file_settled_keeps_value_only",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="income_file_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.valid_from:%Y-%m-%d})"

    @property
    def is_waiting(self) -> bool:
        """True while it awaits an agent."""
        return self.checked_at is None and self.refused_at is None

    @property
    def is_current(self) -> bool:
        """True when this file sets today's tariff."""
        return self.in_force(clock.today())

    def in_force(self, day: dt.date) -> bool:
        """Tell whether this checked file sets the tariff on a service day."""
        return (
            self.checked_at is not None
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


class IncomeRule(models.Model):
    """What the council voted about quotients, from a day on; old votes stay for old days.

    ``retroactive``: a quotient may count from ``max_days`` before the day it was declared on.
    Files end on ``end_day``/``end_month``; families are reminded ``remind_days`` before.
    """

    class Rounding(models.TextChoices):
        DOWN = "down", _("à l’euro inférieur")
        NEAREST = "nearest", _("à l’euro le plus proche")
        UP = "up", _("à l’euro supérieur")

    valid_from = models.DateField(_("en vigueur à partir du"), unique=True)
    resolution = models.CharField(_("délibération"), max_length=120)
    rounding = models.CharField(
        _("arrondi du quotient calculé"),
        max_length=8,
        choices=Rounding.choices,
        default=Rounding.DOWN,
    )
    retroactive = models.BooleanField(_("effet rétroactif"), default=False)
    max_days = models.PositiveSmallIntegerField(_("jours de rétroactivité au plus"), default=0)
    end_month = models.PositiveSmallIntegerField(_("fin de validité : mois"), default=8)
    end_day = models.PositiveSmallIntegerField(_("fin de validité : jour"), default=31)
    remind_days = models.PositiveSmallIntegerField(_("jours de rappel avant la fin"), default=75)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=~Q(resolution=""), name="income_rule_has_resolution"),
            models.CheckConstraint(
                condition=Q(retroactive=True, max_days__gt=0) | Q(retroactive=False, max_days=0),
                name="income_rule_days_if_retroactive",
            ),
            models.CheckConstraint(
                condition=Q(end_month__gte=1, end_month__lte=12, end_day__gte=1, end_day__lte=31),
                name="income_rule_end_is_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resolution} ({self.valid_from:%Y-%m-%d})"


class QuotientRequest(models.Model):
    """A household asks the city to fetch its quotient from the CAF or the MSA.

    The row is there before the call. ``identity`` is what the call needs (birth date and
    place); it goes as soon as there is an answer, whatever it is. ``consent`` names the words
    that were agreed to.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("demandé")
        FOUND = "found", _("reçu")
        NOT_FOUND = "not_found", _("aucun dossier")
        UNKNOWN = "unknown", _("identité non reconnue")
        DOWN = "down", _("service sans réponse")
        SUPERSEDED = "superseded", _("remplacé par une déclaration vérifiée")

    MOVES = {
        State.ASKED: {State.FOUND, State.NOT_FOUND, State.UNKNOWN, State.DOWN, State.SUPERSEDED}
    }

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="quotient_requests"
    )
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    consent = models.CharField(max_length=20)
    identity = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = QuotientRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="asked"), name="quotient_due_idx"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(state="asked"), name="quotient_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at__isnull=True, identity__isnull=False)
                | Q(ended_at__isnull=False, identity__isnull=True),
                name="quotient_answer_keeps_no_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.state})"


class IncomeReminder(models.Model):
    """A household was reminded to renew its quotient before a school year; once."""

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="income_reminders"
    )
    year_starts_on = models.DateField()
    queued_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year_starts_on"], name="income_reminded_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.year_starts_on:%Y})"
