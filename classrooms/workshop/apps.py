"""The app of repairs, parts, warranty claims, recurring faults."""

from django.apps import AppConfig


class WorkshopConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.workshop"
    label = "workshop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register lists, parts of the fleet's pages, messages, what is kept and told."""
        from classrooms import panels as rooms
        from classrooms.workshop import collected, home, panels, retained, telling
        from core.home import register_cards
        from core.messaging.kinds import register_kinds

        rooms.register_tabs(*home.TABS)
        rooms.device_acts.register(panels.device_acts)
        rooms.device_room.register(panels.device_repairs)
        rooms.cart_acts.register(panels.cart_acts)
        rooms.incident_acts.register(panels.incident_acts)
        rooms.incident_room.register(panels.incident_repairs)
        rooms.board_room.register(panels.board_faults)
        register_cards(home.cards)
        register_kinds(*telling.KINDS)
        retained.register_rules()
        collected.register()
