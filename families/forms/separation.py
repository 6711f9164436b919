"""Objections, rulings, claims, invitations on paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PagesField
from families.forms.base import DateInput
from families.forms.people import BirthDateForm, KinForm
from families.models import ChildClaim, CourtRuling, Guardianship, JointAct


class ObjectionForm(forms.Form):
    """One parent's written objection."""

    act = forms.ChoiceField(
        label=_("À quoi vous opposez-vous ?"), choices=JointAct.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Votre opposition, par écrit"),
        help_text=_("Lue par le service des inscriptions seulement, jamais par l’autre parent."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    document = PagesField(
        label=_("Pièce jointe"),
        help_text=_("Par exemple un courrier de votre avocat : PDF, ou photos de ses pages."),
        required=False,
    )


class AgreementForm(forms.Form):
    """An agent records a written agreement of somebody who does not sign in."""

    guardian = forms.ChoiceField(label=_("Qui donne son accord par écrit ?"))
    document = PagesField(label=_("Accord signé"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian"].choices = people  # type: ignore[attr-defined]


class RulingChoiceForm(forms.Form):
    """Which recorded ruling settles an objection."""

    ruling = forms.ModelChoiceField(
        label=_("Décision du juge"),
        queryset=CourtRuling.objects.none(),
        empty_label=_("Choisissez la décision"),
    )

    def __init__(self, *args: Any, rulings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ruling"].queryset = rulings  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    """What a judge decided about a child."""

    court = forms.CharField(
        label=_("Tribunal"),
        help_text=_("Par exemple : juge aux affaires familiales, tribunal de Port-Mistral."),
        max_length=120,
    )
    decided_on = forms.DateField(label=_("Date de la décision"), widget=DateInput())
    document = PagesField(
        label=_("La décision"),
        help_text=_(
            "PDF, ou photos de ses pages dans l’ordre. Seuls les agents des inscriptions peuvent "
            "l’ouvrir."
        ),
    )
    guardian = forms.ChoiceField(label=_("Elle restreint les droits de"), required=False)
    effects = forms.MultipleChoiceField(
        label=_("Ce qu’elle change"),
        choices=[
            ("no_access", _("Ne voit plus la scolarité de l’enfant")),
            ("no_pickup", _("Ne vient plus chercher l’enfant")),
            ("no_authority", _("N’exerce plus l’autorité parentale")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = forms.DateField(label=_("À partir du"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Jusqu’à la veille du"),
        help_text=_("Laissez vide si la décision ne donne pas de terme."),
        required=False,
        widget=DateInput(),
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian"].choices = [  # type: ignore[attr-defined]
            ("", _("Personne : elle tranche seulement un désaccord")),
            *people,
        ]


class RulingEndForm(forms.Form):
    """From which day a ruling no longer applies."""

    ends_on = forms.DateField(label=_("Ne s’applique plus à partir du"), widget=DateInput())


class ReasonForm(forms.Form):
    """Why an agent looks at what is protected."""

    reason = forms.ChoiceField(
        label=_("Pourquoi avez-vous besoin de cette adresse ?"),
        choices=[
            ("sector", _("Vérifier l’école de secteur")),
            ("letter", _("Envoyer un courrier")),
            ("proof", _("Contrôler un justificatif de domicile")),
            ("family", _("La famille le demande")),
        ],
        widget=forms.RadioSelect,
    )


class JoinForm(forms.Form):
    """What somebody who holds a letter types."""

    code = forms.CharField(
        label=_("Code de la lettre"),
        help_text=_("Dix lettres et chiffres, par exemple 7K4MX-29QTB."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    given_name = forms.CharField(
        label=_("Votre prénom"),
        help_text=_("Comme il est écrit sur la lettre."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Votre nom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birth_date = forms.DateField(
        label=_("Date de naissance d’un de vos enfants"), widget=DateInput()
    )


class ClaimForm(KinForm, BirthDateForm):
    """A child that is already known here, and the proof of the link."""

    given_name = forms.CharField(label=_("Prénom de l’enfant"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance de l’enfant"), max_length=100)
    proof = PagesField(
        label=_("Preuve du lien"),
        help_text=_(
            "Livret de famille, acte de naissance ou décision de justice : PDF, ou photos de ses "
            "pages. La pièce est effacée dès qu’un agent l’a vérifiée."
        ),
    )
    field_order = ("given_name", "family_name", "birth_date", "kind", "proof")


class ClaimLinkForm(forms.Form):
    """What the proof shows."""

    child = forms.ChoiceField(label=_("L’enfant"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("Lien, d’après la pièce"),
        choices=Guardianship.Kind.choices,
        widget=forms.RadioSelect,
    )
    rights = forms.MultipleChoiceField(
        label=_("Droits, d’après la pièce"),
        choices=[
            ("parental_authority", _("Exerce l’autorité parentale")),
            ("lives_with", _("L’enfant vit chez cette personne, au moins en partie")),
            ("may_pick_up", _("Peut venir chercher l’enfant")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    replaces = forms.ChoiceField(
        label=_("Déjà nommée dans le dossier ?"),
        help_text=_("Si l’autre parent avait noté cette même personne, sans accès, choisissez-la."),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        children: list[tuple[str, str]],
        people: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].choices = children  # type: ignore[attr-defined]
        self.fields["replaces"].choices = [("", _("Non")), *people]  # type: ignore[attr-defined]


class ClaimRefuseForm(forms.Form):
    """Why a claim is turned down."""

    ground = forms.ChoiceField(
        label=_("Motif"), choices=[("", _("Choisissez")), *ChildClaim.Refusal.choices]
    )
