"""After a move: what about school? Answered by those who moved, followed up by agents."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.paging import page_of
from families.actions.moves import answer_school, cancel_move, close_question, part_ways
from families.forms.situations import SchoolAfterMoveForm
from families.models import Guardian, SchoolQuestion
from families.views.base import household_required


@allow(SIGNED_IN)
@household_required
@require_POST
def part(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Say that somebody lives with me no more."""
    other = get_object_or_404(Guardian, pk=pk, household=guardian.household_id)
    part_ways(by=Actor.of(request), guardian=guardian, other=other)
    messages.success(
        request, _("C’est noté. Votre adresse et votre quotient ne sont plus qu’à vous.")
    )
    return redirect("families:overview")


@allow(SIGNED_IN)
@household_required
def school(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Say for each child whether they stay in their school; the place itself never changes."""
    questions = list(
        SchoolQuestion.objects.visible_to(signed_in(request))
        .open()
        .filter(address__household=guardian.household_id)
        .select_related("child")
        .order_by("child__birth_date", "pk")
    )
    if not questions:
        return redirect("families:overview")
    form = SchoolAfterMoveForm(request.POST or None, questions=questions)
    if request.method == "POST" and form.is_valid():
        answer_school(by=Actor.of(request), guardian=guardian, answers=form.answers())
        if "leaves" in form.answers().values():
            messages.success(
                request,
                _("C’est noté. Faites maintenant une demande pour la nouvelle école."),
            )
        else:
            messages.success(request, _("C’est noté : rien ne change à l’école."))
        return redirect("families:overview")
    return render(request, "families/school_after_move.html", {"form": form})


@allow(SIGNED_IN)
@household_required
@require_POST
def cancel(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Take an announced move back."""
    cancel_move(by=Actor.of(request), guardian=guardian)
    messages.success(request, _("Le déménagement annoncé est annulé."))
    return redirect("families:address")


@allow(Role.ENROLMENT_AGENT)
def queue(request: HttpRequest) -> HttpResponse:
    """List moves in the school year, those who wish to change school first."""
    questions = (
        SchoolQuestion.objects.visible_to(signed_in(request))
        .open()
        .select_related("child", "address__street", "address__household")
        .order_by("asked_at", "pk")
    )
    wanted = request.GET.get("reponse", "")
    if wanted in SchoolQuestion.Answer.values:
        questions = questions.filter(answer=wanted)
    elif wanted == "attente":
        questions = questions.filter(answer="")
    return render(
        request,
        "families/moves_queue.html",
        {
            "page_obj": page_of(request, questions),
            "wanted": wanted,
            "answers": SchoolQuestion.Answer.choices,
        },
    )


@allow(Role.ENROLMENT_AGENT)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a move as followed up."""
    question: SchoolQuestion = get_visible(SchoolQuestion.objects, signed_in(request), pk=pk)
    close_question(by=Actor.of(request), question=question)
    messages.success(request, _("Suivi enregistré."))
    return redirect("families:moves")
