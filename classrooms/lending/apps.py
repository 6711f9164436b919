"""The app of reservations, transfers between schools, loan agreements."""

from django.apps import AppConfig


class LendingConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.lending"
    label = "lending"
    default_auto_field = "django.db.models.BigAutoField"
