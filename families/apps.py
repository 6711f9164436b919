"""The families app."""

from django.apps import AppConfig


class FamiliesConfig(AppConfig):
    """Wires families into the home page and the menu."""

    name = "families"
    label = "families"
    default_auto_field = "django.db.models.BigAutoField"
