"""Who pays for a child, from a day on."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families import access
from families.models.children import Child
from families.models.household import Guardian


class PayerRule(models.Model):
    """Who pays for a child from a day on; the newest rule in force on a service day counts.

    ``single``: one share. ``percentage``: shares with ``percent`` adding up to 100.
    ``alternating``: one share for odd and one for even ISO weeks (weeks 53 and 1 are both
    odd: the rule follows the calendar, not a count of weeks). A rule that makes somebody
    else pay is a proposal, without effect, until each of them has agreed (``PayerShare``):
    that is ``agreed_at``. ``ends_on`` is the first day
    on which somebody it names is no longer responsible: the rule is over, none takes over.
    """

    class Mode(models.TextChoices):
        SINGLE = "single", _("Une seule personne paie")
        PERCENTAGE = "percentage", _("Partage en pourcentage")
        ALTERNATING = "alternating", _("Une semaine sur deux")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="payer_rules")
    mode = models.CharField(max_length=12, choices=Mode.choices)
    valid_from = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True, default=clock.now)

    objects = access.PayerRuleQuerySet.as_manager()

    class Meta:
        ordering = ["child", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "valid_from"],
                condition=Q(agreed_at__isnull=False),
                name="payer_rule_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(agreed_at__isnull=True),
                name="payer_rule_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("valid_from")),
                name="payer_rule_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.mode} ({self.valid_from:%Y-%m-%d})"


class PayerShare(models.Model):
    """One payer within a rule; ``agreed_at`` counts while the rule is a proposal."""

    class Weeks(models.TextChoices):
        ALL = "all", _("Toutes les semaines")
        ODD = "odd", _("Semaines impaires")
        EVEN = "even", _("Semaines paires")

    rule = models.ForeignKey(PayerRule, on_delete=models.CASCADE, related_name="shares")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="payer_shares")
    percent = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    weeks = models.CharField(max_length=4, choices=Weeks.choices, default=Weeks.ALL)
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "guardian", "weeks"], name="payer_share_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="payer_share_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id}: {self.percent} % ({self.weeks})"
