"""Forms of accounts opened and given back at a desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.models import DeskCode


class DeskSearch(forms.Form):
    """Whom to look for."""

    q = forms.CharField(label=_("Prénom ou nom"), required=False, max_length=100)
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
