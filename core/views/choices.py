"""What one wants to be told and how; and the link that needs no sign-in."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.access import ANYONE, SIGNED_IN, allow, signed_in
from core.accounts.models import User
from core.journal import Actor
from core.messaging import preferences, returns, texting
from core.messaging.kinds import kinds_for


def _rows(user: User) -> list[dict[str, Any]]:
    kept = preferences.choices_of(user)
    return [
        {
            "kind": kind,
            "email": bool(kind.essential) or kind.code not in kept or kept[kind.code].email,
            "sms": kind.code in kept and kept[kind.code].sms,
        }
        for kind in kinds_for(user.roles)
    ]


def _by_topic(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    def topic(row: dict[str, Any]) -> str:
        return str(row["kind"].topic)

    return [(name, list(group)) for name, group in groupby(sorted(rows, key=topic), topic)]


@allow(SIGNED_IN)
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Choose, kind by kind, what comes by e-mail and by SMS; the portal keeps everything."""
    user = signed_in(request)
    rows = _rows(user)
    if request.method == "POST":
        with transaction.atomic():
            for row in rows:
                code = row["kind"].code
                wanted: dict[str, Any] = {
                    "email": bool(row["kind"].essential) or f"email-{code}" in request.POST,
                    "sms": row["kind"].sms and f"sms-{code}" in request.POST,
                }
                if wanted != {"email": row["email"], "sms": row["sms"]}:
                    preferences.choose(by=Actor.of(request), kind=code, **wanted)
        messages.success(request, _("Vos choix sont enregistrés."))
        return redirect("messages:preferences")
    settled = [row for row in rows if row["kind"].essential and not row["kind"].sms]
    return render(
        request,
        "core/messages/preferences.html",
        {
            "topics": _by_topic([row for row in rows if row not in settled]),
            "settled": _by_topic(settled),
            "mobile": texting.mobile_of(user),
            "evening": preferences.EVENING_HOUR,
        },
    )


@csrf_exempt
@allow(ANYONE)
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Stop e-mails of a kind by the link they carry; mail programs post here (RFC 8058).

    Opening the link changes nothing, for programs that look at mail open every link. No
    cookie is looked at: the signed word in the address is the whole right.
    """
    leaving = preferences.read_leaving(token)
    if leaving is None or not leaving.kinds:
        raise Http404
    done = ""
    if request.method == "POST":
        back = request.POST.get("act") == "again"
        preferences.leave(leaving, wanted=back)
        done = "again" if back else "stopped"
    return render(request, "core/messages/leave.html", {"leaving": leaving, "done": done})


@allow(SIGNED_IN)
@require_POST
def trust_address(request: HttpRequest) -> HttpResponse:
    """Write again to one's address, which its owner says works."""
    returns.works_again(by=Actor.of(request), user=signed_in(request))
    messages.success(
        request, _("Nous vous écrivons de nouveau. Un message d’essai vient de partir.")
    )
    return redirect("messages:list")
