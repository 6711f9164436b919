"""The app of forecasts of renewal and plans of allocation."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tabs, retention, what is told to people."""
        from classrooms.panels import register_tabs
        from classrooms.planning import collected, home, retained

        register_tabs(*home.TABS)
        retained.register_rules()
        collected.register()
