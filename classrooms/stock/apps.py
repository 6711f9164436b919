"""The app of accessories, consumables by depot, SIM cards, contracts of lines."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.stock"
    label = "stock"
    default_auto_field = "django.db.models.BigAutoField"
