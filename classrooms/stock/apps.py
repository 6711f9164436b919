"""The app of accessories, consumables by depot, SIM cards, contracts of lines."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.stock"
    label = "stock"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register lists, messages, what is kept and what is told."""
        from classrooms.panels import cart_room, device_room, register_tabs
        from classrooms.stock import collected, home, panels, retained, telling
        from core.home import register_cards
        from core.messaging.kinds import register_kinds

        register_tabs(*home.TABS)
        device_room.register(panels.device_sim)
        cart_room.register(panels.cart_sim)
        register_cards(home.cards)
        register_kinds(*telling.KINDS)
        retained.register_rules()
        collected.register()
