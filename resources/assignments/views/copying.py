"""Copying last week's plan to this week."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import allow, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from resources.assignments import rules, week
from resources.assignments.access import taught_classes
from resources.assignments.actions import plans


@allow(Role.TEACHER)
def copy(request: HttpRequest) -> HttpResponse:
    """Show what began the week before and what would be refused, then give it again."""
    user = signed_in(request)
    data = request.POST if request.method == "POST" else request.GET
    monday = week.shown(data.get("semaine", ""))
    source = rules.week_named(data.get("depuis", "")) or monday - dt.timedelta(days=7)
    groups = taught_classes(user)
    if data.get("classe", "").isdecimal():
        groups = groups.filter(pk=int(data["classe"][:9]))
    plan = plans.week_plan(list(groups.values_list("pk", flat=True)), source)
    weeks = (monday - source).days // 7
    back = reverse("assignments:week") + f"?semaine={rules.week_name(monday)}"
    if weeks < 1:
        messages.info(request, _("Choisissez une semaine d’avant celle que vous préparez."))
        return redirect(back)
    by = Actor.of(request)
    if request.method == "POST":
        asked = set(data.getlist("plan")[:200])
        chosen = [row for row in plan if str(row.public_id) in asked]
        if not chosen:
            messages.info(request, _("Cochez ce que vous voulez donner de nouveau."))
        done = plans.copy_week(by=by, plan=chosen, weeks=weeks)
        if done.given:
            messages.success(
                request,
                ngettext(
                    "%(n)d travail est donné de nouveau.",
                    "%(n)d travaux sont donnés de nouveau.",
                    len(done.given),
                )
                % {"n": len(done.given)},
            )
        for _row, why in done.refused:
            messages.warning(request, why)
        if chosen:
            return redirect(back)
    trial = plans.copy_week(by=by, plan=plan, weeks=weeks, dry_run=True)
    refused = {row.pk: why for row, why in trial.refused}
    known = {row.pk for row in trial.known}
    copies = {row.copied_from_id: row for row in trial.given}
    return render(
        request,
        "assignments/copy.html",
        {
            "monday": monday,
            "source": source,
            "week": rules.week_name(monday),
            "from_week": rules.week_name(source),
            "earlier": rules.week_name(source - dt.timedelta(days=7)),
            "classe": data.get("classe", ""),
            "lines": [
                {
                    "row": row,
                    "whom": week.target_words(row),
                    "copy": copies.get(row.pk),
                    "refused": refused.get(row.pk, ""),
                    "known": row.pk in known,
                }
                for row in plan
            ],
            "back": back,
        },
    )
