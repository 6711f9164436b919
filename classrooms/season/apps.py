"""The app of the guided sequence of September."""

from django.apps import AppConfig


class SeasonConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.season"
    label = "season"
    default_auto_field = "django.db.models.BigAutoField"
