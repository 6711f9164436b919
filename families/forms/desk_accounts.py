"""Forms of accounts opened and given back at a desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.citizen.civil import CivilStatus, IncompleteIdentity, civil_status
from core.accounts.models import DeskCode


class DeskSearch(forms.Form):
    """Whom to look for."""

    q = forms.CharField(
        label=_("Nom, téléphone ou numéro de dossier"), required=False, max_length=100
    )
    show = forms.ChoiceField(
        label=_("Afficher"),
        required=False,
        choices=[
            ("", _("Tout le monde")),
            ("none", _("Sans compte")),
            ("waiting", _("Lettre remise, compte pas encore activé")),
        ],
    )


class RecoveryForm(forms.Form):
    """What the agent saw, and what the person has lost."""

    identity_seen = forms.ChoiceField(
        label=_("Document d’identité que j’ai vu"),
        choices=[("", _("Choisir…")), *DeskCode.Seen.choices],
    )
    drops_second_factor = forms.BooleanField(
        label=_("La personne a aussi perdu son téléphone ou sa clé : ôter la deuxième étape"),
        required=False,
    )


class IdentityForm(forms.Form):
    """The civil status as the document says it."""

    seen = forms.ChoiceField(
        label=_("Document d’identité que j’ai vu"),
        choices=[("", _("Choisir…")), *DeskCode.Seen.choices],
    )
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    given_names = forms.CharField(
        label=_("Tous les prénoms"), help_text=_("Dans l’ordre du document."), max_length=200
    )
    birth_date = forms.DateField(
        label=_("Date de naissance"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    birthplace = forms.CharField(
        label=_("Commune de naissance"),
        help_text=_("Son code INSEE, cinq caractères ; rien pour qui est né à l’étranger."),
        max_length=5,
        required=False,
    )
    birthcountry = forms.CharField(
        label=_("Pays de naissance"),
        help_text=_("Son code INSEE : 99100 pour la France."),
        max_length=5,
        initial="99100",
    )

    def civil(self) -> CivilStatus:
        """Return it as the citizen account would say it; raises ValidationError for a bad code."""
        data = self.cleaned_data
        try:
            return civil_status(
                {
                    "family_name": data["family_name"],
                    "given_name": data["given_names"],
                    "birthdate": data["birth_date"].isoformat(),
                    "birthplace": data["birthplace"],
                    "birthcountry": data["birthcountry"],
                }
            )
        except IncompleteIdentity as hole:
            raise forms.ValidationError(_("Vérifiez les codes des lieux.")) from hole
