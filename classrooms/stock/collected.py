"""What we hold of the people who handle the stock."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from classrooms.stock.models import StockMovement
from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell


def stock(user: User) -> Iterator[Section]:
    """Tell the movements of stock that a person made."""
    yield Section(
        "stock",
        _("Stock de matériel"),
        _("Pour savoir ce qui reste, et qui l’a pris."),
        _("Dix ans, comme les pièces de la comptabilité."),
        tell(
            StockMovement.objects.filter(actor=user).select_related("item").order_by("-at", "-pk"),
            lambda row: row.get_kind_display(),
            ("item", _("Article")),
            ("quantity", _("Nombre")),
            ("at", _("Le")),
        ),
        order=68,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme que l’agent qui a changé une carte de place ; son acte est au journal.",
        "stock.SimEvent",
    )
    register_collector("stock", stock, "stock.StockMovement")
