"""The families app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    """Wires families into the home page, the menu and private files."""

    name = "families"
    label = "families"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what awaits people, and who may open a proof of income."""
        from core.document_kinds import Kind, register_document_kinds
        from core.documents import register_document_reader
        from core.home import register_cards, register_nav
        from core.messaging.kinds import register_kinds
        from core.messaging.texting import register_numbers
        from core.outbox import register_address
        from families import (
            assistance,
            collected,
            erasure,
            home,
            home_income,
            home_people,
            retained,
            separation,
            telling,
            traced,
        )
        from families.access import contact_address, reads_document
        from families.access.assisted import reads_mandate
        from families.desk import wiring

        register_address(contact_address)
        register_cards(home.cards)
        register_cards(home_income.cards)
        register_nav(*home.NAV)
        register_document_reader(reads_document)
        register_document_kinds(Kind("families.income", _("Preuve de revenus"), max_pages=12))
        register_kinds(*telling.KINDS)
        register_numbers(telling.phone_of)
        wiring.register(self)
        home_people.register()
        separation.register()
        register_document_reader(reads_mandate)
        assistance.register()
        retained.register_rules()
        collected.register()
        erasure.register()
        traced.register()
