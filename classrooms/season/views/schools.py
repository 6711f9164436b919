"""One school's return to school: five steps on one page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classrooms.access import FLEET_STAFF
from classrooms.season import actions, papers, queries, rules
from classrooms.season.forms import DueForm
from classrooms.season.models import CartPlan, SchoolSeason, SeasonRun
from classrooms.views.common import number, show
from classrooms.views.ticking import ticks
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.pdf import pdf_response


def _season(request: HttpRequest, public_id: uuid.UUID) -> SchoolSeason:
    season: SchoolSeason = get_visible(
        SchoolSeason.objects.select_related("school", "run__school_year", "run__campaign"),
        signed_in(request),
        public_id=public_id,
    )
    return season


@allow(*FLEET_STAFF)
@require_GET
def school_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what each step would do, and what was done."""
    return _page(request, _season(request, public_id))


def _page(
    request: HttpRequest, season: SchoolSeason, broken: dict[str, Any] | None = None
) -> HttpResponse:
    """Show the steps; ``broken`` says under which one what is wrong, as it was typed there."""
    row = queries.with_steps([season])[0]
    done = frozenset(key for key, _label, step in row.steps if step is not None)
    loans = list(queries.old_loans(season))
    items = queries.items_of(loans)
    holders = {loan.pk: loan.holder_name for loan in loans}
    carts = queries.cart_rows(season)
    counted = queries.counted_carts(season)
    due = DueForm()
    if broken is not None and broken["key"] == "carts":
        chosen = _choices(request)
        for cart in carts:
            cart.chosen = chosen.get(cart.cart.pk, cart.chosen)
        due = DueForm(request.POST) if "due_on" in request.POST else due
    plans = CartPlan.objects.filter(season=season, hand_out__state="open")
    return show(
        request,
        "season/school.html",
        "season",
        season=season,
        run=season.run,
        is_open=season.run.state == SeasonRun.State.OPEN,
        row=row,
        steps={key: step for key, _label, step in row.steps},
        now=broken["key"] if broken else rules.next_step(done),
        broken=broken,
        classes=queries.classes_of(season.school, season.run.school_year_id),
        loans=[(loan, items[loan.pk]) for loan in loans],
        ticks=ticks(
            request,
            "back",
            [item for loan in loans for item in items[loan.pk]],
            value=lambda item: item.pk,
            by=[lambda item: (item.hand_out_id, holders[item.hand_out_id])],
            start="loans" not in done,
            anchor="loans",
        ),
        out=sum(len(rows) for rows in items.values()),
        counted=counted,
        uncounted=sum(at is None for _cart, at in counted),
        carts=carts,
        ready=not rules.missing_steps("carts", done),
        handed=list(plans.select_related("cart", "class_group", "hand_out").order_by("cart")),
        due=due,
        status=409 if broken else 200,
    )


@allow(*FLEET_STAFF)
@require_POST
def step(request: HttpRequest, public_id: uuid.UUID, key: str) -> HttpResponse:
    """Do one step as the page shows it."""
    season = _season(request, public_id)
    back = redirect("season:school", public_id=public_id)
    act = _STEPS.get(key)
    if act is None:
        return back
    try:
        said = act(request, season)
    except RuleBroken as broken:
        here = {"annuler": "carts", "refaire": request.POST.get("key", "")}.get(key, key)
        lines = [{"text": broken.message, "label": "", "target": ""}]
        return _page(request, season, {"key": here, "lines": lines})
    messages.success(request, said)
    return back


def _classes(request: HttpRequest, season: SchoolSeason) -> str:
    actions.confirm_classes(by=Actor.of(request), season=season)
    return _("Les classes sont vérifiées.")


def _loans(request: HttpRequest, season: SchoolSeason) -> str:
    done = actions.end_loans(
        by=Actor.of(request),
        season=season,
        shown=_numbers(request, "shown"),
        back=_numbers(request, "back"),
    )
    missing: int = done.figures["missing"]
    if not missing:
        return _("Tout est rendu : les prêts de l’an passé sont clos.")
    return ngettext(
        "%(count)d appareil n’est pas rendu : son prêt passe en retard.",
        "%(count)d appareils ne sont pas rendus : leurs prêts passent en retard.",
        missing,
    ) % {"count": missing}


def _numbers(request: HttpRequest, name: str) -> set[int]:
    found = (number(text) for text in request.POST.getlist(name)[:2000])
    return {pk for pk in found if pk is not None}


def _audit(request: HttpRequest, season: SchoolSeason) -> str:
    actions.confirm_audit(
        by=Actor.of(request), season=season, anyway=request.POST.get("anyway") == "1"
    )
    return _("Le contrôle est noté.")


def _carts(request: HttpRequest, season: SchoolSeason) -> str:
    by = Actor.of(request)
    choices = _choices(request)
    if choices:
        actions.plan_carts(by=by, season=season, choices=choices)
    if request.POST.get("plan") == "1":
        return _("Répartition gardée : rien n’est encore remis.")
    form = DueForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("due_on", _("Choisissez une date de retour."), "due_on")
    done = actions.hand_out_carts(by=by, season=season, due_on=form.cleaned_data["due_on"])
    count: int = done.figures["handed"]
    return ngettext("%(count)d chariot remis.", "%(count)d chariots remis.", count) % {
        "count": count
    }


def _choices(request: HttpRequest) -> dict[int, int | None]:
    """Return which class was chosen for each cart of the page."""
    return {pk: number(request.POST.get(f"cart-{pk}", "")) for pk in _numbers(request, "cart")}


def _undo(request: HttpRequest, season: SchoolSeason) -> str:
    count = actions.undo_carts(by=Actor.of(request), season=season)
    return ngettext("%(count)d chariot repris.", "%(count)d chariots repris.", count) % {
        "count": count
    }


def _print(request: HttpRequest, season: SchoolSeason) -> str:
    actions.confirm_print(by=Actor.of(request), season=season)
    return _("C’est imprimé.")


def _again(request: HttpRequest, season: SchoolSeason) -> str:
    actions.again(by=Actor.of(request), season=season, key=request.POST.get("key", ""))
    return _("Cette étape est de nouveau à faire.")


_STEPS: dict[str, Any] = {
    "classes": _classes,
    "loans": _loans,
    "audit": _audit,
    "carts": _carts,
    "print": _print,
    "annuler": _undo,
    "refaire": _again,
}


@allow(*FLEET_STAFF)
@require_GET
def sheet(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the school's list: which class has what, what is not given back."""
    season = _season(request, public_id)
    return pdf_response(papers.school_pdf(season), f"rentree-{season.school.uai}.pdf")
