"""What an editor asks of many resources at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.catalogue.models import Resource, Term

_KEEP = ("", _("Ne pas changer"))


class BulkForm(forms.Form):
    """Each field left alone changes nothing; emptying a date is asked for by its own box."""

    levels_add = forms.MultipleChoiceField(
        label=_("Ajouter des niveaux"), required=False, widget=forms.CheckboxSelectMultiple
    )
    levels_remove = forms.MultipleChoiceField(
        label=_("Retirer des niveaux"), required=False, widget=forms.CheckboxSelectMultiple
    )
    domains_add = forms.MultipleChoiceField(
        label=_("Ajouter des domaines"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    domains_remove = forms.MultipleChoiceField(
        label=_("Retirer des domaines"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    keywords_add = forms.CharField(
        label=_("Ajouter des mots-clés"),
        required=False,
        max_length=300,
        help_text=_("Séparés par des virgules."),
    )
    keywords_remove = forms.CharField(
        label=_("Retirer des mots-clés"),
        required=False,
        max_length=300,
        help_text=_("Séparés par des virgules, écrits comme ils le sont."),
    )
    state = forms.ChoiceField(
        label=_("État"), required=False, choices=[_KEEP, *Resource.State.choices]
    )
    licence = forms.ChoiceField(label=_("Licence"), required=False)
    cost = forms.ChoiceField(
        label=_("Coût"), required=False, choices=[_KEEP, *Resource.Cost.choices]
    )
    personal_data_level = forms.ChoiceField(
        label=_("Données personnelles"),
        required=False,
        choices=[_KEEP, *Resource.PersonalData.choices],
    )
    open_from = forms.DateField(
        label=_("Ouverte à partir du"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    open_from_clear = forms.BooleanField(label=_("Effacer la date d’ouverture"), required=False)
    open_to = forms.DateField(
        label=_("Ouverte jusqu’au"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    open_to_clear = forms.BooleanField(label=_("Effacer la date de fermeture"), required=False)
    comment = forms.CharField(
        label=_("Pourquoi ce changement ?"),
        required=False,
        max_length=300,
        help_text=_("Gardé dans l’historique de chaque ressource."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: dict[str, list[tuple[str, Any]]] = {"level": [], "domain": [], "licence": []}
        terms = Term.objects.filter(vocabulary__in=found).order_by("vocabulary", "position", "code")
        for kind, code, label in terms.values_list("vocabulary", "code", "label"):
            indent = "\u2003" * min(code.count("."), 3) if kind == "domain" else ""
            found[kind].append((code, f"{indent}{label}"))
        for name, choices in (
            ("levels_add", found["level"]),
            ("levels_remove", found["level"]),
            ("domains_add", found["domain"]),
            ("domains_remove", found["domain"]),
            ("licence", [_KEEP, *found["licence"]]),
        ):
            chosen: Any = self.fields[name]
            chosen.choices = choices

    def operation(self) -> dict[str, Any]:
        """Return what is asked, as ``bulk.prepare`` takes it; after ``is_valid``."""
        cleaned = self.cleaned_data
        asked: dict[str, Any] = {}
        for name in ("levels", "domains", "keywords"):
            add, remove = cleaned[f"{name}_add"], cleaned[f"{name}_remove"]
            if name == "keywords":
                add, remove = _words(add), _words(remove)
            if add or remove:
                asked[name] = {"add": list(add), "remove": list(remove)}
        wanted: dict[str, Any] = {
            name: cleaned[name]
            for name in ("state", "licence", "cost", "personal_data_level")
            if cleaned[name]
        }
        for name in ("open_from", "open_to"):
            if cleaned[f"{name}_clear"]:
                wanted[name] = ""
            elif cleaned[name]:
                wanted[name] = cleaned[name].isoformat()
        if wanted:
            asked["set"] = wanted
        return asked


def _words(text: str) -> list[str]:
    words = (word.strip()[:60] for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))
