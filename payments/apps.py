"""The payments app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Wires payments into the home page and the menu."""

    name = "payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register home cards and menu entries."""
        from core import acting
        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav
        from core.messaging.kinds import register_kinds
        from families.income.prices import register_price_teller
        from payments import collected, erasure, merging, retained, telling, traced
        from payments.cards import cards
        from payments.quoting import prices_at

        register_cards(cards)
        register_price_teller("payments", prices_at)
        register_kinds(*telling.KINDS)
        # To be read only: paying, even out of one's credit, stays the family's own act.
        acting.open_pages(
            acting.Scope.PAYMENTS,
            "payments:home",
            "payments:tariffs",
            "payments:invoice",
            "payments:invoice_pdf",
            "payments:card_receipt_pdf",
            "payments:desk_receipt_pdf",
            "payments:credit_note_pdf",
        )
        retained.register_rules()
        collected.register()
        erasure.register()
        traced.register()
        register_nav(
            NavItem(
                _("Factures"), "payments:home", frozenset({Role.GUARDIAN}), "invoice", order=40
            ),
            NavItem(
                _("Régie"),
                "payments:dashboard",
                frozenset({Role.REVENUE_OFFICER}),
                "desk",
                order=40,
            ),
        )
        merging.register()
