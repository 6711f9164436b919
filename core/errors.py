"""The one way a business rule says no."""

from __future__ import annotations


class RuleBroken(Exception):
    """A rule of the trade forbids what was asked; nothing has been changed.

    ``code`` is stable and meant for programs, ``message`` is a plain French sentence
    that says what to do, ``field`` names the form or JSON field at fault, if one is.
    Pages show the message, the API answers 409 with the three values.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)
