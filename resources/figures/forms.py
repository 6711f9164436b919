"""What editors and teachers fill in about costs and gaps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.forms import EurosField
from resources.catalogue.models import Resource
from resources.figures.models import GapReport, Subscription


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A contract: which resource, from when until when, for how much."""

    cost_cents = EurosField(
        label=_("Coût pour toute la période"), help_text=_("En euros, taxes comprises.")
    )

    class Meta:
        model = Subscription
        fields = (
            "resource",
            "starts_on",
            "ends_on",
            "cost_cents",
            "seats",
            "order_reference",
            "funded_by",
            "renews_itself",
        )
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "resource": _("Seules les ressources payantes sont proposées."),
            "seats": _("Laissez vide s’il n’y a pas de limite."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["resource"]
        offered = Q(cost=Resource.Cost.PAID) & ~Q(state=Resource.State.WITHDRAWN)
        choice.queryset = Resource.objects.filter(
            offered | Q(pk=self.instance.resource_id or 0)
        ).order_by("title", "pk")
        choice.empty_label = _("Choisissez")

    def clean(self) -> dict[str, Any]:
        """Check that the contract begins before it ends."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("Ce jour vient avant le premier."))
        return cleaned

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it under a lock."""


class GapForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is missing, in a few words."""

    class Meta:
        model = GapReport
        fields = ("wish",)
