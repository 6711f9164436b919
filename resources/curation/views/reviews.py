"""Stars and comments: giving them, changing them, reporting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from resources.curation.access import CURATORS
from resources.curation.actions import reviews as actions
from resources.curation.asked_forms import ReviewForm, ReviewReportForm
from resources.curation.models import Review
from resources.curation.views.parts import read_resource


def _to_reviews(identifier: str) -> HttpResponse:
    response = redirect("catalogue:resource", identifier=identifier)
    response["Location"] += "#avis"
    return response


@allow(*CURATORS)
def write(request: HttpRequest, identifier: str) -> HttpResponse:
    """Give a resource stars, or change one's own."""
    user = signed_in(request)
    resource = read_resource(user, identifier)
    own = Review.objects.filter(resource=resource, author=user).first()
    initial = {"stars": own.stars, "comment": own.comment} if own else {}
    form = ReviewForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.write(by=Actor.of(request), resource=resource, **form.cleaned_data)
        messages.success(request, _("Merci ! Votre avis est enregistré."))
        return _to_reviews(identifier)
    return render(
        request, "curation/review.html", {"form": form, "resource": resource, "review": own}
    )


@allow(*CURATORS)
@require_POST
def remove(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take one's own review away."""
    user = signed_in(request)
    review: Review = get_visible(
        Review.objects.select_related("resource"),
        user,
        resource__identifier=identifier,
        author=user,
    )
    actions.remove(by=Actor.of(request), review=review)
    messages.success(request, _("Votre avis est retiré."))
    return _to_reviews(identifier)


@allow(*CURATORS)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the editors that a comment is out of place."""
    user = signed_in(request)
    review: Review = get_visible(
        Review.objects.select_related("resource", "school"), user, pk=pk, state="shown"
    )
    read_resource(user, review.resource.identifier)
    form = ReviewReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.report(by=Actor.of(request), review=review, **form.cleaned_data)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        else:
            messages.success(request, _("Merci : les documentalistes vont le lire."))
        return _to_reviews(review.resource.identifier)
    return render(request, "curation/report_review.html", {"form": form, "review": review})
