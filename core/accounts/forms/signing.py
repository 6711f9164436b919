"""Forms of the account pages: allauth's, in plain French, one password field each."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import codes, outbox
from core.access import signed_in
from core.accounts.actions.addresses import refusal_link

PASSWORD_HINT = _(
    "12 caractères au moins. Plusieurs mots à la suite font un bon mot de passe, facile à retenir."
)


def _plain(field: forms.Field, label: Any, hint: Any = "") -> None:
    """Give a field its words, and no placeholder: it would vanish while one types."""
    field.label = label
    field.help_text = hint
    field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    """E-mail address or identifier, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Adresse e-mail ou identifiant"),
            max_length=254,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "username",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                    "inputmode": "email",
                }
            ),
        )
        self.order_fields(["login", "password", "remember"])
        _plain(self.fields["password"], _("Mot de passe"))
        _plain(self.fields["remember"], _("Rester connecté sur cet appareil pendant 14 jours"))

    def user_credentials(self) -> dict[str, str]:
        """An address has an @, an identifier never does."""
        login = self.cleaned_data["login"]
        kind = "email" if "@" in login else "username"
        return {
            kind: login if kind == "email" else codes.normal(login),
            "password": self.cleaned_data["password"],
        }


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


class SetPasswordForm(_OnePassword, account.SetPasswordForm):  # type: ignore[misc]
    """A first password, for who came in otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._single()


class NewPasswordForm(_OnePassword, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._single()


class ChangeAddressForm(account.AddEmailForm):  # type: ignore[misc]
    """A new sign-in address; the present one hears of it at once, and again once it changes."""

    def save(self, request: HttpRequest) -> Any:
        """Note the address to confirm, and write to the present one."""
        with transaction.atomic():
            address = super().save(request)
            user = signed_in(request)
            if user.email and user.email != address.email:
                link = refusal_link(user, user.email)
                outbox.queue(
                    kind="account_email_asked",
                    to=user,
                    address=user.email,
                    context={"link": link},
                )
        return address


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
