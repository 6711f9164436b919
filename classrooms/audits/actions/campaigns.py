"""A campaign is ordered, and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.audits.models import Audit, Campaign, CampaignSchool
from classrooms.audits.queries.campaigns import planned_of
from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School


def order_campaign(
    *, by: Actor, name: str, starts_on: dt.date, deadline: dt.date, schools: Collection[School]
) -> Campaign:
    """Order the count of some schools. Counts that go on there already join it.

    Raises RuleBroken ``schools`` for none, ``deadline`` for one before the first day or past.
    """
    if not schools:
        raise RuleBroken("schools", _("Choisissez au moins une école."), "schools")
    if deadline < max(starts_on, clock.today()):
        raise RuleBroken("deadline", _("Choisissez une date à venir, après le début."), "deadline")
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=name, starts_on=starts_on, deadline=deadline, created_by=by.user
        )
        CampaignSchool.objects.bulk_create(
            CampaignSchool(campaign=campaign, school=school) for school in schools
        )
        if starts_on <= clock.today():
            running = Audit.objects.open().filter(school__in=schools, campaign__isnull=True)
            running.update(campaign=campaign)
        journal.record(by, "campaign.order", campaign, schools=len(schools))
    return campaign


def end_campaign(*, by: Actor, campaign: Campaign) -> Campaign:
    """End a campaign: what it found stays, and how much was due there is kept with it.

    Raises RuleBroken ``state`` once it is ended.
    """
    with transaction.atomic():
        rows = Campaign.objects.select_for_update(of=("self",), no_key=True)
        current: Campaign = rows.get(pk=campaign.pk)
        if not current.is_open:
            raise RuleBroken("state", _("Cette campagne est déjà terminée."))
        places = list(current.places.order_by("pk"))
        needed = planned_of([place.school_id for place in places])
        for place in places:
            place.planned = needed.get(place.school_id, 0)
        CampaignSchool.objects.bulk_update(places, ["planned"])
        current.closed_at = clock.now()
        current.save(update_fields=["closed_at"])
        journal.record(by, "campaign.end", current)
    return current
