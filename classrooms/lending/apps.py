"""The app of reservations, transfers between schools, loan agreements."""

from django.apps import AppConfig


class LendingConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.lending"
    label = "lending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tabs, messages, what is held, retention."""
        from classrooms.holding import register_holder
        from classrooms.lending import collected, home, retained, telling
        from classrooms.lending.queries.transfers import on_the_way
        from classrooms.panels import register_tabs
        from core.messaging.kinds import register_kinds

        register_tabs(*home.TABS)
        register_kinds(*telling.KINDS)
        register_holder(on_the_way)
        retained.register_rules()
        collected.register()
