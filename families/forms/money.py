"""Who pays, and at which quotient."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from families.forms.base import ConditionalForm, DateInput
from families.models import IncomeFile, PayerRule


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
        help_text=_("Seulement pour un partage. L'autre paie le reste."),
        min_value=1,
        max_value=99,
        required=False,
        initial=50,
    )
    valid_from = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)

    def __init__(self, *args: Any, payers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]
        if len(payers) < 2:
            self.fields["mode"].choices = PayerRule.Mode.choices[:1]  # type: ignore[attr-defined]
            self.fields["mode"].initial = PayerRule.Mode.SINGLE


class IncomeForm(forms.Form):
    """A household declares its family quotient."""

    quotient = forms.IntegerField(
        label=_("Quotient familial, en euros par mois"),
        help_text=_("Il figure sur l'attestation de la CAF, par exemple 742."),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    proof = forms.FileField(
        label=_("Attestation"),
        help_text=_("Photo ou PDF, 10 Mo au plus. Elle est effacée dès qu'elle a été vérifiée."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )


class IncomeCheckForm(forms.Form):
    """An agent confirms a declaration as the proof shows it."""

    quotient = forms.IntegerField(
        label=_("Quotient lu sur l'attestation"),
        min_value=0,
        max_value=20_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    source = forms.ChoiceField(
        label=_("Origine"), choices=IncomeFile.Source.choices[:2], widget=forms.RadioSelect
    )
    valid_from = forms.DateField(label=_("Valable du"), widget=DateInput())
    valid_until = forms.DateField(label=_("Jusqu'au"), widget=DateInput(), required=False)


class IncomeRefuseForm(forms.Form):
    """Why a declaration is turned down."""

    reason = forms.CharField(label=_("Motif, tel que la famille le lira"), max_length=200)
