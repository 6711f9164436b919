"""Forms of the school pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolment.schools.models import ClassGroup, School, SchoolYear, StreetSegment
from families.forms.address import AddressForm


class LookupForm(AddressForm):
    """A street and a number, to learn which school."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("complement", "street_text", "postcode", "city"):
            del self.fields[name]

    def _check_outside(self, data: dict[str, Any]) -> None:
        self.add_error("street_query", _("Choisissez une voie de la liste."))


class SegmentForm(AddressForm):
    """A segment of a school's area."""

    school = forms.ModelChoiceField(label=_("École"), queryset=School.objects.none())
    parity = forms.ChoiceField(
        label=_("Côté"), choices=StreetSegment.Parity.choices, widget=forms.RadioSelect
    )
    number_from = forms.IntegerField(
        label=_("Du numéro"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=_("Vide : depuis le début de la voie."),
    )
    number_to = forms.IntegerField(
        label=_("Au numéro"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=_("Vide : jusqu’au bout de la voie."),
    )

    shared = forms.BooleanField(
        label=_("Secteur partagé : un agent choisira l’école de chaque enfant"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_number=False, **kwargs)
        for name in ("number", "complement", "street_text", "postcode", "city"):
            del self.fields[name]
        self.fields["school"].queryset = School.objects.filter(is_open=True)  # type: ignore[attr-defined]

    def _check_outside(self, data: dict[str, Any]) -> None:
        self.add_error("street_query", _("Choisissez une voie de la liste."))


class SegmentFileForm(forms.Form):
    """A file of segments for one school year."""

    school_year = forms.ModelChoiceField(
        label=_("Année scolaire"), queryset=SchoolYear.objects.all(), empty_label=None
    )
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV ou Excel, aux colonnes de la carte scolaire du ministère, 10 Mo au plus."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )


class PlaceForm(forms.Form):
    """Which class a child goes into."""

    class_group = forms.ModelChoiceField(label=_("Classe"), queryset=ClassGroup.objects.none())

    def __init__(self, *args: Any, classes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].queryset = classes  # type: ignore[attr-defined]
