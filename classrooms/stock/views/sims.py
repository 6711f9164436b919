"""SIM cards: the list, one card, what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.models import Depot
from classrooms.stock import actions, exports
from classrooms.stock.forms_sims import SimFilterForm, SimForm, SwapForm, TargetForm
from classrooms.stock.models import SimCard, SimEvent
from classrooms.stock.queries.sims import SHOWN, sims_for, spares, target_of
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.spreadsheets import xlsx_response

#: Buttons of a card's page: the state they lead to, code, label, icon.
BUTTONS = (
    ("spare", "store", gettext_lazy("Remettre en réserve"), "box"),
    ("lost", "lose", gettext_lazy("Déclarer perdue"), "alert"),
    ("blocked", "block", gettext_lazy("Noter comme bloquée"), "lock"),
    ("ended", "end", gettext_lazy("Noter comme résiliée"), "archive"),
)
#: What only the fleet's manager settles with the operator.
_MANAGERS = {"block", "end"}


@allow(*FLEET_STAFF)
@require_GET
def sim_list(request: HttpRequest) -> HttpResponse:
    """Show the cards one may see, filtered."""
    user = signed_in(request)
    form = SimFilterForm(request.GET, user=user)
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "stock/sims.html",
        "sims",
        form=form,
        page=page_of(request, sims_for(user, **form.wanted())),
        query=query.urlencode(),
        is_manager=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_STAFF)
@require_GET
def sim_export(request: HttpRequest) -> HttpResponse:
    """Download the cards as filtered on screen."""
    user = signed_in(request)
    rows = sims_for(user, **SimFilterForm(request.GET, user=user).wanted())
    return xlsx_response(exports.sims_xlsx(rows), f"cartes-sim-{clock.today():%Y-%m-%d}.xlsx")


@allow(*FLEET_STAFF)
@require_GET
def sim_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one card: where it is, where it was, what may be done."""
    sim: SimCard = get_visible(SimCard.objects.select_related(*SHOWN), signed_in(request), pk=pk)
    return _page(request, sim)


def _page(
    request: HttpRequest, sim: SimCard, target_form: TargetForm | None = None
) -> HttpResponse:
    """Show a card; ``target_form`` says why it could not be put where one wanted."""
    user = signed_in(request)
    events = SimEvent.objects.visible_to(user).filter(sim=sim)
    may = SimCard.MOVES[sim.state]
    is_manager = user.has_role(*FLEET_MANAGERS)
    offered = spares(user) if sim.state == SimCard.State.ACTIVE else []
    return show(
        request,
        "stock/sim.html",
        "sims",
        sim=sim,
        events=events.select_related("device", "cart", "depot", "actor"),
        buttons=[
            (code, label, icon)
            for state, code, label, icon in BUTTONS
            if state in may and (is_manager or code not in _MANAGERS)
        ],
        target_form=(target_form or TargetForm()) if SimCard.State.ACTIVE in may else None,
        status=409 if target_form else 200,
        swap_form=SwapForm(spares=offered) if offered else None,
        is_manager=is_manager,
        today=clock.today(),
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def sim_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a card, or correct what is said of its contract."""
    sim = get_visible(SimCard.objects, signed_in(request), pk=pk) if pk else None
    form = SimForm(request.POST or None, instance=sim)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            if sim is None:
                depot = form.cleaned_data["depot"]
                sim = actions.enter_sim(by=by, sim=form.save(commit=False), depot=depot)
            else:
                actions.correct_sim(by=by, sim=form.save(commit=False))
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Carte enregistrée."))
            return redirect("stock:sim", sim.pk)
    status = 422 if form.is_bound else 200
    return show(request, "stock/sim_edit.html", "sims", status, form=form, sim=sim)


@allow(*FLEET_STAFF)
@require_POST
def sim_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a card somewhere, swap it, say that it is lost, blocked, ended."""
    user = signed_in(request)
    sim: SimCard = get_visible(SimCard.objects.select_related(*SHOWN), user, pk=pk)
    verb = request.POST.get("do", "")
    act = _ACTS.get(verb)
    if act is None or (verb in _MANAGERS and not user.has_role(*FLEET_MANAGERS)):
        raise Http404
    try:
        act(request, user, sim)
    except RuleBroken as broken:
        if broken.field == "target":
            form = TargetForm(request.POST)
            form.add_error("target", broken.message)
            return _page(request, sim, form)
        messages.error(request, broken.message)
    else:
        sim = SimCard.objects.select_related(*SHOWN).get(pk=sim.pk)
        says = {"state": sim.get_state_display(), "place": sim.place}
        messages.success(request, _("C’est noté : %(state)s, %(place)s.") % says)
    return redirect("stock:sim", sim.pk)


def _depot() -> Depot:
    depot: Depot | None = Depot.objects.order_by("name").first()
    if depot is None:
        raise RuleBroken("depot", _("Aucun atelier n’est enregistré."))
    return depot


def _place(request: HttpRequest, user: User, sim: SimCard) -> None:
    target = target_of(user, request.POST.get("target", "")[:200])
    if target is None:
        raise RuleBroken(
            "target", _("Aucun appareil ni chariot de votre parc ne porte ce numéro."), "target"
        )
    actions.place_sim(by=Actor.of(request), sim=sim, target=target)


def _swap(request: HttpRequest, user: User, sim: SimCard) -> None:
    form = SwapForm(request.POST, spares=spares(user))
    if not form.is_valid():
        raise RuleBroken("spare", _("Choisissez la carte qui prend la place."))
    spare = form.by_key[form.cleaned_data["spare"]]
    actions.swap_sims(by=Actor.of(request), out=sim, spare=spare, depot=spare.depot or _depot())


_ACTS: Mapping[str, Callable[[HttpRequest, User, SimCard], object]] = {
    "place": _place,
    "swap": _swap,
    "store": lambda request, _user, sim: actions.store_sim(
        by=Actor.of(request), sim=sim, depot=sim.depot or _depot()
    ),
    "lose": lambda request, _user, sim: actions.lose_sim(by=Actor.of(request), sim=sim),
    "block": lambda request, _user, sim: actions.block_sim(by=Actor.of(request), sim=sim),
    "end": lambda request, _user, sim: actions.end_sim(by=Actor.of(request), sim=sim),
}
