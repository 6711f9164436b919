"""Parents, children, the people around them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core import clock
from families.forms.base import DateInput, phone_number
from families.models import Guardianship


class DailyForm(forms.Form):
    """How a parent is named in daily life, and reached."""

    used_name = forms.CharField(
        label=_("Nom d’usage"),
        help_text=_("Si vous utilisez un autre nom au quotidien."),
        max_length=100,
        required=False,
    )
    phone = forms.CharField(
        label=_("Téléphone"),
        help_text=_("Pour vous joindre si l’école a besoin de vous."),
        max_length=20,
        required=False,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


class AboutYouForm(DailyForm):
    """Who the parent is."""

    given_name = forms.CharField(
        label=_("Prénom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Nom de naissance"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    field_order = ("given_name", "family_name", "used_name", "phone")


class ContactForm(DailyForm):
    """How a parent is named in daily life, reached, written to."""

    language = forms.ChoiceField(label=_("Langue des messages"), choices=settings.LANGUAGES)


class BirthDateForm(forms.Form):
    """When a child was born."""

    birth_date = forms.DateField(label=_("Date de naissance"), widget=DateInput())

    def clean_birth_date(self) -> dt.date:
        """Refuse days to come at once, beside the field."""
        day: dt.date = self.cleaned_data["birth_date"]
        if day > clock.today():
            raise forms.ValidationError(_("La date de naissance est dans le futur."))
        return day


class ChildForm(BirthDateForm):
    """A child's identity."""

    given_name = forms.CharField(label=_("Prénom de l’enfant"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    used_name = forms.CharField(
        label=_("Nom d’usage"),
        help_text=_("S’il est différent du nom de naissance."),
        max_length=100,
        required=False,
    )
    field_order = ("given_name", "family_name", "used_name", "birth_date")


class KinForm(forms.Form):
    """What the parent is to a child."""

    kind = forms.ChoiceField(
        label=_("Vous êtes"),
        choices=[
            (Guardianship.Kind.MOTHER, _("Sa mère")),
            (Guardianship.Kind.FATHER, _("Son père")),
            (Guardianship.Kind.GUARDIAN, _("Son tuteur ou sa tutrice")),
        ],
        widget=forms.RadioSelect,
    )


class NewChildForm(KinForm, ChildForm):
    """A child's identity and what the parent is to them."""


class OtherGuardianForm(forms.Form):
    """The other person responsible for one's children."""

    given_name = forms.CharField(label=_("Prénom"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    kind = forms.ChoiceField(
        label=_("Lien avec l’enfant"),
        choices=[
            (Guardianship.Kind.MOTHER, _("Mère")),
            (Guardianship.Kind.FATHER, _("Père")),
            (Guardianship.Kind.GUARDIAN, _("Tuteur ou tutrice")),
        ],
        widget=forms.RadioSelect,
    )
    children = forms.MultipleChoiceField(
        label=_("De quels enfants ?"), widget=forms.CheckboxSelectMultiple
    )
    home = forms.ChoiceField(
        label=_("Cette personne habite"),
        choices=[("same", _("Avec moi")), ("other", _("À une autre adresse"))],
        widget=forms.RadioSelect,
        help_text=_("Si elle habite ailleurs, elle seule pourra donner et voir son adresse."),
    )
    email = forms.EmailField(
        label=_("Son adresse e-mail"),
        help_text=_("Pour l’inviter à ouvrir son propre accès. Vous pouvez le faire plus tard."),
        required=False,
    )

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["children"]
        field.choices = children  # type: ignore[attr-defined]
        field.initial = [key for key, _label in children]


class InviteForm(forms.Form):
    """Where to send an invitation."""

    email = forms.EmailField(label=_("Son adresse e-mail"))
