"""What changes for a family: told by parents, recorded by agents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PagesField
from families.forms.base import DateInput, phone_number
from families.models import Guardianship, NameChange, SchoolQuestion, SituationReport


class ReportForm(forms.Form):
    """A family tells an agent what has changed."""

    kind = forms.ChoiceField(
        label=_("Que s’est-il passé ?"),
        choices=SituationReport.Kind.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("En quelques mots"),
        help_text=_("Seuls vous et le service des inscriptions le lirez."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    pages = PagesField(
        label=_("Un document, si vous en avez un"),
        required=False,
    )


class SchoolAfterMoveForm(forms.Form):
    """One question for each child who attends a school."""

    def __init__(self, *args: Any, questions: list[SchoolQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[f"q{question.pk}"] = forms.ChoiceField(
                label=question.child.given_name,
                choices=SchoolQuestion.Answer.choices,
                widget=forms.RadioSelect,
                initial=question.answer or None,
            )

    def answers(self) -> dict[int, str]:
        """Return the answers by the question's key."""
        return {int(name[1:]): value for name, value in self.cleaned_data.items()}


class LinkChangeForm(forms.Form):
    """What an agent records about one guardian of a child."""

    DEATH, LOSES, GAINS = "death", "authority_lost", "authority_gained"

    change = forms.ChoiceField(label=_("Que faut-il enregistrer ?"), widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("À partir du"),
        help_text=_("Date du décès, ou premier jour où la décision s’applique."),
        widget=DateInput(),
    )

    def __init__(self, *args: Any, link: Guardianship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = Guardianship.EndReason
        authority = (
            (self.LOSES, _("Perd l’autorité parentale"))
            if link.parental_authority
            else (self.GAINS, _("Obtient l’autorité parentale"))
        )
        choices = [
            authority,
            (reasons.MANDATE_OVER, reasons.MANDATE_OVER.label),
            (reasons.RECORDED_IN_ERROR, reasons.RECORDED_IN_ERROR.label),
        ]
        if not link.guardian.organisation:
            choices.insert(0, (self.DEATH, _("Est décédé·e (pour tous ses enfants)")))
        self.fields["change"].choices = choices  # type: ignore[attr-defined]


class InstitutionForm(forms.Form):
    """An institution that answers for a child, and whom to ask for there."""

    organisation = forms.CharField(
        label=_("Nom de l’institution"),
        help_text=_("Par exemple : Aide sociale à l’enfance, antenne du port."),
        max_length=120,
    )
    given_name = forms.CharField(label=_("Prénom de la personne à contacter"), max_length=100)
    family_name = forms.CharField(label=_("Nom de la personne à contacter"), max_length=100)
    email = forms.EmailField(label=_("Adresse e-mail"))
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=20,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    parental_authority = forms.BooleanField(
        label=_("Exerce l’autorité parentale (tutelle, délégation)"), required=False
    )
    lives_with = forms.BooleanField(label=_("L’enfant lui est confié"), required=False)
    day = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)


class NamesForm(forms.Form):
    """Names as civil status has them."""

    given_name = forms.CharField(label=_("Prénom"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    used_name = forms.CharField(label=_("Nom d’usage"), max_length=100, required=False)
    reason = forms.ChoiceField(
        label=_("Motif"),
        choices=NameChange.Reason.choices[1:],
        widget=forms.RadioSelect,
    )
