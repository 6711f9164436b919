"""Steps between the password and being in."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage


class AddressStage(EmailVerificationStage):  # type: ignore[misc]
    """Asks to confirm the address, of those who have one: desk accounts may have none."""

    def handle(self) -> tuple[Any, bool]:
        """Let accounts that don't sign in by an address pass."""
        user = self.login.user
        if user is not None and not user.email:
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer
