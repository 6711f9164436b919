"""What awaits payers and the revenue office on their home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Min, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.dates import date_format
from core.home import HomeCard
from core.money import format_euros
from payments.models import BillingRun, Invoice, PaymentAttempt


def cards(user: User) -> Iterator[HomeCard]:
    """Yield the cards of payments for somebody."""
    if user.has_role(Role.GUARDIAN):
        yield from _payer(user)
    if user.has_role(Role.REVENUE_OFFICER):
        yield from _office(user)


def _payer(user: User) -> Iterator[HomeCard]:
    due = Invoice.objects.of_person(user).unpaid()
    facts = due.aggregate(cents=Sum("balance_cents"), first=Min("due_on"))
    count = due.count()
    if not count:
        return
    late = facts["first"] < clock.today()
    day = date_format(facts["first"], "j F")
    yield HomeCard(
        title=ngettext("Une facture à payer", "%(n)s factures à payer", count) % {"n": count},
        text=(
            _("%(amount)s, en retard depuis le %(day)s")
            if late
            else _("%(amount)s, avant le %(day)s")
        )
        % {"amount": format_euros(facts["cents"]), "day": day},
        url=reverse("payments:home"),
        action=_("Payer"),
        tone="urgent" if late else "waiting",
        icon="invoice",
        order=20,
    )


def _office(user: User) -> Iterator[HomeCard]:
    open_run = BillingRun.objects.visible_to(user).exclude(state="done").order_by("month").first()
    last = _last_month()
    if open_run is not None:
        month = date_format(open_run.month, "F Y")
        yield HomeCard(
            title=_("Facturation · %(month)s") % {"month": month},
            text=open_run.get_state_display(),
            url=reverse("payments:run", args=[open_run.public_id]),
            action=_("Continuer"),
            tone="waiting",
            icon="invoice",
            order=10,
        )
    elif not BillingRun.objects.filter(month=last).exists():
        yield HomeCard(
            title=_("Facturer %(month)s") % {"month": date_format(last, "F Y")},
            text=_("Le mois est terminé et n’est pas encore facturé."),
            url=reverse("payments:runs"),
            action=_("Préparer la facturation"),
            tone="waiting",
            icon="invoice",
            order=10,
        )
    anomalies = PaymentAttempt.objects.filter(state__in=["anomaly", "disputed"]).count()
    if anomalies:
        yield HomeCard(
            title=_("Paiements à vérifier"),
            text=_("Arrivés autrement que demandé, ou contestés."),
            url=reverse("payments:reconciliation"),
            action=_("Regarder"),
            tone="urgent",
            count=anomalies,
            icon="alert",
            order=5,
        )
    overdue = Invoice.objects.overdue()
    count = overdue.count()
    if count:
        owed = overdue.aggregate(n=Sum("balance_cents"))["n"]
        yield HomeCard(
            title=_("Factures en retard"),
            text=_("%(amount)s à recouvrer") % {"amount": format_euros(owed)},
            url=reverse("payments:overdue"),
            action=_("Envoyer des rappels"),
            tone="plain",
            count=count,
            icon="bell",
            order=30,
        )


def _last_month() -> dt.date:
    return (clock.today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
