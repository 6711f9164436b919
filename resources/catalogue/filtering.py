"""The filters of the editor's list, as a form; ``listing`` says what they leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.catalogue.listing import LACKS
from resources.catalogue.models import Resource, Term

_BLANK = ("", _("Tous"))


class ManageFilter(forms.Form):
    """The filters of the management list; all of them may be left open."""

    niveau = forms.ChoiceField(label=_("Niveau"), required=False)
    domaine = forms.ChoiceField(label=_("Domaine"), required=False)
    licence = forms.ChoiceField(label=_("Licence"), required=False)
    cout = forms.ChoiceField(
        label=_("Coût"), required=False, choices=[_BLANK, *Resource.Cost.choices]
    )
    donnees = forms.ChoiceField(
        label=_("Données personnelles"),
        required=False,
        choices=[_BLANK, *Resource.PersonalData.choices],
    )
    manque = forms.ChoiceField(
        label=_("À reprendre"), required=False, choices=[_BLANK, *LACKS.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Term.objects.filter(vocabulary__in=("level", "domain", "licence"))
        choices: dict[str, list[tuple[str, Any]]] = {"level": [], "domain": [], "licence": []}
        for kind, code, label in terms.order_by("vocabulary", "position", "code").values_list(
            "vocabulary", "code", "label"
        ):
            if kind != "domain" or code.count(".") < 2:
                indent = "\u2003" if "." in code and kind == "domain" else ""
                choices[kind].append((code, f"{indent}{label}"))
        for name, kind in (("niveau", "level"), ("domaine", "domain"), ("licence", "licence")):
            chosen: Any = self.fields[name]
            chosen.choices = [_BLANK, *choices[kind]]
