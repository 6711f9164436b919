"""What changes for a family: told by parents, recorded by agents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PagesField
from families.actions.links import Allowed
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


class LinkForm(forms.Form):
    """What somebody is to a child and what that lets them do, authority aside."""

    kind = forms.ChoiceField(
        label=_("Lien avec l’enfant"),
        choices=[choice for choice in Guardianship.Kind.choices if choice[0] != "institution"],
        widget=forms.RadioSelect,
    )
    lives_with = forms.BooleanField(
        label=_("L’enfant vit avec cette personne, au moins une partie du temps"), required=False
    )
    may_pick_up = forms.BooleanField(label=_("Peut venir chercher l’enfant"), required=False)
    receives_messages = forms.BooleanField(
        label=_("Reçoit les messages (avec l’autorité parentale)"), required=False
    )

    def __init__(self, *args: Any, link: Guardianship | None = None, **kwargs: Any) -> None:
        if link is not None:
            names = ("kind", "lives_with", "may_pick_up", "receives_messages")
            kwargs["initial"] = {name: getattr(link, name) for name in names}
        super().__init__(*args, **kwargs)
        if link is not None and link.guardian.organisation:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].choices = [  # type: ignore[attr-defined]
                (Guardianship.Kind.INSTITUTION, Guardianship.Kind.INSTITUTION.label)
            ]

    def allowed(self) -> Allowed:
        """Return the answers."""
        data = self.cleaned_data
        return Allowed(
            data["kind"], data["lives_with"], data["may_pick_up"], data["receives_messages"]
        )


class ResponsibleForm(LinkForm):
    """Somebody who answers for a child, as a document shows it."""

    given_name = forms.CharField(label=_("Prénom"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    reference = forms.CharField(
        label=_("Numéro de son dossier"),
        help_text=_("Si la ville connaît déjà cette personne, par exemple F-7K4M-29QX."),
        max_length=20,
        required=False,
    )
    parental_authority = forms.BooleanField(
        label=_("Exerce l’autorité parentale : le document le dit"), required=False
    )
    day = forms.DateField(label=_("À partir du"), widget=DateInput(), initial=clock.today)

    field_order = ["given_name", "family_name", "reference", "kind", "parental_authority"]


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
