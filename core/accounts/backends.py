"""Who a login and a password belong to: an e-mail address, or an identifier."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from core import codes
from core.accounts.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, which takes as long for unknown accounts, with our identifiers."""

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        user = User.objects.filter(identifier=codes.normal(username) or "-").first()
        found: User | None = self._check_password(user, password)
        return found
