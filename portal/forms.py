"""The form that the style guide shows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of every kind."""

    given_name = forms.CharField(
        label=_("Prénom de l’enfant"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label=_("Date de naissance"),
        help_text=_("Par exemple 27/03/2019."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    email = forms.EmailField(
        label=_("Adresse e-mail"),
        help_text=_("Nous y envoyons les nouvelles de vos demandes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    level = forms.ChoiceField(
        label=_("Niveau"),
        choices=[("", "—"), ("PS", _("Petite section")), ("CP", "CP"), ("CM1", "CM1")],
    )
    diet = forms.ChoiceField(
        label=_("Régime"),
        choices=[
            ("standard", _("Menu du jour")),
            ("no_pork", _("Sans porc")),
            ("vegetarian", _("Végétarien")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        label=_("Jours de cantine"),
        required=False,
        choices=[("1", _("lundi")), ("2", _("mardi")), ("4", _("jeudi")), ("5", _("vendredi"))],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--inline"}),
    )
    proof = forms.FileField(
        label=_("Justificatif de domicile"),
        required=False,
        help_text=_("Une photo nette ou un PDF, 10 Mo au plus."),
    )
    note = forms.CharField(
        label=_("Autre chose à nous dire ?"), required=False, widget=forms.Textarea({"rows": 4})
    )
    agree = forms.BooleanField(label=_("Je certifie que ces renseignements sont exacts."))
