"""What core has to say on home pages and in menus."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard, NavItem, register_cards, register_nav


def cards(user: User) -> Iterator[HomeCard]:
    """Unread messages for whom they were kept here; failed ones for the administrator."""
    from core.outbox import Message

    own = Message.objects.visible_to(user).readable()
    unread = own.filter(channel="in_app", read_at__isnull=True).count()
    if unread:
        yield HomeCard(
            title=_("Messages"),
            text=ngettext("Un message vous attend.", "%(count)d messages vous attendent.", unread)
            % {"count": unread},
            url=reverse("messages:list"),
            action=_("Lire"),
            tone="waiting",
            count=unread,
            icon="mail",
            order=40,
        )
    if user.has_role(Role.ADMINISTRATOR):
        failed = Message.objects.filter(state=Message.FAILED).count()
        if failed:
            yield HomeCard(
                title=_("Messages non partis"),
                text=_("Des messages n’ont pas pu partir malgré plusieurs essais."),
                url=reverse("outbox:list"),
                action=_("Voir pourquoi"),
                tone="urgent",
                count=failed,
                icon="send",
                order=10,
            )


def register() -> None:
    """Register cards and menu entries."""
    register_cards(cards)
    administrators = frozenset({str(Role.ADMINISTRATOR)})
    register_nav(
        NavItem(gettext_lazy("Personnes"), "people:list", administrators, "people", 60),
        NavItem(gettext_lazy("Partenaires"), "partners:list", administrators, "plug", 70),
        NavItem(gettext_lazy("Envois"), "outbox:list", administrators, "send", 80),
        NavItem(gettext_lazy("Conservation"), "retention:overview", administrators, "archive", 90),
    )
