"""Head teachers admit the children whose certificate names their school."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from enrolment.registration import queries
from enrolment.registration.actions.heads import admit, vaccination_shown
from enrolment.registration.forms import AdmitForm
from enrolment.registration.models import Admission, Application, State
from enrolment.registration.rules import provisional_until
from enrolment.schools.queries import classes_with_seats


@allow(Role.HEAD_TEACHER)
def admissions(request: HttpRequest) -> HttpResponse:
    """List the certificates to admit, and the provisional admissions to follow up."""
    user = signed_in(request)
    page = page_of(request, queries.to_admit(user))
    return render(
        request,
        "registration/admissions.html",
        {
            "page_obj": page,
            "provisional": queries.provisional(user)[:50],
            "today": clock.today(),
        },
    )


@allow(Role.HEAD_TEACHER)
def admission(request: HttpRequest, reference: str) -> HttpResponse:
    """Admit a child: vaccinations seen or not, a class now or later."""
    user = signed_in(request)
    found = (
        Application.objects.of_head(user)
        .filter(reference=reference)
        .select_related("child", "school", "school_year", "certificate")
        .first()
    )
    if found is None or found.school is None or found.school_year is None:
        raise Http404
    rows = classes_with_seats(found.school, found.school_year)
    classes = [group for group in rows if found.level in group.levels]
    labels = [
        (
            str(group.pk),
            _("%(name)s — %(taken)s élèves sur %(capacity)s places")
            % {"name": group.name, "taken": group.taken, "capacity": group.capacity},
        )
        for group in classes
    ]
    form = AdmitForm(request.POST or None, classes=labels)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["class_group"]
        try:
            made = admit(
                by=Actor.of(request),
                application=found,
                vaccination_seen=form.cleaned_data["vaccination"] == "seen",
                class_group=next((g for g in classes if str(g.pk) == chosen), None),
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            _say(request, made)
            return redirect("registration:admissions")
    return render(
        request,
        "registration/admission.html",
        {
            "application": found,
            "form": form,
            "until": provisional_until(clock.today()),
            "done": found.state == State.ADMITTED,
        },
    )


def _say(request: HttpRequest, admission: Admission) -> None:
    child = admission.application.child
    messages.success(request, _("%(name)s est admis·e.") % {"name": child.full_name})


@allow(Role.HEAD_TEACHER)
@require_POST
def vaccination(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the vaccinations were shown: the admission becomes final."""
    user = signed_in(request)
    found: Admission = get_visible(
        Admission.objects.filter(application__in=Application.objects.of_head(user).values("pk")),
        user,
        pk=pk,
    )
    vaccination_shown(by=Actor.of(request), admission=found)
    messages.success(
        request,
        _("Admission définitive pour %(name)s.") % {"name": found.application.child.given_name},
    )
    return redirect("registration:admissions")
