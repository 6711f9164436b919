"""What the family forms are made of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

phone_number = RegexValidator(
    r"^\+?[0-9 .()-]{6,20}$", _("Écrivez un numéro de téléphone, par exemple 06 12 34 56 78.")
)


class DateInput(forms.DateInput):
    """The browser's own date field, which works without script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ConditionalForm(forms.Form):
    """A form whose ``conditional`` fields are needed in some cases only.

    ``clean`` says when. Their labels must not call them optional, so they are shown as
    required and validated as not.
    """

    conditional: tuple[str, ...] = ()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._need(needed=True)

    def _need(self, *, needed: bool) -> None:
        for name in self.conditional:
            if name in self.fields:
                self.fields[name].required = needed

    def full_clean(self) -> None:
        """Validate without asking for the conditional fields."""
        self._need(needed=False)
        super().full_clean()
        self._need(needed=True)
