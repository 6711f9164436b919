"""What planning puts in the fleet's menu, on the home page and on a device's sheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.access import FLEET_MANAGERS
from classrooms.models import Device
from classrooms.panels import Panel, Tab
from classrooms.planning.models import Plan
from classrooms.planning.rules.depreciation import Asset, end_of_life, residual
from core import clock
from core.access import signed_in
from core.accounts.models import User
from core.home import HomeCard

TABS = (
    Tab(
        "refresh",
        "plan",
        gettext_lazy("Renouvellement"),
        "planning:refresh",
        FLEET_MANAGERS,
        10,
    ),
    Tab("plans", "plan", gettext_lazy("Répartitions"), "planning:plans", FLEET_MANAGERS, 20),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield the plans that wait for somebody else than their author."""
    if not user.has_role(*FLEET_MANAGERS):
        return
    frozen = Plan.objects.visible_to(user).filter(state=Plan.State.FROZEN).exclude(author=user)
    waiting = frozen.count()
    if waiting:
        yield HomeCard(
            title=_("Répartitions à approuver"),
            text=_("Une répartition de matériel attend un second regard : le vôtre."),
            url=reverse("planning:plans"),
            action=_("Voir les répartitions"),
            tone="waiting",
            count=waiting,
            icon="box",
            order=22,
        )


def device_worth(request: HttpRequest, device: Device) -> Panel | None:
    """Say what a device is still worth, to those who plan."""
    if not signed_in(request).has_role(*FLEET_MANAGERS) or device.purchased_on is None:
        return None
    if device.state == Device.State.RETIRED:
        return None
    model = device.model
    paid = device.cost_cents if device.cost_cents is not None else model.price_cents
    asset = Asset(paid, device.purchased_on, model.life_months)
    return Panel(
        "planning/_worth.html",
        {
            "worth": residual(asset, clock.today()),
            "end": end_of_life(device.purchased_on, model.life_months),
        },
        order=90,
    )
