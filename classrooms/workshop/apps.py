"""The app of repairs, parts, warranty claims, recurring faults."""

from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.workshop"
    label = "workshop"
    default_auto_field = "django.db.models.BigAutoField"
