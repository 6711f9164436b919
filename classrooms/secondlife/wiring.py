"""What the second life puts on the fleet's pages: lists, a part of a device's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.panels import Panel, Tab
from core.accounts.models import User
from core.documents import Document

TABS = (
    Tab("departures", "secondlife", _("Appareils"), "secondlife:departures", FLEET_STAFF, 10),
    Tab("sittings", "secondlife", _("Séances"), "secondlife:sittings", FLEET_MANAGERS, 20),
    Tab("lots", "secondlife", _("Lots"), "secondlife:lots", FLEET_STAFF, 30),
    Tab("recipients", "secondlife", _("Bénéficiaires"), "secondlife:recipients", FLEET_STAFF, 40),
    Tab("reuse", "secondlife", _("Taux de réemploi"), "secondlife:reuse", FLEET_MANAGERS, 50),
)


def device_panel(request: HttpRequest, device: Any) -> Panel | None:
    """Say on a device's sheet that it is on its way out, and where it went."""
    from classrooms.secondlife.models import Departure, LotLine

    user = request.user
    if not isinstance(user, User) or not user.has_role(*FLEET_STAFF):
        return None
    departure = Departure.objects.standing().filter(device=device).first()
    if departure is None:
        return None
    line = LotLine.objects.standing().filter(device=device).select_related("lot__recipient").first()
    return Panel(
        "secondlife/_device.html",
        {
            "departure": departure,
            "lot": line.lot if line else None,
            "url": reverse("secondlife:file", args=[departure.public_id]),
        },
        order=40,
    )


def wipe_notes(request: HttpRequest, events: Sequence[Any]) -> dict[int, str]:
    """Say under a device's history which wipe was verified, which withdrawn, and why.

    To those who run the fleet: the others read that it happened.
    """
    from classrooms.secondlife.models import Wipe

    user = request.user
    told = [event for event in events if event.kind in ("wiped", "unwiped")]
    if not told or not isinstance(user, User) or not user.has_role(*FLEET_STAFF):
        return {}
    wipes = list(Wipe.objects.visible_to(user).filter(device=told[0].device_id))
    verified = {wipe.verified_at: wipe for wipe in wipes}
    withdrawn = {wipe.withdrawn_at: wipe for wipe in wipes}
    notes: dict[int, str] = {}
    for event in told:
        wipe = (verified if event.kind == "wiped" else withdrawn).get(event.at)
        if wipe is None:
            continue
        says = {"how": wipe.get_technique_display(), "number": wipe.number}
        if event.kind == "wiped":
            note = gettext("%(how)s, %(number)s") % says
            if wipe.withdrawn_at is not None:
                note = gettext("%(how)s, %(number)s — retiré depuis") % says
        else:
            note = gettext("%(how)s, %(number)s. Motif : %(why)s") % (
                says | {"why": wipe.withdrawn_why}
            )
        notes[event.pk] = note
    return notes


def reads_receipt(user: User, document: Document) -> bool:
    """Tell whether somebody who runs the fleet opens the signed receipt of a lot."""
    return document.kind == "secondlife.receipt" and user.has_role(*FLEET_STAFF)
