"""What people fill in about collections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from enrolment.schools.models import ClassGroup, School
from resources.catalogue.access import EDITORS
from resources.curation.access import schools_of
from resources.curation.models import Collection
from resources.workspace.access import managed_classes

Reach = Collection.Reach


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CollectionForm(forms.Form):
    """The words of a collection, and who sees it."""

    title = forms.CharField(label=_("Titre"), max_length=120)
    introduction = forms.CharField(
        label=_("Introduction"),
        max_length=2000,
        required=False,
        widget=_area(4),
        help_text=_(
            "À quoi sert la collection, comment s’en servir. Tous ceux qui la voient la lisent, "
            "élèves compris."
        ),
    )
    reach = forms.ChoiceField(label=_("Qui la voit ?"), widget=forms.RadioSelect)
    school: forms.ModelChoiceField[School] = forms.ModelChoiceField(
        label=_("École"), queryset=School.objects.none(), required=False
    )

    def __init__(
        self, user: User, *args: Any, collection: Collection | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"reach": Reach.PRIVATE}
        if collection is not None:
            initial = {
                "title": collection.title,
                "introduction": collection.introduction,
                "reach": collection.reach,
                "school": collection.school_id,
            }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        schools = list(schools_of(user).order_by("name", "pk")[:50])
        of_city = collection is not None and collection.reach == Reach.CITY
        choices: list[tuple[str, Any]] = [] if of_city else [(Reach.PRIVATE, Reach.PRIVATE.label)]
        if schools and not of_city:
            label: Any = Reach.SCHOOL.label
            if len(schools) == 1:
                label = _("Pour mon école : %(school)s") % {"school": schools[0].name}
            choices.append((Reach.SCHOOL, label))
        if user.has_role(*EDITORS):
            choices.append((Reach.CITY, Reach.CITY.label))
        self.fields["reach"].choices = choices  # type: ignore[attr-defined]
        self.only_school = schools[0] if len(schools) == 1 else None
        if len(schools) > 1 and not of_city:
            self.fields["school"].queryset = schools_of(user).order_by("name", "pk")  # type: ignore[attr-defined]
            self.fields["school"].empty_label = _("Choisissez")  # type: ignore[attr-defined]
        else:
            del self.fields["school"]
        if len(choices) == 1:
            self.fields["reach"].widget = forms.HiddenInput()
            self.initial["reach"] = choices[0][0]

    def facts(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {
            "title": self.cleaned_data["title"],
            "introduction": self.cleaned_data["introduction"],
            "reach": self.cleaned_data["reach"],
            "school": self.cleaned_data.get("school") or self.only_school,
        }


class NoteForm(forms.Form):
    """The word that goes with a resource in a collection."""

    note = forms.CharField(
        label=_("Votre note"),
        max_length=500,
        required=False,
        widget=_area(3),
        help_text=_("Pourquoi cette ressource, quand s’en servir. Laissez vide pour l’effacer."),
    )


class AddForm(forms.Form):
    """In which collection a resource goes: one of one's own, or a new one."""

    NEW = "new"

    collection = forms.ChoiceField(label=_("Collection"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("Titre de la nouvelle collection"), max_length=120, required=False
    )
    note = forms.CharField(
        label=_("Votre note"),
        max_length=500,
        required=False,
        widget=_area(2),
        help_text=_("Pourquoi cette ressource, quand s’en servir."),
    )

    def __init__(self, collections: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(found.public_id), found.title) for found in collections]
        self.fields["collection"].choices = [*known, (self.NEW, _("Une nouvelle collection"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask a title of a new collection."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("collection") == self.NEW and not cleaned.get("title", "").strip():
            self.add_error("title", _("Donnez un titre à la collection."))
        return cleaned


class FavouritesForm(AddForm):
    """Which of one's favourites go into which collection."""

    resources = forms.MultipleChoiceField(
        label=_("Ressources"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une ressource.")},
    )
    field_order = ("resources", "collection", "title")

    def __init__(
        self, collections: list[Any], resources: list[Any], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(collections, *args, **kwargs)
        del self.fields["note"]
        self.fields["resources"].choices = [(str(found.pk), found.title) for found in resources]  # type: ignore[attr-defined]


class ClassesForm(forms.Form):
    """In which of one's classes a collection is shown."""

    class_groups: forms.ModelMultipleChoiceField[ClassGroup] = forms.ModelMultipleChoiceField(
        label=_("Classes"),
        queryset=ClassGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Les élèves n’y trouvent que les ressources ouvertes à leur âge."),
    )

    def __init__(self, user: User, collection: Collection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        classes = managed_classes(user)
        if collection.reach == Reach.SCHOOL:
            classes = classes.filter(school=collection.school)
        self.fields["class_groups"].queryset = classes.order_by("school__name", "name", "pk")  # type: ignore[attr-defined]
        self.fields["class_groups"].initial = classes.filter(
            shared_collections__collection=collection
        )


class ProposalForm(forms.Form):
    """A word to the editors with a collection."""

    message = forms.CharField(
        label=_("Un mot pour les documentalistes"), max_length=500, required=False, widget=_area(3)
    )


class ReasonForm(forms.Form):
    """Why an editor says no."""

    reason = forms.CharField(label=_("Raison"), max_length=300, widget=_area(2))
