"""The canteen app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CanteenConfig(AppConfig):
    """Wires canteen into the home page and the menu."""

    name = "enrolment.canteen"
    label = "canteen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register home cards, menu entries and the source of charges."""
        from core import acting
        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav
        from core.messaging.kinds import register_kinds
        from enrolment.canteen import collected, merging, retained, telling
        from enrolment.canteen.actions.billing import collect
        from enrolment.canteen.cards import cards
        from payments import sources

        register_cards(cards)
        register_kinds(*telling.KINDS)
        acting.open_pages(
            acting.Scope.CANTEEN,
            "canteen:home",
            "canteen:child",
            "canteen:registration",
            "canteen:leave",
            "canteen:month",
            "canteen:printable",
            "canteen:day",
            "canteen:change",
        )
        acting.describe_acts(
            {
                "booking.book": _("Repas réservé"),
                "booking.cancel": _("Repas annulé"),
                "meal_registration.create": _("Inscription à la cantine"),
                "meal_registration.change_week": _("Semaine habituelle à la cantine changée"),
                "meal_registration.end": _("Inscription à la cantine arrêtée"),
            }
        )
        retained.register_rules()
        collected.register()
        register_nav(
            NavItem(_("Cantine"), "canteen:home", frozenset({Role.GUARDIAN}), "canteen", order=30),
            NavItem(
                _("Restauration"),
                "canteen:orders",
                frozenset({Role.CANTEEN_MANAGER, Role.ADMINISTRATOR}),
                "canteen",
                order=30,
            ),
            NavItem(
                _("Pointage cantine"),
                "canteen:attendance",
                frozenset({Role.HEAD_TEACHER, Role.TEACHER, Role.CANTEEN_MANAGER}),
                "check",
                order=35,
            ),
        )
        sources.register("canteen", collect)
        merging.register()
