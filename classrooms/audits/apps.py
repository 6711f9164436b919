"""The app of counting what is really there: labels, scans, audits of carts, campaigns."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.audits"
    label = "audits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tabs, parts of the fleet's pages, retention, what people may read of it."""
        from classrooms import panels as rooms
        from classrooms.audits import collected, home, panels, retained
        from core.home import register_cards

        retained.register_rules()
        collected.register()
        register_cards(home.cards)
        rooms.register_tabs(*home.TABS)
        rooms.device_acts.register(panels.device_seen_act)
        rooms.device_acts.register(panels.device_label_act)
        rooms.cart_acts.register(panels.cart_acts)
        rooms.cart_acts.register(panels.cart_count_act)
        rooms.device_room.register(panels.device_counts)
        rooms.list_acts.register(panels.list_acts)
        rooms.device_room.register(panels.device_prints)
