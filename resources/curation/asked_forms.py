"""What people fill in about a resource: stars, a suggestion, a problem."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from resources.catalogue.models import Term, Vocabulary
from resources.curation.models import Problem, ReviewReport

STARS = [
    (number, ngettext_lazy("%(n)d étoile", "%(n)d étoiles", "n") % {"n": number})
    for number in (5, 4, 3, 2, 1)
]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReviewForm(forms.Form):
    """Stars and a comment."""

    stars = forms.TypedChoiceField(
        label=_("Combien d’étoiles ?"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
        error_messages={"required": _("Donnez de une à cinq étoiles.")},
    )
    comment = forms.CharField(
        label=_("Commentaire"),
        max_length=1000,
        required=False,
        widget=_area(3),
        help_text=_("Comment vous en servez-vous ? N’écrivez rien sur un élève ou une famille."),
    )


class ReviewReportForm(forms.Form):
    """What is wrong with a comment."""

    kind = forms.ChoiceField(
        label=_("Qu’est-ce qui ne va pas ?"),
        choices=ReviewReport.Kind.choices,
        widget=forms.RadioSelect,
    )


class SuggestionForm(forms.Form):
    """A resource to add to the catalogue."""

    url = forms.URLField(
        label=_("Adresse"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Copiez-la depuis votre navigateur."),
    )
    title = forms.CharField(label=_("Titre"), max_length=200)
    why = forms.CharField(
        label=_("Pourquoi la proposer ?"),
        max_length=1000,
        widget=_area(4),
        help_text=_("Ce qu’on y apprend, comment vous vous en servez."),
    )
    levels: forms.ModelMultipleChoiceField[Term] = forms.ModelMultipleChoiceField(
        label=_("Niveaux"),
        queryset=Term.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"}),
    )
    domain: forms.ModelChoiceField[Term] = forms.ModelChoiceField(
        label=_("Domaine"), queryset=Term.objects.none(), empty_label=_("Choisissez")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Term.objects.order_by("position", "code")
        levels: Any = self.fields["levels"]
        levels.queryset = terms.filter(vocabulary=Vocabulary.LEVEL)
        domain: Any = self.fields["domain"]
        domain.queryset = terms.filter(vocabulary=Vocabulary.DOMAIN)


class ProblemForm(forms.Form):
    """What is wrong with a resource; pupils choose and write nothing."""

    kind = forms.ChoiceField(
        label=_("Que se passe-t-il ?"), choices=Problem.Kind.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Précisez"),
        max_length=500,
        required=False,
        widget=_area(3),
        help_text=_("Ce que vous avez fait, ce que vous avez vu."),
    )

    def __init__(self, *args: Any, pupil: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pupil:
            del self.fields["text"]
            field: Any = self.fields["kind"]
            field.label = _("Qu’est-ce qui ne va pas ?")
            field.choices = [
                (Problem.Kind.LINK, _("Ça ne s’ouvre pas")),
                (Problem.Kind.BROKEN, _("Ça s’ouvre, mais ça ne marche pas")),
                (Problem.Kind.UNFIT, _("Je n’aime pas ce que je vois")),
            ]


class AnswerForm(forms.Form):
    """What the editors found, for those who reported."""

    answer = forms.CharField(label=_("Réponse"), max_length=300, required=False, widget=_area(2))
