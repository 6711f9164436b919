"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Wires payments into the home page and the menu."""

    name = "payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
