"""What an editor gives with a table."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.importing import forms as importing


class TableForm(importing.TableForm):
    """A table of resources, and who it comes from."""

    hints = {
        "supplier": _("Le nom du fournisseur. Ce que vous expliquerez sera retenu pour lui."),
        "file": _(
            "Excel (.xlsx), CSV, ou notices LOM, Dublin Core, JSON-LD, GAR ; 10 Mo et 10 000 "
            "lignes au plus."
        ),
    }
