"""Forms of the letter from a desk."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import SetPasswordField
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from core import codes
from core.accounts.forms.signing import PASSWORD_HINT
from core.accounts.models import User

_TYPED = {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}


class ActivateForm(forms.Form):
    """What is on the letter; spaces, dashes and case don't count."""

    identifier = forms.CharField(
        label=_("Identifiant"),
        help_text=_("Neuf lettres et chiffres, en trois groupes."),
        max_length=40,
        widget=forms.TextInput(attrs={**_TYPED, "autocomplete": "username"}),
    )
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Dix lettres et chiffres, en deux groupes."),
        max_length=40,
        widget=forms.TextInput(attrs={**_TYPED, "autocomplete": "one-time-code"}),
    )

    def clean_identifier(self) -> str:
        """Refuse a slip of the pen at once: no account is looked up, nothing is given away."""
        return self._checked("identifier")

    def clean_code(self) -> str:
        """The same."""
        return self._checked("code")

    def _checked(self, name: str) -> str:
        typed = codes.normal(self.cleaned_data[name])
        if not codes.is_valid(typed):
            raise forms.ValidationError(
                _("Il y a une faute de frappe : relisez caractère par caractère.")
            )
        return typed


class ChoosePasswordForm(forms.Form):
    """A password, once."""

    password1 = SetPasswordField(label=_("Mot de passe"), help_text=PASSWORD_HINT)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password1"].widget.attrs.pop("placeholder", None)

    def clean_password1(self) -> str:
        """Hold it against the rules."""
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password
