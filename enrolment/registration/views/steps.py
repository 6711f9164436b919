"""A family's application, one thing a page; every page saves the draft."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import documents
from core.access import SIGNED_IN, allow, signed_in
from core.accounts.models import User
from core.documents import Document
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.registration import papers, queries
from enrolment.registration.actions import family as acts
from enrolment.registration.actions.papers import reuse_proof
from enrolment.registration.forms import (
    ChildChoiceForm,
    LevelForm,
    ProofForm,
    SchoolChoiceForm,
    SwearForm,
    YearForm,
)
from enrolment.registration.models import Application, Proof, ProofKind, State, Waiver
from enrolment.registration.rules import REQUIRED_KINDS, SWORN_KINDS
from enrolment.schools.models import GradeLevel, School
from enrolment.schools.rules import is_compulsory
from families.models import Child, Guardian, Household
from families.views.base import household_required

#: The pages after the choice of a child, in order.
STEPS = {
    "annee": gettext_lazy("Année"),
    "niveau": gettext_lazy("Niveau"),
    "adresse": gettext_lazy("Adresse"),
    "ecole": gettext_lazy("École"),
    "pieces": gettext_lazy("Pièces"),
    "verifier": gettext_lazy("Vérifier"),
}
_ORDER = list(STEPS)
_TEMPLATES = {
    "annee": "registration/steps/annee.html",
    "niveau": "registration/steps/niveau.html",
    "adresse": "registration/steps/adresse.html",
    "ecole": "registration/steps/ecole.html",
    "pieces": "registration/steps/pieces.html",
    "verifier": "registration/steps/verifier.html",
}


def step_url(application: Application, step: str) -> str:
    """Return the address of one page of a draft."""
    return reverse("registration:step", args=[application.reference, step])


def _next(application: Application, step: str) -> str:
    return step_url(application, _ORDER[_ORDER.index(step) + 1])


def _page(
    request: HttpRequest, application: Application, step: str, context: dict[str, Any]
) -> HttpResponse:
    at = _ORDER.index(step)
    return render(
        request,
        _TEMPLATES[step],
        {
            "application": application,
            "steps": [
                {"title": title, "url": step_url(application, name)}
                for name, title in STEPS.items()
            ],
            "current": at + 1,
            "back": step_url(application, _ORDER[at - 1]) if at else "",
            **context,
        },
    )


@allow(SIGNED_IN)
@household_required
def start(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Choose the child, and begin or go on with a draft."""
    user = signed_in(request)
    children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
    form = ChildChoiceForm(
        request.POST or None,
        children=[(c.reference, c.full_name) for c in children],
        initial={"child": request.GET.get("enfant", "")},
    )
    if request.method == "POST" and form.is_valid():
        child = next(c for c in children if c.reference == form.cleaned_data["child"])
        application = acts.start(by=Actor.of(request), guardian=guardian, child=child)
        return redirect(step_url(application, "annee"))
    return render(request, "registration/steps/enfant.html", {"form": form, "children": children})


