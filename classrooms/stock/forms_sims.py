"""Forms of the SIM cards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Depot
from classrooms.stock.models import SimCard
from classrooms.stock.queries.sims import operators
from core.accounts.models import User
from payments.forms import EurosField

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class SimFilterForm(forms.Form):
    """What to keep of the cards; lives in the address."""

    q = forms.CharField(
        label=_("Carte, téléphone, appareil ou chariot"), required=False, max_length=60
    )
    state = forms.ChoiceField(
        label=_("Situation"),
        required=False,
        choices=[("", _("Toutes, sauf résiliées")), *SimCard.State.choices],
    )
    operator = forms.ChoiceField(label=_("Opérateur"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["operator"].choices = [("", _("Tous")), *((n, n) for n in operators(user))]

    def wanted(self) -> dict[str, str]:
        """Return what was asked for; a choice that does not exist asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "text": given.get("q", ""),
            "state": given.get("state", ""),
            "operator": given.get("operator", ""),
        }


class SimForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is said of a card. Never its PIN."""

    iccid = forms.CharField(
        label=_("Numéro de carte (ICCID)"),
        max_length=40,
        help_text=_("Les 19 ou 20 chiffres imprimés sur la carte."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    monthly_cents = EurosField(label=_("Coût par mois, en euros"), required=False)
    depot = forms.ModelChoiceField(label=_("Reçue à"), queryset=Depot.objects.none())

    class Meta:
        model = SimCard
        fields = (
            *("iccid", "phone", "operator", "data_gb", "contract", "contract_end"),
            "monthly_cents",
        )
        widgets = {
            "phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
            "data_gb": forms.TextInput(attrs=_NUMBER),
            "contract_end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["data_gb"].help_text = _("0 : sans limite.")
        if self.instance.pk:
            del fields["iccid"], fields["depot"]
        else:
            depots = Depot.objects.order_by("name")
            fields["depot"].queryset = depots
            fields["depot"].initial = depots.first()

    def clean_monthly_cents(self) -> int:
        """Take nothing for nil."""
        return int(self.cleaned_data["monthly_cents"] or 0)

    def clean_phone(self) -> str:
        """Keep digits and the plus sign of a number."""
        text = str(self.cleaned_data["phone"])
        return "".join(char for char in text if char.isdigit() or char == "+")


class TargetForm(forms.Form):
    """Into which device or cart a card goes: typed or scanned."""

    target = forms.CharField(
        label=_("Dans quel appareil ou chariot ?"),
        max_length=200,
        help_text=_("Tapez son numéro, ou scannez son étiquette."),
    )


class SwapForm(forms.Form):
    """Which spare card takes the place."""

    spare = forms.ChoiceField(label=_("Par quelle carte ?"))

    def __init__(self, *args: Any, spares: list[SimCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {str(sim.pk): sim for sim in spares}
        fields: dict[str, Any] = self.fields
        fields["spare"].choices = [
            (key, f"{sim.iccid} · {sim.operator}") for key, sim in self.by_key.items()
        ]
