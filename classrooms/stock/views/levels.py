"""The list of the stock, and all about one item."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.models import Depot, HandOut
from classrooms.stock import actions, exports
from classrooms.stock.forms import (
    ACTS,
    ItemForm,
    LevelFilterForm,
    MinimumForm,
    MovementForm,
    acts_of,
)
from classrooms.stock.models import StockItem, StockLevel, StockMovement
from classrooms.stock.queries.levels import levels_for, movements_of
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.spreadsheets import xlsx_response
from enrolment.schools.models import School


@allow(*FLEET_STAFF)
@require_GET
def level_list(request: HttpRequest) -> HttpResponse:
    """Show what is where, filtered; what is below its minimum stands out."""
    user = signed_in(request)
    form = LevelFilterForm(request.GET, user=user)
    rows = levels_for(user, form.wanted())
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "stock/levels.html",
        "stock",
        form=form,
        page=page_of(request, rows),
        query=query.urlencode(),
        low=request.GET.get("show") == "low",
        is_manager=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_STAFF)
@require_GET
def level_export(request: HttpRequest) -> HttpResponse:
    """Download the stock as filtered on screen, with what to order."""
    user = signed_in(request)
    rows = levels_for(user, LevelFilterForm(request.GET, user=user).wanted())
    return xlsx_response(exports.levels_xlsx(rows), f"stock-{clock.today():%Y-%m-%d}.xlsx")


@allow(*FLEET_STAFF)
@require_GET
def item_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one item: where it is, what it fits, what came and went."""
    user = signed_in(request)
    item: StockItem = get_visible(StockItem.objects, user, pk=pk)
    rows = item.levels.visible_to(user).select_related("item", "depot", "school")
    levels = list(rows.order_by("depot__name", "school__name", "pk"))
    page = page_of(request, movements_of(user, item))
    refs = [f"back:{movement.pk}" for movement in page]
    return show(
        request,
        "stock/item.html",
        "stock",
        item=item,
        levels=levels,
        total=sum(level.quantity for level in levels),
        fits=list(item.fits.order_by("maker", "name")),
        page=page,
        returned={
            int(ref.removeprefix("back:"))
            for ref in StockMovement.objects.filter(ref__in=refs).values_list("ref", flat=True)
        },
        held=set(
            HandOut.objects.visible_to(user)
            .filter(pk__in=[movement.hand_out_id for movement in page if movement.hand_out_id])
            .values_list("pk", flat=True)
        ),
        acts=acts_of(item),
        minimum_form=MinimumForm(levels=levels) if user.has_role(*FLEET_MANAGERS) else None,
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def item_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Say what an item is; a new one when no number is given."""
    item = get_visible(StockItem.objects, signed_in(request), pk=pk) if pk else None
    form = ItemForm(request.POST or None, instance=item)
    if request.method == "POST" and form.is_valid():
        fits = [model.pk for model in form.cleaned_data["fits"]]
        kept = actions.keep_item(by=Actor.of(request), item=form.save(commit=False), fits=fits)
        messages.success(request, _("Article enregistré."))
        return redirect("stock:item", kept.pk)
    status = 422 if form.is_bound else 200
    return show(request, "stock/item_edit.html", "stock", status, form=form, item=item)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
@once
def movement(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Receive, use or send pieces."""
    user = signed_in(request)
    item: StockItem = get_visible(StockItem.objects, user, pk=pk)
    if act not in {code for code, _label, _icon in acts_of(item)}:
        raise Http404
    form = MovementForm(request.POST or None, user=user, item=item, act=act)
    if request.method == "POST" and form.is_valid():
        try:
            place = _do(act, Actor.of(request), item, form)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            _tell(request, item, place)
            return redirect("stock:item", item.pk)
    label = next(label for code, label, _icon in ACTS if code == act)
    context = {"form": form, "item": item, "label": label}
    return show(request, "stock/movement.html", "stock", 422 if form.is_bound else 200, **context)


def _tell(request: HttpRequest, item: StockItem, place: Depot | School) -> None:
    """Say what is left where pieces moved, and that it is too little."""
    where = {"depot" if isinstance(place, Depot) else "school": place}
    level = StockLevel.objects.select_related("item", "depot", "school").get(item=item, **where)
    says = {"count": level.quantity, "place": level.place, "minimum": level.minimum}
    if level.is_low and level.item.is_active:
        messages.warning(
            request,
            _("C’est noté : il en reste %(count)d ici : %(place)s. Le minimum est %(minimum)d.")
            % says,
        )
    else:
        messages.success(request, _("C’est noté : il y en a %(count)d ici : %(place)s.") % says)


def _do(act: str, by: Actor, item: StockItem, form: MovementForm) -> Depot | School:
    """Write the movement; return the place that it began at."""
    given: dict[str, Any] = form.cleaned_data
    place, quantity = form.places[given["place"]], given["quantity"]
    if act == "receive":
        actions.receive(
            by=by,
            item=item,
            place=place,
            quantity=quantity,
            supplier=given["supplier"],
            unit_cents=given["price"],
        )
    elif isinstance(place, Depot) and act == "use":
        actions.use_stock(by=by, item=item, depot=place, quantity=quantity, why=given["why"])
    elif act == "give":
        actions.give_with(by=by, hand_out=given["loan"], item=item, place=place, quantity=quantity)
    else:
        target = form.places[given["target"]]
        actions.move(by=by, item=item, source=place, target=target, quantity=quantity)
    return place


@allow(*FLEET_MANAGERS)
@require_POST
def item_minimums(request: HttpRequest, pk: int) -> HttpResponse:
    """Say below how many the manager is told."""
    user = signed_in(request)
    item: StockItem = get_visible(StockItem.objects, user, pk=pk)
    levels = list(item.levels.visible_to(user).select_related("depot", "school"))
    form = MinimumForm(request.POST, levels=levels)
    if form.is_valid():
        actions.set_minimums(by=Actor.of(request), item=item, minimums=form.minimums())
        messages.success(request, _("Minimums enregistrés."))
    else:
        messages.error(request, _("Un minimum est un nombre entier."))
    return redirect("stock:item", item.pk)


@allow(*FLEET_STAFF)
@require_POST
def movement_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what was taken; what went with a hand-out, for those who see it.

    What serves a repair comes back from the repair's own page: there it counts in its cost,
    and only those in charge of its school open it.
    """
    user = signed_in(request)
    rows = StockMovement.objects.select_related("item", "depot", "school", "hand_out")
    mine = Q(hand_out__isnull=True) | Q(hand_out__in=HandOut.objects.visible_to(user).values("pk"))
    taken: StockMovement = get_visible(rows.filter(mine), user, pk=pk)
    if taken.serves:
        messages.error(
            request,
            _("Cette pièce sert à %(what)s : retirez-la depuis sa page.") % {"what": taken.why},
        )
        return redirect("stock:item", taken.item_id)
    actions.give_back(by=Actor.of(request), movement=taken)
    messages.success(request, _("Remis en stock."))
    return redirect("stock:item", taken.item_id)
