"""Forms of the administrator's page of people and their posts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.roles import PROTECTED_ROLES, Role, ScopeKind
from core.scopes import code_of


class PostForm(forms.Form):
    """A post to give: a role, and where."""

    role = forms.ChoiceField(
        label=_("Rôle"), choices=[(role, role.label) for role in Role if role in PROTECTED_ROLES]
    )
    scope_kind = forms.ChoiceField(
        label=_("Étendue"),
        choices=[(kind, kind.label) for kind in ScopeKind if kind != ScopeKind.SELF],
        initial=ScopeKind.SCHOOL,
    )
    scope_ref = forms.CharField(
        label=_("École ou service"),
        required=False,
        max_length=200,
        help_text=_("Commencez le nom de l’école et choisissez-la. Rien pour toute la ville."),
        widget=forms.TextInput(attrs={"list": "lieux", "autocomplete": "off"}),
    )
    starts_on = forms.DateField(
        label=_("À partir du"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Jusqu’au (exclu)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Turn what was picked or typed into the code of a place."""
        data: dict[str, Any] = super().clean() or {}
        code = code_of(data.get("scope_kind", ""), data.get("scope_ref", ""))
        if code is None:
            self.add_error(
                "scope_ref", _("Nous ne connaissons pas ce lieu : choisissez-le dans la liste.")
            )
        else:
            data["scope_ref"] = code
        return data


class PeopleFilter(forms.Form):
    """What to look for among people."""

    q = forms.CharField(label=_("Nom ou adresse e-mail"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("Rôle"), required=False, choices=[("", _("Tous")), *Role.choices]
    )
