"""Who pays, and at which quotient."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from families.forms.base import ConditionalForm, DateInput
from families.models import PayerRule


class PayersForm(ConditionalForm):
    """Who pays for a child, from when."""

    conditional = ("percent",)

    mode = forms.ChoiceField(
        label=_("Comment payer ?"), choices=PayerRule.Mode.choices, widget=forms.RadioSelect
    )
    payer = forms.ChoiceField(
        label=_("Qui paie tout, ou les semaines impaires ?"), widget=forms.RadioSelect
    )
    percent = forms.IntegerField(
        label=_("Sa part, en pourcentage"),
        help_text=_("Seulement pour un partage. L’autre paie le reste."),
        min_value=1,
        max_value=99,
        required=False,
        initial=50,
    )
    valid_from = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)

    def __init__(self, *args: Any, payers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]
        if len(payers) > 2:
            # Two parents and an institution, or a step-parent: say who takes the other part.
            self.fields["other"] = forms.ChoiceField(
                label=_("Qui paie l’autre part, ou les semaines paires ?"),
                choices=payers,
                widget=forms.RadioSelect,
                required=False,
            )
            self.order_fields(["mode", "payer", "other"])
        if len(payers) < 2:
            self.fields["mode"].choices = PayerRule.Mode.choices[:1]  # type: ignore[attr-defined]
            self.fields["mode"].initial = PayerRule.Mode.SINGLE
