"""What parents say of a child's care, and why staff read it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PagesField
from families.forms.base import DateInput, phone_number
from families.models import Allergen, PhotoAnswer
from families.readings import REASONS


class ContactPersonForm(forms.Form):
    """Somebody to call, or who may collect a child."""

    name = forms.CharField(label=_("Prénom et nom"), max_length=120)
    relation = forms.CharField(
        label=_("Lien avec l’enfant"),
        help_text=_("Par exemple : grand-mère, voisin."),
        max_length=60,
        required=False,
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=20,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )


class PhotosForm(forms.Form):
    """A yes or a no for each use; nothing is chosen beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for use, label in PhotoAnswer.Use.choices:
            self.fields[use] = forms.ChoiceField(
                label=label,
                choices=[("yes", _("Oui")), ("no", _("Non"))],
                widget=forms.RadioSelect,
            )

    def answers(self) -> dict[str, bool]:
        """Return what was answered, by use."""
        return {use: self.cleaned_data[use] == "yes" for use in PhotoAnswer.Use.values}


class AllergiesForm(forms.Form):
    """What a child cannot eat, without a care plan."""

    allergens = forms.MultipleChoiceField(
        label=_("Allergies ou intolérances"),
        help_text=_("Les 14 allergènes que la loi européenne fait indiquer."),
        choices=Allergen.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"}),
        required=False,
    )
    other_foods = forms.CharField(
        label=_("Autre aliment"),
        help_text=_("Par exemple : kiwi."),
        max_length=200,
        required=False,
    )


class PlanForm(forms.Form):
    """A care plan (PAI), as the signed paper has it."""

    pages = PagesField(label=_("Le PAI signé"))
    allergens = forms.MultipleChoiceField(
        label=_("Allergènes à éviter"),
        choices=Allergen.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"}),
        required=False,
    )
    instructions = forms.CharField(
        label=_("Que faire en cas d’urgence ?"),
        help_text=_("Recopiez le protocole en quelques lignes : c’est ce que l’école lira."),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    emergency_kit = forms.CharField(
        label=_("Où est la trousse d’urgence ?"),
        help_text=_("Par exemple : dans la classe, en haut de l’armoire."),
        max_length=120,
        required=False,
    )
    brings_packed_lunch = forms.BooleanField(
        label=_("Le PAI prévoit un panier-repas préparé à la maison"), required=False
    )
    starts_on = forms.DateField(
        label=_("Valable à partir du"), widget=DateInput(), initial=clock.today
    )
    ends_on = forms.DateField(
        label=_("Jusqu’au"),
        help_text=_("Laissez vide : le PAI vaut alors tant que l’enfant reste dans son école."),
        widget=DateInput(),
        required=False,
    )


class ReadingForm(forms.Form):
    """Why somebody opens a child's care facts; nothing is chosen beforehand."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ouvrez-vous cette fiche ?"), choices=REASONS, widget=forms.RadioSelect
    )