def _draft(request: HttpRequest, guardian: Guardian, reference: str) -> Application:
    found = (
        Application.objects.visible_to(signed_in(request))
        .filter(reference=reference, applicant=guardian)
        .select_related("child", "school_year", "applicant", "catchment_school", "requested_school")
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(SIGNED_IN)
@household_required
def step(request: HttpRequest, guardian: Guardian, reference: str, name: str) -> HttpResponse:
    """Show or save one page of a draft; a sent application shows its own page instead."""
    application = _draft(request, guardian, reference)
    if application.state != State.DRAFT:
        return redirect("registration:application", reference=application.reference)
    if name not in _PAGES:
        raise Http404
    # A page cannot be answered before those it follows from.
    if name not in ("annee", "niveau", "pieces") and not application.level:
        return redirect(step_url(application, "niveau" if application.school_year else "annee"))
    if name in ("ecole", "verifier") and not application.outcome:
        return redirect(step_url(application, "adresse"))
    return _PAGES[name](request, guardian, application)


def _year(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    years = queries.open_years()
    chosen = application.school_year
    form = YearForm(
        request.POST or None,
        years=years,
        initial={"school_year": str(chosen.start_year) if chosen else ""},
    )
    if request.method == "POST" and form.is_valid():
        year = next(y for y in years if str(y.start_year) == form.cleaned_data["school_year"])
        try:
            acts.choose_year(by=Actor.of(request), application=application, school_year=year)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            return redirect(_next(application, "annee"))
    return _page(request, application, "annee", {"form": form})


def _level(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    year = application.school_year
    if year is None:
        return redirect(step_url(application, "annee"))
    levels = acts.level_choices(application)
    form = LevelForm(request.POST or None, levels=levels, initial={"level": application.level})
    if request.method == "POST" and levels and form.is_valid():
        try:
            acts.choose_level(
                by=Actor.of(request), application=application, level=form.cleaned_data["level"]
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            return redirect(_next(application, "niveau"))
    birth = application.child.birth_date
    return _page(
        request,
        application,
        "niveau",
        {
            "form": form,
            "levels": levels,
            "age": year.start_year - birth.year,
            "compulsory": is_compulsory(birth, year.start_year),
            "level_name": dict(GradeLevel.choices).get(application.level, ""),
        },
    )


def _address(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    household = Household.objects.select_related("street").get(pk=guardian.household_id)
    if request.method == "POST" and household.address_lines:
        acts.locate(by=Actor.of(request), application=application)
        return redirect(_next(application, "adresse"))
    return _page(request, application, "adresse", {"household": household})


def _school(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    sector = application.catchment_school
    waiver = Waiver.objects.filter(application=application).first()
    wish = application.requested_school
    initial: dict[str, Any] = {"choice": "sector" if sector else "none"}
    if waiver or (sector is None and wish is not None):
        initial["choice"] = SchoolChoiceForm.OTHER
        initial["school"] = wish
    if waiver:
        initial |= {"motive": waiver.motive, "explanation": waiver.explanation}
    form = SchoolChoiceForm(
        request.POST or None,
        sector=sector,
        schools=queries.schools_teaching(application.level),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        other: School | None = data["school"] if data["choice"] == form.OTHER else sector
        try:
            acts.choose_school(
                by=Actor.of(request),
                application=application,
                school=other,
                motive=data.get("motive", ""),
                explanation=data.get("explanation", ""),
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            return redirect(_next(application, "ecole"))
    return _page(request, application, "ecole", {"form": form, "sector": sector})


def proof_rows(application: Application, owner: User | None = None) -> list[dict[str, Any]]:
    """Return the three lawful proofs with what was given for each, then the others.

    With ``owner``, those that miss come with what this person has sent before and may serve.
    """
    proofs = list(application.proofs.select_related("document"))
    extra = [k for k in dict.fromkeys(p.kind for p in proofs) if k not in REQUIRED_KINDS]
    return [
        {
            "kind": kind,
            "label": ProofKind(kind).label,
            "proofs": [p for p in proofs if p.kind == kind],
            "can_swear": kind in SWORN_KINDS,
            "required": kind in REQUIRED_KINDS,
            "reusable": papers.reusable(owner, application, kind)
            if owner is not None and not any(p.kind == kind for p in proofs)
            else [],
        }
        for kind in [*REQUIRED_KINDS, *extra]
    ]


def owner_of(request: HttpRequest) -> User | None:
    """Return whose papers serve: one's own, or the person's one acts for."""
    by = Actor.of(request)
    return by.on_behalf_of or by.user


def receive_proof(request: HttpRequest, application: Application) -> ProofForm | None:
    """Take an upload, a statement or a removal from a POST; None when it worked."""
    by = Actor.of(request)
    kinds = queries.proof_choices(application)
    if "swear" in request.POST:
        swear = SwearForm({"kind": request.POST["swear"]})
        if swear.is_valid():
            acts.swear(by=by, application=application, kind=swear.cleaned_data["kind"])
            messages.success(request, _("Votre attestation est enregistrée."))
            return None
    if "remove" in request.POST:
        pk = request.POST["remove"]
        proof = Proof.objects.filter(
            application=application, pk=int(pk) if pk.isdigit() and len(pk) < 18 else 0
        ).first()
        if proof is None:
            raise Http404
        acts.remove_proof(by=by, proof=proof)
        messages.success(request, _("La pièce est retirée."))
        return None
    if "reuse" in request.POST:
        _reuse(by, application, request.POST["reuse"])
        messages.success(request, _("Ce document sert aussi à cette demande."))
        return None
    form = ProofForm(request.POST, request.FILES, kinds=kinds)
    if form.is_valid():
        kind = form.cleaned_data["kind"]
        try:
            document = documents.store(
                form.cleaned_data["file"],
                by=by,
                kind=papers.code_of(kind),
                about=papers.about(kind, application),
            )
            acts.add_proof(by=by, application=application, kind=kind, document=document)
        except RuleBroken as broken:
            show_broken(form, broken, otherwise="file")
        else:
            messages.success(request, _("Votre pièce est bien arrivée."))
            return None
    return form


def _reuse(by: Actor, application: Application, wanted: str) -> None:
    """Let a document that this person keeps serve the application; else 404."""
    owner = by.on_behalf_of or by.user
    try:
        key = uuid.UUID(wanted)
    except ValueError:
        raise Http404 from None
    document = Document.objects.kept_by(owner).filter(public_id=key).first() if owner else None
    if document is None:
        raise Http404
    reuse_proof(
        by=by,
        application=application,
        kind=document.kind.removeprefix("proof."),
        document=document,
    )


def _proofs(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    form: ProofForm | None = None
    if request.method == "POST":
        form = receive_proof(request, application)
        if form is None:
            return redirect(step_url(application, "pieces"))
    missing = queries.missing_proofs(application)
    form = form or ProofForm(
        kinds=queries.proof_choices(application),
        initial={"kind": missing[0] if missing else ProofKind.OTHER},
    )
    return _page(
        request,
        application,
        "pieces",
        {
            "form": form,
            "rows": proof_rows(application, owner_of(request)),
            "missing": missing,
            "next": _next(application, "pieces"),
        },
    )


def _check(request: HttpRequest, guardian: Guardian, application: Application) -> HttpResponse:
    problems = acts.problems(application)
    if request.method == "POST":
        if "sworn" not in request.POST:
            messages.error(request, _("Cochez la case : vous certifiez vos réponses."))
            return redirect(step_url(application, "verifier"))
        try:
            acts.submit(by=Actor.of(request), application=application)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect(step_url(application, "verifier"))
        messages.success(request, _("Votre demande est envoyée."))
        return redirect("registration:application", reference=application.reference)
    household = Household.objects.select_related("street").get(pk=application.household_id)
    return _page(
        request,
        application,
        "verifier",
        {
            "household": household,
            "waiver": Waiver.objects.filter(application=application).first(),
            "rows": proof_rows(application),
            "missing": queries.missing_proofs(application),
            "problems": [(step_url(application, name), text) for name, text in problems],
            "urls": {name: step_url(application, name) for name in STEPS},
        },
    )


_PAGES: dict[str, Callable[[HttpRequest, Guardian, Application], HttpResponse]] = {
    "annee": _year,
    "niveau": _level,
    "adresse": _address,
    "ecole": _school,
    "pieces": _proofs,
    "verifier": _check,
}
