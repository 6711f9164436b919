"""The app of charts of the city, forecast of renewals, plans of allocation."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"
