"""Court rulings, for enrolment agents alone; every reading is journalled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor, record_read
from families.actions.court import Effects, cancel_ruling, end_ruling, record_ruling
from families.actions.objections import discard_upload
from families.forms.separation import RulingEndForm, RulingForm
from families.models import Child, CourtRuling, Guardian

AGENTS = (Role.ENROLMENT_AGENT,)


def _people(child: Child) -> dict[str, Guardian]:
    found = Guardian.objects.filter(guardianships__child=child).distinct().order_by("pk")
    return {str(guardian.pk): guardian for guardian in found}


@allow(*AGENTS)
def of_child(request: HttpRequest, reference: str) -> HttpResponse:
    """List the rulings about a child and record one more."""
    user = signed_in(request)
    child: Child = get_visible(Child.objects, user, reference=reference)
    people = _people(child)
    by = Actor.of(request)
    form = RulingForm(
        request.POST or None,
        request.FILES or None,
        people=[(key, guardian.full_name) for key, guardian in people.items()],
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        document = None
        try:
            document = documents.store(data["document"], by=by, kind="families.ruling")
            record_ruling(
                by=by,
                child=child,
                court=data["court"],
                decided_on=data["decided_on"],
                document=document,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                guardian=people.get(data["guardian"]),
                effects=Effects(**dict.fromkeys(data["effects"], True)),
            )
        except RuleBroken as broken:
            discard_upload(by, document)
            show_broken(form, broken, file="document")
        else:
            messages.success(request, _("La décision est enregistrée. Ses dates font le reste."))
            return redirect("families:rulings", reference=child.reference)
    elif request.method != "POST":
        record_read(by, "custody", child, reason="rulings")
    rulings = (
        CourtRuling.objects.visible_to(user)
        .filter(child=child)
        .select_related("guardian", "document", "recorded_by")
        .order_by("-starts_on", "-pk")
    )
    in_force = set(CourtRuling.objects.in_force().filter(child=child).values_list("pk", flat=True))
    return render(
        request,
        "families/rulings.html",
        {
            "child": child,
            "rows": [(ruling, ruling.pk in in_force) for ruling in rulings],
            "form": form,
            "end_form": RulingEndForm(),
        },
    )


@allow(*AGENTS)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a ruling its end, or cancel one entered by mistake."""
    ruling: CourtRuling = get_visible(
        CourtRuling.objects.select_related("child"), signed_in(request), pk=pk
    )
    by = Actor.of(request)
    if "cancel" in request.POST:
        cancel_ruling(by=by, ruling=ruling)
        messages.success(request, _("La décision est annulée ; elle reste dans l’historique."))
    else:
        form = RulingEndForm(request.POST)
        if form.is_valid():
            end_ruling(by=by, ruling=ruling, ends_on=form.cleaned_data["ends_on"])
            messages.success(request, _("La fin de la décision est enregistrée."))
        else:
            messages.error(request, _("Vérifiez la date."))
    return redirect("families:rulings", reference=ruling.child.reference)
