"""Forms of the editor's side: a resource's description, its rows, moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from resources.catalogue import weights
from resources.catalogue.actions import EDITABLE
from resources.catalogue.asking import LANGUAGES
from resources.catalogue.models import Contribution, Relation, Resource, Term
from resources.catalogue.wording import VOCABULARIES

#: Facts that hold terms beside levels and domains, and how their fields are named.
MORE_TERMS = ("activities", "places", "needs", "competences")


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


class Unjudged:
    """A form that may be shown again as it was typed, before it is asked to be right."""

    def leave_unjudged(self) -> None:
        """Show what was typed without saying what is wrong with it."""
        self._errors = ErrorDict()


class SizeField(forms.Field):
    """A file's weight as one writes it ("12,5 Mo"), in bytes."""

    def to_python(self, value: Any) -> Any:
        """Return the bytes, None for nothing."""
        text = str(value or "").strip()[:40]
        if not text:
            return None
        size = weights.bytes_of(text)
        if size is None:
            raise forms.ValidationError(_("Écrivez un nombre et son unité : « 12,5 Mo »."))
        if size >= weights.MOST:
            raise forms.ValidationError(_("Ce poids est trop grand."))
        return size

    def prepare_value(self, value: Any) -> Any:
        """Write bytes in megabytes, exactly."""
        if not isinstance(value, int):
            return value
        written = f"{Decimal(value) / 10**6:f}".rstrip("0").rstrip(".") if value else "0"
        return f"{written.replace('.', ',')} Mo"


class ResourceForm(Unjudged, forms.ModelForm):  # type: ignore[type-arg]
    """A resource's description, under the names of ScoLOMFR's core; terms go by their codes."""

    base = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    identifier = forms.SlugField(
        label=_("Identifiant"),
        required=False,
        max_length=60,
        help_text=_("Laissez vide : nous en donnerons un. Il ne changera plus."),
    )
    keyword_list = forms.CharField(
        label=_("Mots-clés"), required=False, help_text=_("Séparés par des virgules.")
    )
    url = forms.URLField(
        label=_("Adresse"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Laissez vide si la ressource s'ouvre ici."),
    )
    thumbnail_url = forms.URLField(
        label=_("Adresse d’une image"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Sans elle, nous prenons l’image que la page de la ressource annonce."),
    )
    size_bytes = SizeField(
        label=_("Poids"), required=False, help_text=_("Par exemple « 12,5 Mo ».")
    )
    language = forms.ChoiceField(label=_("Langue"), choices=LANGUAGES.items())
    comment = forms.CharField(
        label=_("Pourquoi ce changement ?"),
        required=False,
        max_length=300,
        help_text=_("Une phrase pour l’historique, si elle aide vos collègues."),
    )

    class Meta:
        model = Resource
        fields = (
            *(name for name in EDITABLE if name != "keywords"),
            "levels",
            "domains",
            *MORE_TERMS,
        )
        widgets = {
            "levels": forms.CheckboxSelectMultiple,
            "domains": forms.CheckboxSelectMultiple,
            "activities": forms.CheckboxSelectMultiple,
            "places": forms.CheckboxSelectMultiple,
            "needs": forms.CheckboxSelectMultiple,
            "competences": forms.CheckboxSelectMultiple,
            "description": forms.Textarea(attrs={"rows": 7}),
            "rights": forms.Textarea(attrs={"rows": 2}),
            "open_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "open_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "published_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "title": _("Celui que l’on lit en ouvrant la ressource."),
            "description": _("Ce que l’on y fait, ce que l’on y apprend, en quelques phrases."),
            "external_identifier": _("Tel qu’il figure dans ses tableaux ; il sert aux imports."),
            "format": _("Par exemple « PDF », « MP4 » ou « page web »."),
            "duration_minutes": _("Le temps d’usage en classe."),
            "audience": _("« Enseignants » : les élèves ne la voient pas."),
            "licence": _("Ce que chacun a le droit d’en faire."),
            "rights": _("La mention du titulaire des droits, telle qu’il la demande."),
            "licence_seats": _("Laissez vide si l’usage est illimité."),
            "open_to": _("Dernier jour compris. Laissez vide s'il n'y a pas de limite."),
            "quality": _("De 0 (pas encore évaluée) à 5."),
            "personal_data_level": _("Au-delà de « peu », les élèves ne la voient pas."),
            "thumbnail_alt": _("Pour qui ne voit pas l’image. Vide si elle n’apprend rien."),
            "competences": _("Les compétences et connaissances du socle qu’elle travaille."),
        }

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, vocabulary in VOCABULARIES.items():
            chosen: Any = self.fields[name]
            chosen.queryset = _terms(vocabulary)
            chosen.to_field_name = "code"
        self.fields["licence_unit"].required = False
        for field in self.fields.values():
            _name_the_blank(field)
        if not is_new:
            del self.fields["identifier"]

    def clean_description(self) -> str:
        """Return the description with the line ends of the database, not of the browser."""
        return str(self.cleaned_data["description"]).replace("\r\n", "\n")

    def clean_rights(self) -> str:
        """Return the rights with the line ends of the database, not of the browser."""
        return str(self.cleaned_data["rights"]).replace("\r\n", "\n")

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


class ContributorRow(Unjudged, forms.Form):
    """One credit; a row without a name is left out."""

    role = forms.ChoiceField(label=_("Rôle"), choices=Contribution.Kind.choices)
    name = forms.CharField(label=_("Nom"), max_length=160, required=False)


class RelationRow(Unjudged, forms.Form):
    """How the resource stands to another, named by its identifier."""

    kind = forms.ChoiceField(label=_("Cette ressource…"), choices=Relation.Kind.choices)
    other = forms.CharField(label=_("Identifiant de l’autre"), max_length=300, required=False)


class PlaceRow(Unjudged, forms.Form):
    """A school for which the resource is kept, or one of its classes."""

    school = forms.CharField(
        label=_("École (nom ou UAI)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "ecoles"}),
    )
    class_name = forms.CharField(
        label=_("Classe, sinon toute l’école"), max_length=60, required=False
    )


ContributorRows = forms.formset_factory(ContributorRow, extra=2, max_num=200)
RelationRows = forms.formset_factory(RelationRow, extra=1, max_num=200)
PlaceRows = forms.formset_factory(PlaceRow, extra=1, max_num=600)


class MoveForm(forms.Form):
    """A word on a move."""

    reason = forms.CharField(
        label=_("Un mot sur cette décision"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Il faut dire pourquoi pour retirer, ou pour renvoyer une proposition."),
    )


class CoverForm(forms.Form):
    """A picture that an editor sends, with its words."""

    file = forms.FileField(
        label=_("Image"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_(
            "JPEG, PNG, WebP ou GIF, 8 Mo au plus. Vous devez avoir le droit de l’utiliser."
        ),
    )
    alt = forms.CharField(
        label=_("Ce que l’on y voit"),
        max_length=200,
        help_text=_("Une phrase, lue à qui ne voit pas l’image."),
    )
