"""Whom to write to by post, because no message reaches them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import journal
from core.access import allow, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.paging import page_of
from core.spreadsheets import write_xlsx, xlsx_response
from families.unreachable import COLUMNS, envelope, rows, unreachable


@allow(Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)
def letters(request: HttpRequest) -> HttpResponse:
    """List guardians whom messages do not reach; as a spreadsheet on demand."""
    user = signed_in(request)
    found = unreachable(user).select_related("household__street")
    reason = request.GET.get("motif", "")
    if reason in ("failing", "none"):
        found = found.filter(reach=reason)
    if request.GET.get("format") == "xlsx":
        table = rows(found)
        journal.record(Actor.of(request), "letters.export", user, count=len(table))
        return xlsx_response(write_xlsx("Lettres", COLUMNS, table), "lettres.xlsx")
    page = page_of(request, found)
    listed = [(row, envelope(row)) for row in page]
    return render(
        request,
        "families/letters.html",
        {"page_obj": page, "listed": listed, "reason": reason},
    )
