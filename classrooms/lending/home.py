"""What movements put into the menu and on home pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms.access import FLEET_READERS, REPORTERS
from classrooms.panels import Tab
from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.dates import date_format
from core.home import HomeCard, NavItem

TABS = (
    Tab("calendar", "lending", gettext_lazy("Réservations"), "lending:calendar", REPORTERS, 20),
    Tab("agreements", "lending", gettext_lazy("Conventions"), "lending:agreements", REPORTERS, 25),
    Tab("transfers", "lending", gettext_lazy("Transferts"), "lending:transfers", FLEET_READERS, 30),
)

NAV = (
    NavItem(
        gettext_lazy("Réserver un chariot"),
        "lending:calendar",
        frozenset({Role.TEACHER}),
        icon="calendar",
        order=61,
    ),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield what arrives at one's schools, and the carts one counts on this week."""
    if user.has_role(Role.IT_TECHNICIAN, Role.HEAD_TEACHER):
        yield from _arrivals(user)
    if user.has_role(Role.TEACHER):
        yield from _reserved(user)


def _arrivals(user: User) -> Iterator[HomeCard]:
    from classrooms.lending.models import Transfer

    coming = Transfer.objects.receivable_by(user).filter(state=Transfer.State.DISPATCHED)
    found = list(coming.order_by("dispatched_at").values_list("public_id", flat=True)[:20])
    if not found:
        return
    one = len(found) == 1
    yield HomeCard(
        title=_("Matériel en route"),
        text=ngettext(
            "%(count)d transfert attend que vous confirmiez son arrivée.",
            "%(count)d transferts attendent que vous confirmiez leur arrivée.",
            len(found),
        )
        % {"count": len(found)},
        url=reverse("lending:transfer_receive", args=[found[0]])
        if one
        else reverse("lending:transfers") + "?state=dispatched",
        action=_("Confirmer l’arrivée"),
        tone="waiting",
        count=len(found),
        icon="truck",
        order=22,
    )


def _reserved(user: User) -> Iterator[HomeCard]:
    from classrooms.lending.models import Reservation

    today = clock.today()
    week = Reservation.objects.filter(
        teacher=user, day__gte=today, day__lte=today + dt.timedelta(days=7), state="booked"
    ).select_related("cart")
    rows = list(week.order_by("day", "first_hour")[:20])
    if not rows:
        return
    first = rows[0]
    now = first.day == today
    yield HomeCard(
        title=_("Vos chariots de la semaine"),
        text=_("%(cart)s, %(day)s (%(span)s).")
        % {
            "cart": first.cart.name,
            "day": _("aujourd’hui") if now else date_format(first.day, "l j F"),
            "span": first.span,
        },
        url=reverse("lending:reservation", args=[first.public_id])
        if now
        else f"{reverse('lending:calendar')}?school={first.school_id}&day={first.day.isoformat()}",
        action=_("Prendre le chariot") if now else _("Voir le calendrier"),
        tone="waiting" if now else "plain",
        count=len(rows),
        icon="calendar",
        order=45,
    )
