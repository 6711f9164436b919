"""The app of the guided sequence of September."""

from django.apps import AppConfig


class SeasonConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.season"
    label = "season"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register its list, its home card, and what is kept how long."""
        from classrooms.panels import register_tabs
        from classrooms.season import collected, home, retained
        from core.home import register_cards

        register_tabs(*home.TABS)
        register_cards(home.cards)
        retained.register_rules()
        collected.register()
