"""Doubles: comparing two files, making them one, taking that back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor, record_read
from core.paging import ROWS, page_of
from families.access.desk import DESK_AGENTS
from families.actions import merging as acts
from families.actions import unmerging
from families.desk.search import LONGEST_QUERY, households_of, search
from families.merging.preview import heavier, preview_of
from families.merging.record import Record, model_of
from families.merging.relations import Relation
from families.merging.words import reason_words
from families.models import Child, DuplicatePair, Guardian, Merge

_KINDS: dict[str, type[Guardian] | type[Child]] = {"responsable": Guardian, "enfant": Child}
_PEOPLE = ("guardian_a", "guardian_b", "child_a", "child_b")


def _person(request: HttpRequest, kind: str, pk: int) -> Any:
    if kind not in _KINDS:
        raise Http404
    rows: Any = _KINDS[kind].objects.filter(merged_into=None)
    if kind == "responsable":
        rows = rows.select_related("user", "household__street")
    return get_visible(rows, signed_in(request), pk=pk)


def _slug(person: Guardian | Child) -> str:
    return "responsable" if isinstance(person, Guardian) else "enfant"


def _compare_url(kept: Guardian | Child, merged: Guardian | Child) -> str:
    return reverse("families:compare", args=[_slug(kept), kept.pk, merged.pk])


@allow(*DESK_AGENTS)
def doubles(request: HttpRequest) -> HttpResponse:
    """List the pairs proposed, most alike first."""
    rows: QuerySet[DuplicatePair] = (
        DuplicatePair.objects.waiting()
        .visible_to(signed_in(request))
        .select_related(*_PEOPLE)
        .order_by("-score", "pk")
    )
    page = page_of(request, rows)
    pairs = [
        (
            pair,
            pair.guardian_a or pair.child_a,
            pair.guardian_b or pair.child_b,
            reason_words(pair.reasons),
        )
        for pair in page.object_list
    ]
    recent = Merge.objects.visible_to(signed_in(request)).select_related(
        "kept_guardian", "kept_child", "done_by"
    )[:5]
    return render(
        request,
        "families/desk/doubles.html",
        {"page_obj": page, "pairs": pairs, "recent": recent},
    )


def _pair(request: HttpRequest, pk: int) -> DuplicatePair:
    found: DuplicatePair = get_visible(
        DuplicatePair.objects.select_related(*_PEOPLE), signed_in(request), pk=pk
    )
    return found


@allow(*DESK_AGENTS)
def double(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the comparison of a proposed pair, the fuller file first."""
    pair = _pair(request, pk)
    one: Any = pair.guardian_a or pair.child_a
    two: Any = pair.guardian_b or pair.child_b
    if one.merged_into_id or two.merged_into_id:
        messages.info(request, _("Ces dossiers ont été réunis entre-temps."))
        return redirect("families:doubles")
    kept, merged = heavier(one, two)
    return redirect(_compare_url(kept, merged))


@allow(*DESK_AGENTS)
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that these are two people; they are not proposed again."""
    acts.dismiss(by=Actor.of(request), pair=_pair(request, pk))
    messages.success(request, _("C’est noté : ce sont deux personnes différentes."))
    return redirect("families:doubles")


@allow(*DESK_AGENTS)
def compare(request: HttpRequest, kind: str, kept: int, merged: int) -> HttpResponse:
    """Show all that merging would do, and do it once confirmed."""
    if kept == merged:
        raise Http404
    mine, theirs = _person(request, kind, kept), _person(request, kind, merged)
    by = Actor.of(request)
    error = ""
    if request.method == "POST":
        names = {field.name for field in acts.differing(mine, theirs)}
        choices = {
            name: request.POST[name]
            for name in names
            if request.POST.get(name) in ("kept", "merged")
        }
        try:
            done = acts.merge(
                by=by,
                kept=mine,
                merged=theirs,
                choices=choices,
                seen=request.POST.get("seen", ""),
            )
        except RuleBroken as broken:
            error = broken.message
            mine, theirs = _person(request, kind, kept), _person(request, kind, merged)
        else:
            messages.success(request, _("Les deux dossiers n’en font plus qu’un."))
            return redirect("families:merge", public_id=done.public_id)
    elif kind == "enfant":
        for child in (mine, theirs):
            record_read(by, "custody", child, reason="merge_preview")
    return render(
        request,
        "families/desk/compare.html",
        {
            "preview": preview_of(mine, theirs),
            "kind": kind,
            "pair": _waiting_pair(mine, theirs),
            "swap": _compare_url(theirs, mine),
            "error": error,
        },
        status=409 if error else 200,
    )


def _waiting_pair(one: Guardian | Child, two: Guardian | Child) -> DuplicatePair | None:
    low, high = sorted([one.pk, two.pk])
    prefix = acts.kind_of(one)
    return (
        DuplicatePair.objects.waiting().filter(**{f"{prefix}_a": low, f"{prefix}_b": high}).first()
    )


@allow(*DESK_AGENTS)
def choose(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Look for the other file of a person."""
    person = _person(request, kind, pk)
    text = " ".join(request.GET.get("q", person.full_name).replace("\x00", "").split())[
        :LONGEST_QUERY
    ]
    homes = households_of(search(text).households[:ROWS], signed_in(request))
    found: dict[int, Any] = {}
    for home in homes:
        for guardian in home.people:  # type: ignore[attr-defined]
            if kind == "responsable":
                found[guardian.pk] = guardian
            else:
                found.update({link.child_id: link.child for link in guardian.current_links})
    found.pop(person.pk, None)
    rows = [(other, _compare_url(person, other)) for other in found.values()]
    return render(
        request,
        "families/desk/choose.html",
        {"person": person, "kind": kind, "query": text, "rows": rows},
    )


@allow(*DESK_AGENTS)
def merge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a merge moved, and whether it can be taken back; do so once asked."""
    done: Merge = get_visible(
        Merge.objects.select_related(
            "kept_guardian__household",
            "merged_guardian",
            "kept_child",
            "merged_child",
            "done_by",
            "undone_by",
        ),
        signed_in(request),
        public_id=public_id,
    )
    error = ""
    if request.method == "POST":
        try:
            unmerging.undo(by=Actor.of(request), done=done)
        except RuleBroken as broken:
            error = broken.message
        else:
            messages.success(request, _("Les deux dossiers sont de nouveau séparés."))
            return redirect("families:merge", public_id=public_id)
    open_still = done.undone_at is None and clock.now() <= done.undo_until
    return render(
        request,
        "families/desk/merge.html",
        {
            "done": done,
            "moved": _moved(done),
            "open": open_still,
            "obstacles": unmerging.obstacles(done) if open_still else [],
            "sheet": _sheet_url(done),
            "error": error,
        },
        status=409 if error else 200,
    )


def _moved(done: Merge) -> list[tuple[str, int]]:
    """Return how many rows of each kind changed hands."""
    counts: dict[str, int] = {}
    record = Record.of(done.record) if done.record else Record()
    for line in record.moved:
        field: Any = model_of(line["m"])._meta.get_field(line["f"])
        label = str(Relation(model_of(line["m"]), field).rule.label)
        counts[label] = counts.get(label, 0) + len(line["ids"])
    return list(counts.items())


def _sheet_url(done: Merge) -> str:
    if done.kept_guardian is not None:
        return reverse("families:sheet", args=[done.kept_guardian.household.reference])
    guardian = (
        Guardian.objects.filter(guardianships__child=done.kept_child, merged_into=None)
        .select_related("household")
        .order_by("pk")
        .first()
    )
    return reverse("families:sheet", args=[guardian.household.reference]) if guardian else ""
