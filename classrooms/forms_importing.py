"""What a person gives with a table of devices or lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import ImportRun
from core.importing import forms as importing


class TableForm(importing.TableForm):
    """A table, what it is about, and where it comes from; ``lines`` says who keeps those."""

    subject = forms.ChoiceField(
        label=_("Que contient-il ?"),
        choices=ImportRun.Subject.choices,
        initial=ImportRun.Subject.DEVICES,
    )
    field_order = ("subject", "supplier", "file")
    hints = {
        "supplier": _("Un fournisseur, une école. Ce que vous expliquerez sera retenu pour lui."),
        "file": _("Excel (.xlsx) ou CSV ; 10 Mo, 20 000 lignes et 64 colonnes au plus."),
    }

    def __init__(self, *args: Any, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv,.txt,.tsv"
        if not lines:
            del self.fields["subject"]
