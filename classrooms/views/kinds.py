"""What the city buys: categories and models, kept by the fleet's manager."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classrooms.access import FLEET_MANAGERS
from classrooms.actions.kinds import keep_category, keep_model
from classrooms.forms_kinds import CategoryForm, ModelForm
from classrooms.models import DeviceCategory, DeviceModel, Incident
from classrooms.queries.devices import printable
from classrooms.queries.kinds import categories_listed, models_listed
from classrooms.views.common import page_of, show
from core import journal
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.money import format_euros
from core.once import once

#: Acts shown below a form; older ones are in the journal.
_SHOWN = 20


@allow(*FLEET_MANAGERS)
@require_GET
def kind_list(request: HttpRequest) -> HttpResponse:
    """Show categories and models, those still bought first."""
    chosen = printable(request.GET.get("category", ""))[:20]
    text = printable(request.GET.get("q", ""))[:60]
    return show(
        request,
        "kinds.html",
        "kinds",
        categories=list(categories_listed()),
        page=page_of(request, models_listed(chosen, text)),
        chosen=chosen,
        text=text,
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def category_edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Say what a category is and which fields of its own it has; a new one without a code."""
    rows = DeviceCategory.objects
    category = get_visible(rows, signed_in(request), code=code) if code else None
    form = CategoryForm(request.POST or None, instance=category)
    if request.method == "POST" and form.is_valid():
        try:
            keep_category(
                by=Actor.of(request), category=form.save(commit=False), fields=form.own_fields()
            )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, _("Catégorie enregistrée."))
            return redirect("classrooms:kinds")
    status = 422 if form.is_bound else 200
    acts = _acts(category) if category else []
    return show(
        request, "category_edit.html", "kinds", status, form=form, category=category, acts=acts
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def model_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Say what a model is and what mending it costs; a new one without a number."""
    model = get_visible(DeviceModel.objects, signed_in(request), pk=pk) if pk else None
    initial = {"category": request.GET.get("category", "")} if model is None else {}
    form = ModelForm(request.POST or None, instance=model, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keep_model(by=Actor.of(request), model=form.save(commit=False), repairs=form.repairs())
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Modèle enregistré."))
            return redirect("classrooms:kinds")
    status = 422 if form.is_bound else 200
    acts = _acts(model) if model else []
    return show(request, "model_edit.html", "kinds", status, form=form, model=model, acts=acts)


def _acts(subject: Model) -> list[dict[str, Any]]:
    """Return what was done to a row, latest first, in words."""
    entries = journal.for_subject(subject).select_related("actor")[:_SHOWN]
    return [
        {"at": entry.at, "who": entry.actor, "told": list(_told(subject, entry.facts))}
        for entry in entries
    ]


def _told(subject: Model, facts: dict[str, Any]) -> Any:
    for name, pair in facts.items():
        if name == "fields":
            yield _("Champs propres : %(keys)s") % {"keys": ", ".join(pair[1]) or _("aucun")}
            continue
        before, after = pair
        if name.startswith("repair."):
            label = str(Incident.Kind(name.removeprefix("repair.")).label)
        else:
            field: Any = subject._meta.get_field(name)
            label = str(field.verbose_name).removesuffix(" (centimes)").capitalize()
        cents = name.startswith("repair.") or name.endswith("_cents")
        yield f"{label} : {_word(before, cents=cents)} → {_word(after, cents=cents)}"


def _word(value: Any, *, cents: bool) -> str:
    if value is None or value == "":
        return _("rien")
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return format_euros(value) if cents else str(value)
