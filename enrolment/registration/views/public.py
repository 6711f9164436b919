"""For everybody who is handed a certificate and wants to know whether it is true."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja.errors import Throttled

from core.access import ANYONE, allow
from core.api import count_use
from core.net import client_ip
from enrolment.registration.certificates import find_certificate, find_departure, minimal_name
from enrolment.registration.forms import VerifyForm

#: Codes one address may try in an hour.
TRIES = (30, 3600)


@allow(ANYONE)
def verify(request: HttpRequest) -> HttpResponse:
    """Check a certificate's code and show what is needed to compare it with the paper."""
    asked = "code" in request.GET
    form = VerifyForm(request.GET if asked else None)
    found = departure = None
    if asked and form.is_valid():
        try:
            count_use(f"verify:{client_ip(request)}", *TRIES)
        except Throttled:
            form.add_error(None, _("Trop de codes essayés. Attendez une heure, puis réessayez."))
            return render(
                request,
                "registration/verify.html",
                {"form": form, "asked": False, "certificate": None, "departure": None},
                status=429,
            )
        found = find_certificate(form.cleaned_data["code"])
        departure = None if found else find_departure(form.cleaned_data["code"])
    shown = found or departure
    return render(
        request,
        "registration/verify.html",
        {
            "form": form,
            "asked": asked and form.is_valid(),
            "certificate": found,
            "departure": departure,
            "name": minimal_name(shown) if shown else "",
        },
    )
