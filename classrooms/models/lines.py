"""Internet lines of the schools."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from classrooms import access, rules
from core import clock
from enrolment.schools.models import School


class InternetLine(models.Model):
    """A line in service at a school: who sells it, how fast it is, what it costs a month.

    ``is_very_high_speed`` is computed by the database from the download speed. The contract
    is ended with ``notice_months`` of notice; ``told_for`` is the end of which the fleet's
    manager has been told. Once ``closed_on``, the line serves no more.
    """

    class Technology(models.TextChoices):
        FIBRE_PRO = "fibre_pro", _("Fibre dédiée")
        FIBRE = "fibre", _("Fibre mutualisée")
        VDSL = "vdsl", "VDSL2"
        ADSL = "adsl", "ADSL"
        MOBILE = "mobile", _("4G ou 5G")

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="internet_lines")
    reference = models.CharField(_("référence du contrat"), max_length=30, unique=True)
    operator = models.CharField(_("opérateur"), max_length=60)
    technology = models.CharField(_("technologie"), max_length=10, choices=Technology.choices)
    down_mbps = models.PositiveIntegerField(_("débit descendant (Mbit/s)"))
    up_mbps = models.PositiveIntegerField(_("débit montant (Mbit/s)"))
    monthly_cents = models.PositiveIntegerField(_("coût mensuel (centimes)"))
    starts_on = models.DateField(_("en service depuis"))
    contract_end = models.DateField(_("fin du contrat"))
    notice_months = models.PositiveSmallIntegerField(_("préavis (mois)"), default=3)
    closed_on = models.DateField(_("résiliée le"), null=True, blank=True)
    told_for = models.DateField(null=True, blank=True, editable=False)
    is_very_high_speed = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(down_mbps__gte=rules.VERY_HIGH_SPEED_MBPS), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(_("très haut débit")),
        db_persist=True,
    )

    objects = access.InternetLineQuerySet.as_manager()

    class Meta:
        ordering = ["school__name", "reference"]
        verbose_name = _("ligne Internet")
        constraints = [
            models.CheckConstraint(
                condition=Q(contract_end__gte=models.F("starts_on")),
                name="line_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(notice_months__lte=36), name="line_notice_sensible"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("starts_on")),
                name="line_closed_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def notice_by(self) -> dt.date:
        """The last day to end the contract."""
        return rules.add_months(self.contract_end, -self.notice_months)


class LineChange(models.Model):
    """What a line was until a day, and what it is since: speed, price, operator, contract."""

    line = models.ForeignKey(InternetLine, on_delete=models.CASCADE, related_name="past")
    since = models.DateField(_("depuis le"))
    changes = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = access.LineChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("changement d’une ligne")

    def __str__(self) -> str:
        return f"#{self.line_id} {self.since:%Y-%m-%d}"
