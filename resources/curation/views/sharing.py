"""Showing a collection: to classes, on paper, to the city's editors."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response
from resources.curation import readings, sheets
from resources.curation.access import CURATORS, TEACHING, EditableCollections
from resources.curation.actions import sharing as actions
from resources.curation.forms import ClassesForm, ProposalForm
from resources.curation.models import Collection, Proposal
from resources.curation.views.parts import read_collection


@allow(*TEACHING)
def show(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose the classes in whose space a collection is shown."""
    user = signed_in(request)
    found = read_collection(user, public_id)
    form = ClassesForm(user, found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            new, ended = actions.show_in_classes(
                by=Actor.of(request), collection=found, **form.cleaned_data
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            if new:
                messages.success(request, _("Vos élèves la trouvent dans « Ma classe »."))
            elif ended:
                messages.success(request, _("Elle n’est plus dans ces classes."))
            return redirect("curation:collection", public_id=public_id)
    return render(request, "curation/show.html", {"form": form, "collection": found})


def _paper(request: HttpRequest, public_id: uuid.UUID, *, codes: bool) -> HttpResponse:
    user = signed_in(request)
    found = read_collection(user, public_id)
    lines = readings.lines_of(found, user)
    if not lines:
        messages.info(request, _("Il n’y a encore rien à imprimer."))
        return redirect("curation:collection", public_id=public_id)
    make = sheets.codes if codes else sheets.listing
    name = f"{slugify(found.title)[:60] or 'collection'}-{'codes' if codes else 'liste'}.pdf"
    credit = readings.printed_credit(found, user)
    return pdf_response(make(found, lines, credit), name)


@allow(*CURATORS)
def print_codes(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the sheet of codes to scan, of what the reader may open."""
    return _paper(request, public_id, codes=True)


@allow(*CURATORS)
def print_list(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the list with notes, of what the reader may open."""
    return _paper(request, public_id, codes=False)


@allow(*TEACHING)
def propose(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Propose one's own collection to the city."""
    user = signed_in(request)
    found: Collection = get_visible(EditableCollections(), user, public_id=public_id, owner=user)
    form = ProposalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose(by=Actor.of(request), collection=found, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, _("C’est proposé : les documentalistes vous répondront."))
            return redirect("curation:collection", public_id=public_id)
    return render(request, "curation/propose.html", {"form": form, "collection": found})


@allow(*TEACHING)
@require_POST
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a proposal back before it is decided."""
    user = signed_in(request)
    proposal: Proposal = get_visible(
        Proposal.objects.waiting(), user, collection__public_id=public_id, proposed_by=user
    )
    try:
        actions.withdraw(by=Actor.of(request), proposal=proposal)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("La proposition est reprise."))
    return redirect("curation:collection", public_id=public_id)
