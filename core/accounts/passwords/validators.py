"""The rules of passwords, for AUTH_PASSWORD_VALIDATORS. Nothing ever forces a change."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.accounts.passwords import lists
from core.accounts.passwords.strength import Strength, estimate


def about(user: object) -> list[str]:
    """Return the words a guesser who knows this person tries first."""
    words = [settings.CITY_NAME, settings.SERVICE_NAME]
    if isinstance(user, User):
        words += [user.given_name, user.family_name, user.identifier or ""]
        words += (user.email or "").partition("@")[0].replace(".", " ").split()
    return [part for word in words for part in {word, *word.replace("-", " ").split()} if part]


def strength_of(password: str, user: object = None) -> Strength:
    """Return how much a password is worth; one that is on the lists, next to nothing."""
    if lists.is_common(password):
        return Strength(8.0)
    return estimate(password, ranks=lists.ranks(), personal=about(user))


class CommonListValidator:
    """Refuses what is on the common lists, plain or in disguise."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a common one."""
        if lists.is_common(password):
            raise ValidationError(
                _("Beaucoup de gens ont choisi ce mot de passe : il se devine tout de suite."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Pas un mot de passe que tout le monde choisit.")


class EntropyValidator:
    """Refuses what takes fewer guesses than 2⁵⁰ (CNIL, délibération 2022-100)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError with a way out."""
        if not lists.is_common(password) and not strength_of(password, user).enough:
            raise ValidationError(
                _(
                    "Ce mot de passe se devine trop vite. Ajoutez un ou deux mots sans rapport "
                    "entre eux."
                ),
                code="password_too_weak",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Assez long ou assez varié pour ne pas se deviner.")
