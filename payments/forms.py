"""Forms of the revenue office and of the public simulator."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, money
from payments.models import DeskPayment, Tariff
from payments.rules.pricing import Step, problems_of


class EurosField(forms.CharField):
    """An amount as people type it (``12,50``); cleans to cents."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        """Return cents, or None for nothing; raises ValidationError."""
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            cents = money.parse_euros(str(text))
        except ValueError as error:
            raise forms.ValidationError(
                _("Écrivez un montant en euros, par exemple 12,50.")
            ) from error
        if cents < 0 or cents > 100_000_000:
            raise forms.ValidationError(_("Ce montant n’est pas possible."))
        return cents

    def prepare_value(self, value: Any) -> Any:
        """Show cents as a person would type them."""
        if isinstance(value, int):
            return f"{value // 100},{value % 100:02d}"
        return value


class QuotientForm(forms.Form):
    """The simulator's one question."""

    quotient = forms.IntegerField(
        label=gettext_lazy("Votre quotient familial, en euros par mois"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy(
            "Laissez vide si vous ne le connaissez pas : le tarif le plus élevé s’affichera."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class MonthForm(forms.Form):
    """Which month to bill: one that has begun and is not billed."""

    month = forms.ChoiceField(label=gettext_lazy("Mois à facturer"))

    def __init__(self, *args: Any, months: list[dt.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from core.dates import date_format

        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), date_format(month, "F Y").capitalize()) for month in months
        ]

    def clean_month(self) -> dt.date:
        """Return the first day of the month."""
        return dt.date.fromisoformat(self.cleaned_data["month"])


class DeskPaymentForm(forms.Form):
    """Cash or a cheque at the desk."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    method = forms.ChoiceField(
        label=gettext_lazy("Moyen de paiement"),
        choices=DeskPayment.Method.choices,
        widget=forms.RadioSelect,
    )
    amount = EurosField(label=gettext_lazy("Montant reçu"))
    reference = forms.CharField(
        label=gettext_lazy("Numéro du chèque"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Pour un chèque seulement."),
    )


class RefundForm(forms.Form):
    """How much of a payment to give back, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    amount = EurosField(label=gettext_lazy("Montant à rembourser"))
    reason = forms.CharField(label=gettext_lazy("Motif"), max_length=200)


class CreditNoteForm(forms.Form):
    """How many units of each line to take back; one field a line, ``line_<id>``."""

    reason = forms.CharField(
        label=gettext_lazy("Motif de la correction"),
        max_length=200,
        help_text=gettext_lazy("Écrit sur l’avoir que la famille reçoit."),
    )

    def __init__(
        self, *args: Any, left: dict[int, int], labels: dict[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        for pk, count in left.items():
            self.fields[f"line_{pk}"] = forms.IntegerField(
                label=labels[pk],
                min_value=0,
                max_value=count,
                required=False,
                initial=0,
                disabled=count == 0,
                help_text=_("De 0 à %(n)d") % {"n": count},
                widget=forms.NumberInput(attrs={"min": 0, "max": count}),
            )
        self.order_fields([*(f"line_{pk}" for pk in left), "reason"])

    @property
    def quantities(self) -> dict[int, int]:
        """What was asked for, by line id."""
        return {pk: self.cleaned_data.get(f"line_{pk}") or 0 for pk in self.left}


class InvoiceFilterForm(forms.Form):
    """What to keep of the list of invoices."""

    STATES = (
        ("", gettext_lazy("Toutes")),
        ("due", gettext_lazy("À payer")),
        ("overdue", gettext_lazy("En retard")),
        ("settled", gettext_lazy("Réglées")),
    )
    q = forms.CharField(label=gettext_lazy("Numéro ou nom"), required=False, max_length=80)
    state = forms.ChoiceField(label=gettext_lazy("État"), required=False, choices=STATES)
    month = forms.ChoiceField(label=gettext_lazy("Mois"), required=False)

    def __init__(self, *args: Any, months: list[dt.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from core.dates import date_format

        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", _("Tous")),
            *((m.isoformat(), date_format(m, "F Y").capitalize()) for m in months),
        ]


class TariffForm(forms.Form):
    """A new version of a service's prices. Nothing already in force can be changed."""

    valid_from = forms.DateField(
        label=gettext_lazy("En vigueur à partir du"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    resolution = forms.CharField(
        label=gettext_lazy("Délibération"),
        max_length=120,
        help_text=gettext_lazy("Numéro et date du vote, par exemple : 2026-118 du 27 juin 2026."),
    )
    rows = 10

    def __init__(self, *args: Any, tariff: Tariff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tariff = tariff
        if tariff.kind == Tariff.Kind.EFFORT_RATE:
            self._formula_fields(tariff)
        else:
            self._band_fields(tariff)

    def _formula_fields(self, tariff: Tariff) -> None:
        self.fields["rate_per_mille"] = forms.DecimalField(
            label=_("Taux d’effort, en ‰ du quotient"),
            min_value=Decimal("0.001"),
            max_digits=7,
            decimal_places=3,
            initial=tariff.rate_per_mille,
            localize=True,
        )
        self.fields["floor_cents"] = EurosField(
            label=_("Prix le plus bas"), initial=tariff.floor_cents
        )
        self.fields["ceiling_cents"] = EurosField(
            label=_("Prix le plus haut"), initial=tariff.ceiling_cents
        )

    def _band_fields(self, tariff: Tariff) -> None:
        bands = list(tariff.bands.all())
        for index in range(max(self.rows, len(bands) + 2)):
            band = bands[index] if index < len(bands) else None
            name = f"T{index + 1}"
            self.fields[f"limit_{index}"] = forms.IntegerField(
                label=_("%(band)s : quotient jusqu’à (€)") % {"band": name},
                required=False,
                min_value=0,
                max_value=100_000,
                initial=band.quotient_max if band else None,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"price_{index}"] = EurosField(
                label=_("%(band)s : prix (€)") % {"band": name},
                required=False,
                initial=band.unit_price_cents if band else None,
            )

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Bound fields of each band: limit and price."""
        count = sum(1 for name in self.fields if name.startswith("limit_"))
        return [(self[f"limit_{i}"], self[f"price_{i}"]) for i in range(count)]

    @property
    def steps(self) -> list[Step]:
        """The bands typed, without the empty ones, named in order."""
        found: list[Step] = []
        for index in range(len(self.pairs)):
            cents = self.cleaned_data.get(f"price_{index}")
            if cents is not None:
                limit = self.cleaned_data.get(f"limit_{index}")
                found.append(Step(f"T{len(found) + 1}", limit, cents))
        return found

    def clean_valid_from(self) -> dt.date:
        """A new version begins after today: what is in force stays as it was."""
        day: dt.date = self.cleaned_data["valid_from"]
        if day <= clock.today():
            raise forms.ValidationError(
                _("Choisissez une date à venir : les prix des jours passés ne changent pas.")
            )
        if Tariff.objects.filter(service=self.tariff.service, valid_from=day).exists():
            raise forms.ValidationError(_("Des prix sont déjà prévus à cette date."))
        return day

    def clean(self) -> dict[str, Any]:
        """Check the bands as a whole, in plain words."""
        values = super().clean() or {}
        if self.tariff.kind == Tariff.Kind.EFFORT_RATE:
            floor, ceiling = values.get("floor_cents"), values.get("ceiling_cents")
            if floor is not None and ceiling is not None and floor > ceiling:
                self.add_error(
                    "ceiling_cents", _("Le prix le plus haut est inférieur au plus bas.")
                )
            return values
        words = {
            "none": _("Indiquez au moins une tranche."),
            "no_top": _("Laissez vide la limite de la dernière tranche : elle n’en a pas."),
            "two_tops": _("Une seule tranche peut être sans limite : la dernière."),
            "same_limit": _("Deux tranches ont la même limite."),
            "decreasing": _("Un quotient plus élevé ne peut pas payer moins."),
        }
        if not self.errors:
            for code in problems_of(self.steps):
                self.add_error(None, words[code])
        return values
