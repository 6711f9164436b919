"""What teachers fill in about their class."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from enrolment.schools.models import ClassGroup
from resources.catalogue.models import Resource
from resources.workspace.access import managed_classes


class CharterForm(forms.Form):
    """That the charter of use was presented to the class."""

    charter = forms.BooleanField(
        label=_("J'ai présenté la charte d'usage à la classe, et les familles sont prévenues."),
        required=True,
        error_messages={"required": _("Présentez d'abord la charte d'usage à la classe.")},
    )


class NoteForm(forms.Form):
    """A word to a class, with resources among those the teacher keeps."""

    title = forms.CharField(label=_("Titre"), max_length=120)
    text = forms.CharField(
        label=_("Message"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Les élèves le lisent dans leur espace. N'écrivez rien de personnel."),
    )
    resources = forms.ModelMultipleChoiceField(
        label=_("Ressources à ouvrir"),
        queryset=Resource.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Celles de vos favoris. Les élèves ne voient que celles de leur âge."),
    )

    def __init__(self, user: User, *args: Any, wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Resource.objects.visible_to(user)
        offered = visible.filter(favourites__user=user) | visible.filter(identifier=wanted)
        self.fields["resources"].queryset = offered.distinct().order_by("title")  # type: ignore[attr-defined]
        if wanted:
            self.fields["resources"].initial = visible.filter(identifier=wanted)


class ShareForm(forms.Form):
    """To which of one's classes a resource goes."""

    class_group: forms.ModelChoiceField[ClassGroup] = forms.ModelChoiceField(
        label=_("Classe"), queryset=ClassGroup.objects.none()
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].queryset = managed_classes(user).order_by("name")  # type: ignore[attr-defined]
