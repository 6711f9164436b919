"""What a person gives with a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TableForm(forms.Form):
    """A table, and where it comes from: an app adds what it remembers, and what it reads.

    Its page lists the sources known so far in a datalist named ``suppliers``.
    """

    supplier = forms.CharField(
        label=_("D’où vient ce tableau ?"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
    )
    file = forms.FileField(label=_("Tableau"))
    #: What is said under each field.
    hints: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, hint in self.hints.items():
            self.fields[name].help_text = hint
