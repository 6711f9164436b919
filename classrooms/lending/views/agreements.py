"""Loan agreements: what is to be signed, signing on a screen, on paper, what was signed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classrooms.access import FLEET_STAFF, REPORTERS, held_by, runs_at
from classrooms.lending import slips, wording
from classrooms.lending.actions import agreements as actions
from classrooms.lending.forms_signing import PaperForm, SignForm
from classrooms.lending.models import LoanAgreement
from classrooms.lending.queries.agreements import chosen, signed, to_sign
from classrooms.models import HandOut
from classrooms.views.common import page_of, show
from core import documents
from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from core.pdf import pdf_response


@allow(*REPORTERS)
@require_GET
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Show what waits for a signature, or what was signed."""
    user = signed_in(request)
    past = request.GET.get("view") == "signed"
    page = page_of(request, signed(user) if past else to_sign(user))
    together: dict[object, list[HandOut]] = defaultdict(list)
    if not past:
        taken = _may_take(user, list(page))
        for row in page:
            together[actions.holder_of(row)].append(row)
            row.may_sign = row.pk in taken
    return show(
        request,
        "lending/agreements.html",
        "agreements",
        page=page,
        past=past,
        rows=[] if past else [(row, together[actions.holder_of(row)]) for row in page],
        some_sign=not past and any(row.may_sign for row in page),
        ticked=request.GET.getlist("out"),
    )


@allow(*REPORTERS)
@require_http_methods(["GET", "POST"])
def agreement_sign(request: HttpRequest) -> HttpResponse:
    """Show the words and take a signature: of the borrower herself, or before an agent.

    For a pupil the family signs, before the class's teacher or an agent.
    """
    try:
        user, rows = _rows(request)
    except RuleBroken as broken:
        if request.method == "POST":
            raise
        return _back_to_the_list(request, broken)
    text = wording.agreed_text(rows)
    own = actions.borrows(user, rows[0])
    if not _may_take(user, rows[:1]):
        raise RuleBroken("other", _("Seul l’emprunteur signe, ou devant le technicien."))
    form = SignForm(
        request.POST or None,
        initial={
            "fingerprint": wording.fingerprint(text),
            "name": user.get_full_name() if own else _usual_name(rows[0]),
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                agreement = actions.sign(
                    by=Actor.of(request),
                    hand_outs=rows,
                    name=given["name"],
                    fingerprint=given["fingerprint"],
                    drawn=given["drawn"],
                )
            except RuleBroken as broken:
                form.add_error(broken.field if broken.field == "name" else None, broken.message)
                status = 409
            else:
                messages.success(request, _("C’est signé. Merci !"))
                return redirect("lending:agreement", public_id=agreement.public_id)
    return _sign_page(request, rows, form, PaperForm(), status)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def agreement_paper(request: HttpRequest) -> HttpResponse:
    """Keep the scan of a signed paper."""
    _user, rows = _rows(request)
    text = wording.agreed_text(rows)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            actions.together(rows)
            scan = documents.store(form.cleaned_data["scan"], by=by, kind=actions.AGREEMENT.code)
            agreement = actions.attach_paper(
                by=by, hand_outs=rows, name=form.cleaned_data["name"], document=scan
            )
        except RuleBroken as broken:
            form.add_error("scan", broken.message)
        else:
            messages.success(request, _("Le papier signé est gardé."))
            return redirect("lending:agreement", public_id=agreement.public_id)
    sign = SignForm(initial={"fingerprint": wording.fingerprint(text)})
    return _sign_page(request, rows, sign, form, 422 if form.is_bound else 200)


@allow(*REPORTERS)
@require_GET
def agreement_blank(request: HttpRequest) -> HttpResponse:
    """Print the agreement for a signature on paper."""
    try:
        _user, rows = _rows(request)
    except RuleBroken as broken:
        return _back_to_the_list(request, broken)
    return pdf_response(slips.agreement(wording.agreed_text(rows), rows[0]), "convention.pdf")


@allow(*REPORTERS)
@require_GET
def agreement_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show who signed what, when, and its fingerprint."""
    agreement: LoanAgreement = get_visible(
        LoanAgreement.objects.select_related("school", "signer", "recorded_by", "document"),
        signed_in(request),
        public_id=public_id,
    )
    return show(
        request,
        "lending/agreement.html",
        "agreements",
        agreement=agreement,
        lines=agreement.text.split("\n"),
    )


def _back_to_the_list(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    """Say what one signature cannot cover, and show the list again with its ticks."""
    messages.error(request, broken.message)
    ticks = urlencode({"out": request.GET.getlist("out")[:100]}, doseq=True)
    return redirect(f"{reverse('lending:agreements')}?{ticks}".rstrip("?"))


def _rows(request: HttpRequest) -> tuple[User, list[HandOut]]:
    """Return who asks and the hand-outs that the address names, fit to be signed for."""
    user = signed_in(request)
    return user, actions.together(chosen(user, request.GET.getlist("out")))


def _may_take(user: User, hand_outs: list[HandOut]) -> set[int]:
    """Return those whose signature a person takes: hers, her class's, those of the fleet she runs.

    For a pupil she takes the family's.
    """
    keys = [hand_out.pk for hand_out in hand_outs]
    held = set(HandOut.objects.filter(held_by(user), pk__in=keys).values_list("pk", flat=True))
    return held | {one.pk for one in hand_outs if runs_at(user, one.school)}


def _usual_name(hand_out: HandOut) -> str:
    """Return the name of a class's only teacher, or of the teacher who borrows."""
    if hand_out.teacher is not None:
        return str(hand_out.teacher.get_full_name())
    if hand_out.class_group is None or hand_out.pupil_slot is not None:
        return ""
    people = list(hand_out.class_group.teachers.all()[:2])
    return str(people[0].get_full_name()) if len(people) == 1 else ""


def _sign_page(
    request: HttpRequest,
    rows: list[HandOut],
    form: SignForm,
    paper: PaperForm,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "first": rows[0],
        "may_act": runs_at(signed_in(request), rows[0].school),
        "lines": wording.agreed_text(rows).split("\n"),
        "query": "&".join(f"out={row.public_id}" for row in rows),
        "form": form,
        "paper": paper,
    }
    return show(request, "lending/sign.html", "agreements", status=status, **context)
