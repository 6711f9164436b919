"""The canteen app."""

from django.apps import AppConfig


class CanteenConfig(AppConfig):
    """Wires canteen into the home page and the menu."""

    name = "enrolment.canteen"
    label = "canteen"
    default_auto_field = "django.db.models.BigAutoField"
