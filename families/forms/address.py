"""An address, as people write it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core import clock
from families.actions.household import Address
from families.forms.base import ConditionalForm, DateInput
from families.models import Household, Street
from families.rules import read_number
from families.streets import find_streets, the_street

#: Value of the radio button that says "not in the list".
OTHER = "other"

_postcode = RegexValidator(r"^[0-9A-Za-z -]{3,10}$", _("Vérifiez le code postal."))


class AddressForm(ConditionalForm):
    """An address: search a street, choose it, or declare one outside the register.

    After a search that leaves a doubt, ``candidates`` holds the streets to choose from.
    """

    conditional: tuple[str, ...] = ("street_query", "number", "street_text", "postcode", "city")

    street_query = forms.CharField(
        label=_("Nom de la voie"),
        help_text=_("Par exemple : rue des Tamaris. Puis choisissez-la dans la liste."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    street = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Numéro"),
        help_text=_("Avec bis ou ter s’il y a lieu, par exemple 12 bis."),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-s", "dir": "auto"}),
    )
    complement = forms.CharField(
        label=_("Bâtiment, étage, appartement"), max_length=100, required=False
    )
    street_text = forms.CharField(
        label=_("Numéro et nom de la voie"), max_length=160, required=False
    )
    postcode = forms.CharField(
        label=_("Code postal"),
        max_length=5,
        required=False,
        validators=[_postcode],
        widget=forms.TextInput(attrs={"class": "w-s", "autocomplete": "postal-code"}),
    )
    city = forms.CharField(label=_("Commune"), max_length=80, required=False)

    candidates: list[Street]

    def __init__(self, *args: Any, needs_number: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_number = needs_number
        self.found: Street | None = None
        self.chosen = str(self["street"].value() or "")
        self.candidates = self._candidates()

    @classmethod
    def initial_of(cls, household: Household) -> dict[str, Any]:
        """Return a household's address as this form writes it."""
        street = household.street
        number = " ".join(filter(None, [str(household.number or ""), household.suffix]))
        first = " ".join(filter(None, [number, household.street_text]))
        return {
            "street_query": street.name if street else "",
            "street": street.code if street else (OTHER if household.street_text else ""),
            "number": number if street else "",
            "complement": household.complement,
            "street_text": "" if street else first,
            "postcode": "" if street else household.postcode,
            "city": "" if street else household.city,
        }

    def _candidates(self) -> list[Street]:
        query = str(self["street_query"].value() or "")
        found = find_streets(query)
        if self.chosen and self.chosen != OTHER and self.chosen not in {s.code for s in found}:
            if self.is_bound and query.strip():
                # Another name was typed since: the street chosen before is no longer meant.
                self.chosen = ""
            else:
                found = list(Street.objects.filter(code=self.chosen)) + found
        return found

    @property
    def searching(self) -> bool:
        """True when the person pressed "search" rather than "continue"."""
        return "search" in self.data

    def clean(self) -> dict[str, Any]:
        """Decide which street is meant, or ask."""
        data = super().clean() or {}
        if data.get("street") == OTHER:
            self._check_outside(data)
            return data
        street = Street.objects.filter(code=self.chosen).first() if self.chosen else None
        if street is None:
            street = the_street(data.get("street_query", ""))
        if street is None:
            self.add_error("street_query", self._doubt(data.get("street_query", "")))
            return data
        self.found, self.chosen = street, street.code
        try:
            data["parsed"] = read_number(data.get("number", ""))
        except ValueError:
            self.add_error("number", _("Écrivez un numéro, par exemple 12 ou 12 bis."))
            return data
        if self.needs_number and data["parsed"][0] is None:
            self.add_error("number", _("Indiquez le numéro dans la voie."))
        return data

    def _doubt(self, query: str) -> Any:
        if not query.strip():
            return _("Écrivez le nom de votre voie.")
        if self.candidates:
            return _("Choisissez votre voie dans la liste ci-dessous.")
        return _("Aucune voie ne ressemble à ce nom. Vérifiez, ou indiquez qu’elle n’y est pas.")

    def _check_outside(self, data: dict[str, Any]) -> None:
        for name in ("street_text", "postcode", "city"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Complétez l’adresse."))

    def address(self) -> Address:
        """Return what was declared; call it on a valid form."""
        data = self.cleaned_data
        if data.get("street") == OTHER:
            return Address(
                street=None,
                street_text=data["street_text"],
                complement=data["complement"],
                postcode=data["postcode"],
                city=data["city"],
            )
        number, suffix = data["parsed"]
        return Address(
            street=self.found, number=number, suffix=suffix, complement=data["complement"]
        )


class MoveForm(AddressForm):
    """The same, and who moves when several live there."""

    who = forms.ChoiceField(
        label=_("Qui déménage ?"),
        choices=[
            ("all", _("Tout le foyer")),
            ("alone", _("Moi seulement : l’autre parent garde l’ancienne adresse")),
        ],
        widget=forms.RadioSelect,
        initial="all",
    )
    starts_on = forms.DateField(
        label=_("Depuis ou à partir du"),
        help_text=_("Un jour à venir ? Votre adresse actuelle reste jusque-là."),
        widget=DateInput(),
        initial=clock.today,
    )

    def __init__(
        self, *args: Any, shared: bool = False, declared: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not shared:
            del self.fields["who"]
        if not declared:
            del self.fields["starts_on"]
