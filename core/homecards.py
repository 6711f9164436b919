"""What core has to say on home pages and in menus."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard, NavItem, register_cards, register_nav


def cards(user: User) -> Iterator[HomeCard]:
    """Unread messages for whom they were kept here; failed ones for the administrator."""
    from core.outbox import Message
    from core.rights.closing import pending
    from core.rights.models import RightsRequest

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
    closes = pending(user)
    if closes is not None:
        yield HomeCard(
            title=_("Votre compte va fermer"),
            text=_("Il sera fermé le %(day)s. Vous pouvez encore annuler.")
            % {"day": date_format(clock.service_day(closes.effective_at), "j F Y")},
            url=reverse("rights:close"),
            action=_("Annuler la fermeture"),
            tone="urgent",
            icon="alert",
            order=1,
        )
    if user.has_role(Role.ENROLMENT_AGENT, Role.ADMINISTRATOR):
        asked = RightsRequest.objects.visible_to(user).filter(state=RightsRequest.OPEN)
        counts = asked.aggregate(
            waiting=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today()))
        )
        if counts["waiting"]:
            yield HomeCard(
                title=_("Demandes sur les données"),
                text=ngettext(
                    "%(n)s demande attend une réponse.",
                    "%(n)s demandes attendent une réponse.",
                    counts["waiting"],
                )
                % {"n": counts["waiting"]},
                url=reverse("rights_queue:list"),
                action=_("Répondre"),
                tone="urgent" if counts["late"] else "waiting",
                count=counts["waiting"],
                icon="shield",
                order=45,
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
        NavItem(
            gettext_lazy("Demandes sur les données"),
            "rights_queue:list",
            administrators,
            "shield",
            85,
        )
    )
    register_nav(
        NavItem(gettext_lazy("Personnes"), "people:list", administrators, "people", 60),
        NavItem(gettext_lazy("Partenaires"), "partners:list", administrators, "plug", 70),
        NavItem(gettext_lazy("Envois"), "outbox:list", administrators, "send", 80),
        NavItem(gettext_lazy("Conservation"), "retention:overview", administrators, "archive", 90),
    )
