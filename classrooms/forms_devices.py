"""The form of a device's sheet: common facts, then the fields of its category."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms import extras
from classrooms.actions.cards import CORRECTED
from classrooms.models import Cart, Depot, Device, DeviceCategory, DeviceModel
from core.accounts.models import User
from enrolment.schools.models import School
from payments.forms import EurosField

_DAY = {"type": "date"}


def _widget(field: extras.ExtraField, value: Any) -> forms.Widget:
    """Return how a field of a category is asked; a value that left its list stays offered."""
    if field.kind == "choice":
        options = list(field.options)
        if value and value not in options:
            options.append(str(value))
        return forms.Select(choices=[("", "—"), *((option, option) for option in options)])
    if field.kind == "bool":
        words = [extras.written(field, answer) for answer in (True, False)]
        return forms.Select(choices=[("", "—"), *((word, word) for word in words)])
    if field.kind == "date":
        return forms.DateInput(attrs=_DAY)
    if field.kind == "number":
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.TextInput()


class SheetForm(forms.Form):
    """What is said of one device. ``device`` is the one corrected, None for a new one."""

    asset_tag = forms.SlugField(label=_("Numéro d’inventaire"), max_length=20)
    serial = forms.CharField(label=_("Numéro de série"), max_length=60)
    model = forms.ModelChoiceField(label=_("Modèle"), queryset=DeviceModel.objects.none())
    purchased_on = forms.DateField(
        label=_("Acheté le"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    cost_cents = EurosField(label=_("Prix payé, en euros"), required=False)
    funding = forms.ChoiceField(label=_("Financement"), choices=Device.Funding.choices)
    warranty_end = forms.DateField(
        label=_("Fin de garantie"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )
    os_version = forms.CharField(label=_("Système"), max_length=40, required=False)
    macs = forms.CharField(
        label=_("Adresses MAC"),
        required=False,
        max_length=200,
        help_text=_("Une par ligne, par exemple 02:00:5E:10:00:01."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, category: DeviceCategory, device: Device | None = None, **kwargs: Any
    ) -> None:
        self.device, self.category = device, category
        kwargs["initial"] = self._initial(device)
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        models = DeviceModel.objects.select_related("category").order_by("maker", "name")
        offered = models.filter(is_active=True)
        if device is None:
            offered = offered.filter(category=category)
            fields["warranty_end"].help_text = _(
                "Laissez vide : elle suit du modèle et de la date d’achat."
            )
        else:
            del fields["asset_tag"]
            offered |= models.filter(pk=device.model_id)
            if device.last_seen_at is not None:
                # The management server tells it.
                del fields["os_version"]
        fields["model"].queryset = offered
        self.own = extras.fields_of(category.fields)
        before = device.extra if device else {}
        for field in self.own:
            value = before.get(field.key)
            fields[f"extra:{field.key}"] = forms.CharField(
                label=field.title,
                required=field.required,
                max_length=extras.LONGEST,
                widget=_widget(field, value),
                initial=value if field.kind == "date" else extras.written(field, value),
            )

    @staticmethod
    def _initial(device: Device | None) -> dict[str, Any]:
        if device is None:
            return {"funding": Device.Funding.CITY}
        return {name: getattr(device, name) for name in CORRECTED} | {
            "macs": "\n".join(device.macs)
        }

    def facts(self) -> dict[str, Any]:
        """Return the common facts as the actions take them."""
        given = {name: value for name, value in self.cleaned_data.items() if ":" not in name}
        given["macs"] = [part for part in re.split(r"[\s,;]+", given["macs"]) if part]
        return given

    def extra(self) -> dict[str, str]:
        """Return the category's own fields as they were typed."""
        return {field.key: self.cleaned_data[f"extra:{field.key}"] for field in self.own}


class PlaceForm(forms.Form):
    """Where a new device stands: a school or a workshop, or a slot of a cart."""

    place = forms.ChoiceField(label=_("École ou atelier"), required=False)
    cart = forms.CharField(label=_("Ou numéro de chariot"), max_length=20, required=False)
    slot = forms.IntegerField(label=_("Emplacement"), min_value=1, max_value=60, required=False)

    def __init__(
        self, *args: Any, user: User, places: dict[str, Depot | School], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.places = user, places
        fields: dict[str, Any] = self.fields
        fields["place"].choices = [
            ("", _("Choisissez")),
            *((key, str(place)) for key, place in places.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Find the place meant: a slot goes before a school."""
        given: dict[str, Any] = super().clean() or {}
        if code := given.get("cart", "").strip():
            carts = Cart.objects.visible_to(self.user)
            cart = carts.filter(code__iexact=code).select_related("school", "depot").first()
            if cart is None:
                self.add_error("cart", _("Aucun de vos chariots n’a ce numéro."))
            elif not given.get("slot"):
                self.add_error("slot", _("Il manque l’emplacement dans le chariot."))
            else:
                given["where"] = (cart, given["slot"])
        elif given.get("place"):
            given["where"] = self.places[given["place"]]
        elif "place" not in self.errors:
            self.add_error("place", _("Dites où se trouve l’appareil."))
        return given
