"""The app of forecasts of renewal and plans of allocation."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tabs, retention, what is told to people."""
        from classrooms.panels import device_room, register_tabs
        from classrooms.planning import collected, home, retained
        from core.home import register_cards

        register_tabs(*home.TABS)
        register_cards(home.cards)
        device_room.register(home.device_worth)
        retained.register_rules()
        collected.register()
