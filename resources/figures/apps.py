"""The app of figures, costs and the curriculum map."""

from __future__ import annotations

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Wires counting into openings, and pages into the menu."""

    name = "resources.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what other apps ask for."""
        from resources.catalogue.openings import register_listener
        from resources.figures import counting, retained

        register_listener(counting.count_opening)
        retained.register_rules()
