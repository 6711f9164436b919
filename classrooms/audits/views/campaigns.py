"""Campaigns: ordered, followed school by school, reported, ended."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_READERS
from classrooms.audits import actions, exports
from classrooms.audits.forms import CampaignForm
from classrooms.audits.models import AuditLine, Campaign
from classrooms.audits.queries.campaigns import VERDICTS, progress_by_campaign, report_of
from classrooms.audits.queries.finding import devices_named
from classrooms.queries.figures import school_figures
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.spreadsheets import xlsx_response


@allow(*FLEET_READERS)
@require_GET
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Show the campaigns of one's schools and how far they are."""
    user = signed_in(request)
    page = page_of(request, Campaign.objects.visible_to(user), 10)
    progress = progress_by_campaign(page, user)
    rows = []
    for campaign in page:
        schools = progress[campaign.pk]
        planned = sum(row.planned for row in schools)
        done = sum(min(row.done, row.planned) for row in schools)
        rows.append((campaign, len(schools), planned, done))
    return show(
        request,
        "audits/campaigns.html",
        "campaigns",
        page=page,
        rows=rows,
        today=clock.today(),
        may_order=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Order a campaign."""
    equipped = [row.school for row in school_figures(signed_in(request)) if row.is_equipped]
    today = clock.today()
    form = CampaignForm(
        request.POST or None,
        equipped=equipped,
        initial={"starts_on": today, "deadline": today + dt.timedelta(days=30)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            campaign = actions.order_campaign(
                by=Actor.of(request),
                name=given["name"],
                starts_on=given["starts_on"],
                deadline=given["deadline"],
                schools=form.chosen(),
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Campagne lancée : les techniciens la voient."))
            return redirect("audits:campaign", public_id=campaign.public_id)
    return show(
        request,
        "audits/campaign_new.html",
        "campaigns",
        status=422 if form.is_bound else 200,
        form=form,
    )


@allow(*FLEET_READERS)
@require_GET
def campaign_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how far a campaign is and what it found, in the schools one sees."""
    user = signed_in(request)
    campaign = _campaign(request, public_id)
    report = report_of(campaign, user)
    words = dict(AuditLine.Verdict.choices)
    chosen = request.GET.get("constat", "")
    if chosen not in VERDICTS:
        chosen = "missing"
    lines = [{**line, "words": words[line["verdict"]]} for line in report.lines]
    kept = [line for line in lines if line["verdict"] == chosen]
    everything = request.GET.get("tout") == "1"
    named = devices_named(user, {scan.text for scan in report.unknown})
    return show(
        request,
        "audits/campaign.html",
        "campaigns",
        campaign=campaign,
        report=report,
        counts=[(code, words[code], report.total(code)) for code in VERDICTS],
        chosen=chosen,
        page=page_of(request, kept, max(1, len(kept)) if everything else 25),
        everything=everything,
        unknown=[
            (scan, named.get(scan.text))
            for scan in (report.unknown if everything else report.unknown[:25])
        ],
        known_now=sorted({device.asset_tag for device in named.values()}),
        today=clock.today(),
        may_order=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_READERS)
@require_GET
def campaign_export(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Download what a campaign found, in the schools one sees."""
    campaign = _campaign(request, public_id)
    data = exports.report_xlsx(report_of(campaign, signed_in(request)))
    return xlsx_response(data, f"controle-{campaign.starts_on:%Y-%m-%d}.xlsx")


@allow(*FLEET_MANAGERS)
@require_POST
def campaign_end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a campaign."""
    actions.end_campaign(by=Actor.of(request), campaign=_campaign(request, public_id))
    messages.success(request, _("Campagne terminée. Son constat reste ici."))
    return redirect("audits:campaign", public_id=public_id)


def _campaign(request: HttpRequest, public_id: uuid.UUID) -> Campaign:
    campaign: Campaign = get_visible(Campaign.objects, signed_in(request), public_id=public_id)
    return campaign
