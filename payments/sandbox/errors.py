"""How the provider says no."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer in the provider's error shape: HTTP status, type, code, parameter at fault."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "type": kind}
        if code:
            self.body["code"] = code
        if param:
            self.body["param"] = param


class LostAnswer(Exception):
    """The work is done, but the caller never hears of it: the connection is dropped."""
