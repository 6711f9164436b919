"""Forms of the account pages: allauth's, in plain French, one password field each."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts.roles import STAFF_ROLES, Role, ScopeKind

PASSWORD_HINT = _(
    "12 caractères au moins. Plusieurs mots à la suite font un bon mot de passe, facile à retenir."
)


def _plain(field: forms.Field, label: Any, hint: Any = "") -> None:
    """Give a field its words, and no placeholder: it would vanish while one types."""
    field.label = label
    field.help_text = hint
    field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], _("Adresse e-mail"))
        _plain(self.fields["password"], _("Mot de passe"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        _plain(self.fields["remember"], _("Rester connecté sur cet appareil pendant 14 jours"))


class SignUpForm(account.SignupForm):  # type: ignore[misc]
    """What opening an account asks, and nothing more."""

    field_order = ["given_name", "family_name", "email", "password1"]

    given_name = forms.CharField(
        label=_("Prénom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Nom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self.fields["email"],
            _("Adresse e-mail"),
            _("Nous vous y envoyons un lien pour confirmer qu’elle est bien à vous."),
        )
        _plain(self.fields["password1"], _("Mot de passe"), PASSWORD_HINT)


class _OnePassword:
    """Takes the second password field away: people copy their typing mistakes anyway."""

    fields: dict[str, forms.Field]

    def _single(self) -> None:
        self.fields.pop("password2", None)
        _plain(self.fields["password1"], _("Nouveau mot de passe"), PASSWORD_HINT)


class ChangePasswordForm(_OnePassword, account.ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._single()
        _plain(self.fields["oldpassword"], _("Mot de passe actuel"))


class NewPasswordForm(_OnePassword, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._single()


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    """The address to send the link to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["email"], _("Adresse e-mail de votre compte"))


def _code(field: forms.Field, hint: Any) -> None:
    _plain(field, _("Code de vérification"), hint)
    field.widget.attrs.update(
        {"inputmode": "text", "autocomplete": "one-time-code", "spellcheck": "false"}
    )


class CodeForm(mfa.AuthenticateForm):  # type: ignore[misc]
    """The code of the second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(
            self.fields["code"],
            _("Les 6 chiffres de votre application, ou l’un de vos codes de secours."),
        )


class ConfirmCodeForm(mfa.ReauthenticateForm):  # type: ignore[misc]
    """The code again, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("Les 6 chiffres de votre application."))


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"], _("Les 6 chiffres que l’application affiche maintenant."))


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """The name of a new passkey or security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self.fields["name"],
            _("Nom de la clé"),
            _("Pour la reconnaître plus tard : « téléphone », « ordinateur du bureau »…"),
        )
        _plain(
            self.fields["passwordless"],
            _("Me connecter avec cette clé seule, sans mot de passe"),
            _("L’appareil vous demande alors votre empreinte, votre visage ou un code."),
        )


class PostForm(forms.Form):
    """A post to give: a role, and where."""

    role = forms.ChoiceField(
        label=_("Rôle"), choices=[(role, role.label) for role in Role if role in STAFF_ROLES]
    )
    scope_kind = forms.ChoiceField(
        label=_("Étendue"),
        choices=[(kind, kind.label) for kind in ScopeKind if kind != ScopeKind.SELF],
        initial=ScopeKind.SCHOOL,
    )
    scope_ref = forms.CharField(
        label=_("École ou service"),
        required=False,
        max_length=20,
        help_text=_("Le numéro (UAI) de l’école, ou le code du service. Rien pour toute la ville."),
    )
    starts_on = forms.DateField(
        label=_("À partir du"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Jusqu’au (exclu)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PeopleFilter(forms.Form):
    """What to look for among people."""

    q = forms.CharField(label=_("Nom ou adresse e-mail"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("Rôle"), required=False, choices=[("", _("Tous")), *Role.choices]
    )
