"""Counting a shelf: what was found, against what should be there."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from classrooms.access import FLEET_STAFF
from classrooms.stock import actions
from classrooms.stock.forms import CountForm
from classrooms.stock.queries.levels import LevelFilter, levels_for
from classrooms.stock.queries.places import stocked
from classrooms.views.common import show
from core.access import allow, signed_in
from core.errors import RuleBroken
from core.journal import Actor


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def counting(request: HttpRequest) -> HttpResponse:
    """Count what is at one place; all that was counted is written, or nothing."""
    user = signed_in(request)
    places = stocked(user)
    asked = request.GET.get("place", "")
    chosen = asked if asked in dict(places) else places[0][0] if places else ""
    levels = list(levels_for(user, LevelFilter(place=chosen))) if chosen else []
    form = CountForm(request.POST or None, levels=levels)
    if request.method == "POST" and form.is_valid() and not form.counted():
        form.add_error(None, _("Écrivez au moins un nombre : rien n’est compté."))
    if request.method == "POST" and form.is_valid():
        by, changed = Actor.of(request), 0
        try:
            with transaction.atomic():
                for level, found, shown in form.counted():
                    changed += bool(
                        actions.count(
                            by=by, item=level.item, place=level.where, found=found, expected=shown
                        )
                    )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            said = ngettext("%(count)d écart corrigé.", "%(count)d écarts corrigés.", changed)
            messages.success(
                request,
                said % {"count": changed} if changed else _("Tout est là : aucun écart."),
            )
            return redirect(f"{reverse('stock:counting')}?place={chosen}")
    context = {"form": form, "places": places, "chosen": chosen}
    return show(request, "stock/counting.html", "stock", 422 if form.is_bound else 200, **context)
