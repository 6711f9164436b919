"""The app of reconditioning, wiping, donations, recycling."""

from django.apps import AppConfig


class SecondLifeConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.secondlife"
    label = "secondlife"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take worn-out devices on; say what is kept how long, and what is told to whom."""
        from classrooms.actions.leaving import register_desk
        from classrooms.secondlife import collected, retained
        from classrooms.secondlife.actions.departures import DESK

        register_desk(DESK)
        retained.register_rules()
        collected.register()
