"""API operation of September: how far the schools are."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from classrooms.access import FLEET_STAFF
from classrooms.season.queries import current_run, rows_of
from classrooms.season.schemas import SeasonOut, season_out
from core.access import signed_in
from core.api import allow_api

router = Router(tags=["fleet-season"])


@router.get("", response=SeasonOut)
@allow_api(*FLEET_STAFF, scope="fleet:read")
def get_season(request: HttpRequest) -> dict[str, Any]:
    """Return the latest return to school and the steps that one's schools have done."""
    user = signed_in(request)
    run = current_run(user)
    if run is None:
        raise Http404
    return season_out(run, rows_of(user, run))
