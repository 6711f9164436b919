"""Forms of being helped: at the desk, by mandate, on paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.acting import SENSITIVE, Scope
from core.forms import PagesField
from families.actions.acting import DESK_REASONS
from families.forms.base import ConditionalForm, phone_number
from families.models import HelpPlace
from families.rules import MANDATE_DAYS


def _days_label(days: int) -> str:
    if days == 1:
        return str(_("Aujourd’hui seulement, jusqu’à minuit"))
    return ngettext(
        "%(n)d jour, celui de la signature compris",
        "%(n)d jours, celui de la signature compris",
        days,
    ) % {"n": days}


_label_of = lazy(_days_label, str)


class ScopesForm(ConditionalForm):
    """What may be done: everyday things together, sensitive ones ticked one by one."""

    conditional = ("scopes",)

    scopes = forms.MultipleChoiceField(
        label=_("Pour quoi ?"),
        required=False,
        choices=[(s.value, s.label) for s in Scope if s not in SENSITIVE],
        widget=forms.CheckboxSelectMultiple,
    )
    sensitive = forms.MultipleChoiceField(
        label=_("Des informations plus personnelles, seulement si la famille le demande"),
        required=False,
        choices=[(s.value, s.label) for s in Scope if s in SENSITIVE],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one thing at least."""
        data = super().clean() or {}
        data["chosen"] = [*data.get("scopes", []), *data.get("sensitive", [])]
        if not data["chosen"]:
            self.add_error("scopes", _("Choisissez au moins un domaine."))
        return data


class BeginForm(ScopesForm):
    """An agent begins to act for a family: in which situation, and for what."""

    field_order = ["reason", "scopes", "sensitive"]

    reason = forms.ChoiceField(
        label=_("Dans quelle situation êtes-vous ?"),
        choices=[(reason.value, reason.label) for reason in DESK_REASONS],
        widget=forms.RadioSelect,
    )


class MandateForm(ScopesForm):
    """Whom a family lets help it, for how long, for what, signed how."""

    field_order = ["helper", "days", "scopes", "sensitive", "signature"]

    helper = forms.ChoiceField(label=_("Qui vous aide ?"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label=_("Pendant combien de temps ?"),
        choices=[(days, _label_of(days)) for days in MANDATE_DAYS],
        coerce=int,
        widget=forms.RadioSelect,
    )
    signature = forms.ChoiceField(
        label=_("Comment signez-vous ?"),
        choices=[
            ("screen", _("À l’écran, avec mon mot de passe ou un code")),
            ("paper", _("Sur papier : j’imprime, je signe, un agent vérifie")),
        ],
        initial="screen",
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, helpers: list[tuple[str, str]], paper_only: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["helper"].choices = helpers  # type: ignore[attr-defined]
        if paper_only:
            del self.fields["signature"]


class PlaceForm(forms.Form):
    """Where one is helped."""

    place = forms.ModelChoiceField(
        label=_("Où vous aide-t-on ?"),
        queryset=HelpPlace.objects.filter(is_open=True),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
    )


class PasswordForm(forms.Form):
    """Signing with one's password."""

    password = forms.CharField(
        label=_("Votre mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """Signing with the code just sent."""

    code = forms.CharField(
        label=_("Le code reçu par message"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w-s"}
        ),
    )


class ScanForm(forms.Form):
    """The signed paper."""

    scan = PagesField(label=_("Le papier signé"))


class NewPersonForm(forms.Form):
    """Somebody at the desk whom the city does not know yet."""

    given_name = forms.CharField(label=_("Prénom"), max_length=100)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100)
    used_name = forms.CharField(label=_("Nom d’usage"), max_length=100, required=False)
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=20,
        required=False,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    email = forms.EmailField(
        label=_("Adresse e-mail"),
        required=False,
        help_text=_("Pour lui écrire seulement. Sans adresse, le compte s’ouvre par une lettre."),
    )
    language = forms.ChoiceField(label=_("Langue des messages"), choices=settings.LANGUAGES)
    someone_new = forms.BooleanField(
        label=_("Ce n’est aucune des personnes ci-dessus"), required=False
    )

    def __init__(self, *args: Any, alike: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alike:
            del self.fields["someone_new"]


class DeskSearchForm(forms.Form):
    """Whom to look for at the desk."""

    q = forms.CharField(
        label=_("Nom, prénom, téléphone ou numéro de dossier"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
