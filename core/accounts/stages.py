"""Steps between the password and being in."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage


class AddressStage(EmailVerificationStage):  # type: ignore[misc]
    """Asks to confirm the address, of those who have one: desk accounts may have none."""

    def handle(self) -> tuple[Any, bool]:
        """Let accounts without any address pass."""
        user = self.login.user
        if (
            user is not None
            and not user.email
            and not EmailAddress.objects.filter(user=user).exists()
        ):
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer
