"""What an editor fills in about a resource."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.catalogue.actions import EDITABLE
from resources.catalogue.asking import LANGUAGES
from resources.catalogue.models import Contribution, Resource, Term, Vocabulary


def _terms(vocabulary: str) -> Any:
    return Term.objects.filter(vocabulary=vocabulary).order_by("position", "code")


def _name_the_blank(field: forms.Field) -> None:
    """Say in words what choosing nothing means, where Django shows dashes."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return
    word = _("Choisissez") if field.required else _("Non précisé")
    if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
        field.empty_label = word
    elif isinstance(field, forms.ChoiceField):
        listed: Any = field.choices
        field.choices = [(key, word if key in ("", None) else label) for key, label in listed]


class ResourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A resource's description, under the names of ScoLOMFR's core."""

    keyword_list = forms.CharField(
        label=_("Mots-clés"), required=False, help_text=_("Séparés par des virgules.")
    )
    publisher = forms.CharField(label=_("Éditeur"), required=False, max_length=160)
    author = forms.CharField(label=_("Auteur"), required=False, max_length=160)

    url = forms.URLField(
        label=_("Adresse"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Laissez vide si la ressource s'ouvre ici."),
    )
    language = forms.ChoiceField(label=_("Langue"), choices=LANGUAGES.items())

    class Meta:
        model = Resource
        fields = (
            "title",
            "description",
            "levels",
            "domains",
            "pedagogical_type",
            "document_type",
            "audience",
            "difficulty",
            "language",
            "duration_minutes",
            "cost",
            "licence",
            "rights",
            "personal_data_level",
            "url",
            "open_from",
            "open_to",
            "licence_seats",
            "licence_unit",
            "quality",
            "published_on",
        )
        widgets = {
            "levels": forms.CheckboxSelectMultiple,
            "domains": forms.CheckboxSelectMultiple,
            "description": forms.Textarea(attrs={"rows": 5}),
            "open_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "open_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "published_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "open_to": _("Dernier jour compris. Laissez vide s'il n'y a pas de limite."),
            "licence_seats": _("Laissez vide si tout le monde peut l’ouvrir à la fois."),
            "quality": _("De 0 (pas encore évaluée) à 5."),
            "personal_data_level": _("Au-delà de « peu », les élèves ne la voient pas."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vocabularies = {
            "levels": Vocabulary.LEVEL,
            "domains": Vocabulary.DOMAIN,
            "pedagogical_type": Vocabulary.PEDAGOGICAL_TYPE,
            "document_type": Vocabulary.DOCUMENT_TYPE,
            "licence": Vocabulary.LICENCE,
        }
        for name, vocabulary in vocabularies.items():
            self.fields[name].queryset = _terms(vocabulary)  # type: ignore[attr-defined]
        self.fields["licence_unit"].required = False
        for field in self.fields.values():
            _name_the_blank(field)
        if self.instance.pk:
            self.fields["keyword_list"].initial = ", ".join(self.instance.keywords)
            named = {c.role: c.name for c in self.instance.contributions.all()}
            self.fields["publisher"].initial = named.get(Contribution.Kind.PUBLISHER, "")
            self.fields["author"].initial = named.get(Contribution.Kind.AUTHOR, "")

    def clean_keyword_list(self) -> list[str]:
        """Return the keywords, each once, in order."""
        words = (word.strip() for word in self.cleaned_data["keyword_list"].split(","))
        return list(dict.fromkeys(word[:60] for word in words if word))[:30]

    def clean(self) -> dict[str, Any]:
        """Check that a resource opens before it closes."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("open_from"), cleaned.get("open_to")
        if start and end and end < start:
            self.add_error("open_to", _("Ce jour vient avant celui de l'ouverture."))
        return cleaned

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it under a lock."""

    def facts(self) -> dict[str, Any]:
        """Return the fields for ``actions.save_resource``."""
        facts = {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}
        if not facts.get("licence_unit"):
            facts.pop("licence_unit", None)
        return {**facts, "keywords": self.cleaned_data["keyword_list"]}


class WithdrawForm(forms.Form):
    """Why a resource is withdrawn."""

    reason = forms.CharField(label=_("Pourquoi la retirer ?"), max_length=200)
