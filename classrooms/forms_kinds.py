"""Forms of categories and models."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from classrooms import extras
from classrooms.models import DeviceCategory, DeviceModel, Incident
from payments.forms import EurosField

#: Rows offered for new fields each time the form is shown.
BLANK_ROWS = 2
_COUNT = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class FieldForm(forms.Form):
    """One field of a category."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)
    label = forms.CharField(label=_("Nom du champ"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Nature"), choices=extras.KINDS, required=False)
    options = forms.CharField(
        label=_("Choix possibles"),
        required=False,
        max_length=600,
        help_text=_("Pour un choix dans une liste : séparés par des virgules."),
    )
    unit = forms.CharField(label=_("Unité"), max_length=12, required=False)
    required = forms.BooleanField(label=_("Demandé"), required=False)

    @property
    def given(self) -> extras.ExtraField | None:
        """The field as it was typed; None for a row left or made blank."""
        said = self.cleaned_data
        if not said.get("label", "").strip():
            return None
        options = [" ".join(part.split())[:60] for part in said["options"].split(",")]
        return extras.ExtraField(
            key=said["key"],
            label=said["label"],
            kind=said["kind"] or "text",
            required=said["required"],
            unit=said["unit"].strip(),
            options=tuple(dict.fromkeys(part for part in options if part))
            if said["kind"] == "choice"
            else (),
        )


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A category; its fields come in ``rows``."""

    class Meta:
        model = DeviceCategory
        fields = ("name", "code", "family", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given: dict[str, Any] = self.fields
        given["is_active"].help_text = _("Décochez pour ne plus la proposer.")
        if self.instance.pk:
            del given["code"]
        else:
            given["code"].help_text = _("En lettres simples, par exemple « imprimante ».")
        known = extras.fields_of(self.instance.fields or [])
        shown = len(known) + BLANK_ROWS
        if self.is_bound:
            shown = max(shown, min(self._sent(), extras.MOST_FIELDS + BLANK_ROWS))
        self.rows = [
            FieldForm(
                self.data if self.is_bound else None,
                prefix=f"f{index}",
                initial={**(known[index].stored() | {"options": ", ".join(known[index].options)})}
                if index < len(known)
                else None,
            )
            for index in range(shown)
        ]
        keys = {field.key for field in known}
        self._keys = keys

    def _sent(self) -> int:
        return sum(1 for name in self.data if name.startswith("f") and name.endswith("-label"))

    def is_valid(self) -> bool:
        """Check the category and each of its fields."""
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    def own_fields(self) -> list[extras.ExtraField]:
        """Return the fields as typed; a key that this category does not have is a new one."""
        found = [field for row in self.rows if (field := row.given) is not None]
        return [
            field
            if field.key in self._keys
            else extras.ExtraField(
                "", field.label, field.kind, field.required, field.unit, field.options
            )
            for field in found
        ]


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model, and what mending each kind of fault costs."""

    price_cents = EurosField(label=_("Prix d’achat, en euros"), required=False)

    class Meta:
        model = DeviceModel
        fields = (
            *("category", "maker", "name", "warranty_months", "life_months", "price_cents"),
            "is_active",
        )
        widgets = {"warranty_months": _COUNT, "life_months": _COUNT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category"].queryset = DeviceCategory.objects.order_by("name")
        fields["category"].label = _("Catégorie")
        fields["is_active"].help_text = _(
            "Décochez quand vous n’en achetez plus : les appareils du parc le gardent."
        )
        fields["life_months"].validators += [MinValueValidator(1), MaxValueValidator(360)]
        fields["warranty_months"].validators.append(MaxValueValidator(240))
        known: dict[str, int] = {}
        if self.instance.pk:
            known = dict(self.instance.repair_prices.values_list("kind", "cents"))
        for kind, label in Incident.Kind.choices:
            if kind != Incident.Kind.LOST:
                fields[f"repair-{kind}"] = EurosField(
                    label=label, required=False, initial=known.get(kind)
                )

    @property
    def common(self) -> list[forms.BoundField]:
        """The model's own facts."""
        return [bound for bound in self if not bound.name.startswith("repair-")]

    @property
    def prices(self) -> list[forms.BoundField]:
        """What mending costs, fault by fault."""
        return [bound for bound in self if bound.name.startswith("repair-")]

    def clean_price_cents(self) -> int:
        """Take nothing for nil."""
        return int(self.cleaned_data["price_cents"] or 0)

    def repairs(self) -> dict[str, int | None]:
        """Return the price of each kind of fault, None where nothing was said."""
        return {
            name.removeprefix("repair-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("repair-")
        }
