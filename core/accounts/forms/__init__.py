"""Forms of accounts: signing in and up, letters from a desk, people and posts."""

from core.accounts.forms.desk import ActivateForm, ChoosePasswordForm
from core.accounts.forms.people import PeopleFilter, PostForm
from core.accounts.forms.signing import (
    ActivateAppForm,
    AddPasskeyForm,
    ChangeAddressForm,
    ChangePasswordForm,
    CodeForm,
    ConfirmCodeForm,
    NewPasswordForm,
    ResetPasswordForm,
    SetPasswordForm,
    SignInForm,
    SignUpForm,
)

__all__ = [
    "ActivateAppForm",
    "ActivateForm",
    "AddPasskeyForm",
    "ChangeAddressForm",
    "ChangePasswordForm",
    "ChoosePasswordForm",
    "CodeForm",
    "ConfirmCodeForm",
    "NewPasswordForm",
    "PeopleFilter",
    "PostForm",
    "ResetPasswordForm",
    "SetPasswordForm",
    "SignInForm",
    "SignUpForm",
]
