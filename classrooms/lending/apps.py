"""The app of reservations, transfers between schools, loan agreements."""

from django.apps import AppConfig


class LendingConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.lending"
    label = "lending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tabs, messages, what is held, retention."""
        from classrooms.holding import register_claim, register_holder
        from classrooms.lending import collected, home, parts, retained, telling
        from classrooms.lending.actions.agreements import AGREEMENT
        from classrooms.lending.queries.agreements import reads_agreement
        from classrooms.lending.queries.calendar import claimed
        from classrooms.lending.queries.transfers import on_the_way
        from classrooms.panels import cart_acts, cart_room, device_acts, device_room, register_tabs
        from core.document_kinds import register_document_kinds
        from core.documents import register_document_reader
        from core.home import register_cards, register_nav
        from core.messaging.kinds import register_kinds

        register_tabs(*home.TABS)
        register_kinds(*telling.KINDS)
        register_cards(home.cards)
        register_nav(*home.NAV)
        register_document_kinds(AGREEMENT)
        register_document_reader(reads_agreement)
        register_holder(on_the_way)
        register_claim(claimed)
        cart_acts.register(parts.cart_acts)
        cart_room.register(parts.cart_room)
        device_acts.register(parts.device_acts)
        device_room.register(parts.device_room)
        retained.register_rules()
        collected.register()
