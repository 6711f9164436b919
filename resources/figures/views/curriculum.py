"""The curriculum map, what teachers report missing, and what editors do about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.access import allow, get_visible, reach_of, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.spreadsheets import Column
from enrolment.schools.models import ClassGroup, GradeLevel, School
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Term
from resources.catalogue.rules import CYCLES, LEVELS
from resources.figures import actions, curriculum, exports
from resources.figures.access import MAP_READERS, OwnClassQuerySet, own_classes
from resources.figures.forms import GapForm
from resources.figures.models import Gap, GapReport
from resources.figures.views.overview import show


def _class_and_level(request: HttpRequest) -> tuple[list[ClassGroup], ClassGroup | None, str]:
    """Return a person's classes, the one chosen, and the level of the map."""
    user = signed_in(request)
    own = list(own_classes(user).select_related("school").order_by("name", "pk"))
    asked = request.GET.get("classe", "")
    group = next((found for found in own if str(found.pk) == asked), own[0] if own else None)
    level = request.GET.get("niveau", "")
    if level not in GradeLevel.values:
        level = str(group.levels[0]) if group and group.levels else _first_level(user)
    return own, group, level


def _first_level(user: User) -> str:
    """Return the level on which the map opens for who has no class."""
    school = School.objects.filter(uai__in=reach_of(user, Role.HEAD_TEACHER).schools).first()
    return str(school.levels[0]) if school and school.levels else "CP"


@allow(*MAP_READERS)
@require_GET
def level_map(request: HttpRequest) -> HttpResponse:
    """Show the notions of a level, folded, with resources, use and gaps."""
    own, group, level = _class_and_level(request)
    found = curriculum.build(signed_in(request), level, group)
    unfolded = request.GET.get("deplier") == "1"
    opened = request.GET.get("notion", "")
    if unfolded or opened:
        curriculum.unfold(found, "" if unfolded else opened)
    return show(
        request,
        "curriculum.html",
        "map",
        map=found,
        classes=own,
        class_group=group,
        level=level,
        cycles=[(number, levels) for number, levels in CYCLES.items()],
        may_report=group is not None and level in group.levels,
        unfolded=unfolded,
        query=urlencode({"niveau": level, **({"classe": group.pk} if group else {})}),
    )


@allow(*MAP_READERS)
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Download the map of a level."""
    _own, group, level = _class_and_level(request)
    found = curriculum.build(signed_in(request), level, group)
    labels = {
        "missing": _("Aucune ressource"),
        "unused": _("Pas encore utilisée"),
        "used": _("Utilisée"),
        "there": "",
    }
    columns = [
        Column(_("Niveau"), width=8),
        Column(_("Domaine"), width=30),
        Column(_("Notion"), width=44),
        Column(_("Ressources"), "integer", 12),
        Column(_("Dont pour les élèves"), "integer", 12),
        Column(_("Utilisées cette année"), "integer", 12),
        Column(_("Situation"), width=22),
    ]
    rows = [
        (
            level,
            root.label,
            "" if notion is root else f"{'   ' * (depth - 1)}{notion.label}",
            notion.resources,
            notion.for_pupils,
            notion.used,
            labels[notion.state],
        )
        for root in found.roots
        for depth, notion in root.walk()
    ]
    return exports.response(form, f"programme-{level}", columns, rows)


def _notion(code: str) -> Term:
    found = Term.objects.filter(vocabulary="domain", code=code).first()
    if found is None:
        raise Http404
    return found


@allow(Role.TEACHER)
def report(request: HttpRequest, pk: int, level: str, code: str) -> HttpResponse:
    """Say that one's class misses a resource for a notion, with a few words if one likes."""
    user = signed_in(request)
    group: ClassGroup = get_visible(OwnClassQuerySet(), user, pk=pk)
    if level not in LEVELS or level not in group.levels:
        raise Http404
    term = _notion(code)
    known = GapReport.objects.visible_to(user).filter(
        class_group=group, gap__level=level, gap__term=term
    )
    here = known.select_related("gap").first()
    form = GapForm(request.POST or None, instance=here)
    if request.method == "POST":
        query = urlencode({"classe": group.pk, "niveau": level, "notion": term.code})
        back = f"{reverse('figures:curriculum')}?{query}#n-{term.pk}"
        by = Actor.of(request)
        if request.POST.get("do") == "take_back":
            actions.withdraw_gap(by=by, class_group=group, level=level, term=term)
            messages.success(request, _("Votre signalement est retiré."))
            return redirect(back)
        if form.is_valid():
            try:
                actions.report_gap(
                    by=by,
                    class_group=group,
                    level=level,
                    term=term,
                    wish=form.cleaned_data["wish"],
                )
            except RuleBroken as broken:
                messages.error(request, broken.message)
            else:
                messages.success(request, _("C’est noté : la Ville en tient compte pour acheter."))
            return redirect(back)
    return show(
        request,
        "report_gap.html",
        "map",
        form=form,
        class_group=group,
        level=level,
        term=term,
        report=here,
    )


def _gaps(request: HttpRequest) -> tuple[Any, str, str]:
    """Return the gaps asked for, those that most classes report first."""
    state, level = request.GET.get("etat", Gap.State.OPEN), request.GET.get("niveau", "")
    gaps = Gap.objects.visible_to(signed_in(request)).select_related("term", "term__parent")
    if state in Gap.State.values:
        gaps = gaps.filter(state=state)
    if level in GradeLevel.values:
        gaps = gaps.filter(level=level)
    counted = gaps.annotate(classes=Count("reports")).order_by("-classes", "level", "term", "pk")
    return counted, state, level


@allow(*EDITORS)
@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """Show what classes miss, the most asked for first."""
    listed, state, level = _gaps(request)
    page = page_of(request, listed.prefetch_related("reports"))
    rows = list(page.object_list)
    stock = curriculum.stock(rows)
    return show(
        request,
        "gaps.html",
        "gaps",
        page_obj=page,
        rows=[(gap, stock[gap.pk], [r.wish for r in gap.reports.all() if r.wish]) for gap in rows],
        states=Gap.State.choices,
        state=state,
        levels=GradeLevel.values,
        level=level,
        query=request.GET.urlencode(),
    )


@allow(*EDITORS)
@require_GET
def gaps_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download what classes miss, filtered as on screen."""
    listed, _state, _level = _gaps(request)
    found = list(listed.prefetch_related("reports"))
    stock = curriculum.stock(found)
    columns = [
        Column(_("Niveau"), width=8),
        Column(_("Domaine"), width=30),
        Column(_("Notion"), width=40),
        Column(_("Classes qui le demandent"), "integer", 14),
        Column(_("Ressources aujourd’hui"), "integer", 14),
        Column(_("Suite donnée"), width=18),
        Column(_("Ce qu’il faudrait"), width=60),
    ]
    rows = [
        (
            gap.level,
            gap.term.parent.label if gap.term.parent else "",
            gap.term.label,
            gap.classes,
            stock[gap.pk],
            str(gap.get_state_display()),
            " ; ".join(report.wish for report in gap.reports.all() if report.wish),
        )
        for gap in found
    ]
    return exports.response(form, "ressources-manquantes", columns, rows)


@allow(*EDITORS)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of a gap."""
    gap: Gap = get_visible(Gap.objects, signed_in(request), pk=pk)
    try:
        actions.settle_gap(by=Actor.of(request), gap=gap, to=request.POST.get("to", ""))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C’est noté."))
    return redirect("figures:gaps")
