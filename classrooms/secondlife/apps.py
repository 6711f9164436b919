"""The app of reconditioning, wiping, donations, recycling."""

from django.apps import AppConfig


class SecondLifeConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.secondlife"
    label = "secondlife"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take worn-out devices on, fill the fleet's pages, say what is kept and told."""
        from django.utils.translation import gettext_lazy as _

        from classrooms.actions.leaving import register_desk
        from classrooms.panels import device_room, register_noter, register_tabs
        from classrooms.secondlife import collected, home, retained, wiring
        from classrooms.secondlife.actions.departures import DESK
        from core.document_kinds import Kind, register_document_kinds
        from core.documents import register_document_reader
        from core.home import register_cards

        register_desk(DESK)
        retained.register_rules()
        collected.register()
        register_tabs(*wiring.TABS)
        register_cards(home.cards)
        device_room.register(wiring.device_panel)
        register_noter(wiring.wipe_notes)
        register_document_reader(wiring.reads_receipt)
        register_document_kinds(
            Kind("secondlife.receipt", _("Reçu d’un lot de matériel"), of_office=True)
        )
