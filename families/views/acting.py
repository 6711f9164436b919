"""Acting for a family: at the desk or with a mandate, its own first page, its end."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import acting as seam
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.home import cards_for, nav_for
from core.journal import Actor
from core.once import once
from families.actions import acting as acts
from families.actions import welcome as desk_acts
from families.desk.search import households_of, search
from families.desk.words import fold, letters_apart
from families.forms.assisted import BeginForm, DeskSearchForm, NewPersonForm
from families.middleware import ACTING
from families.models import AssistanceMandate, AssistedSession, Child, Guardian
from families.views.base import own_guardian

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


@allow(*AGENTS)
def desk(request: HttpRequest) -> HttpResponse:
    """Welcome at the desk: find the person who stands there, by whatever they know."""
    form = DeskSearchForm(request.GET or None)
    query = form.cleaned_data["q"].strip() if form.is_valid() else ""
    people: list[Guardian] = []
    if query:
        homes = households_of(search(query).households[:20], signed_in(request))
        people = [person for home in homes for person in home.people]  # type: ignore[attr-defined]
        prefetch_related_objects(people, "user")
    response = render(
        request, "families/desk.html", {"form": form, "query": query, "people": people}
    )
    # Names on a shared desk's screen must not come back with the "previous" button.
    add_never_cache_headers(response)
    return response


def _people_called(user: User, given_name: str, family_name: str) -> list[Guardian]:
    """Return people whose names read almost like these, accents and a slip aside."""
    given, family = fold(given_name), fold(family_name)
    if not given or not family:
        return []
    homes = households_of(search(f"{given_name} {family_name}").households[:20], user)
    people = [person for home in homes for person in home.people]  # type: ignore[attr-defined]
    return [
        person
        for person in people
        if letters_apart(fold(person.given_name), given) <= 1
        and min(letters_apart(fold(n), family) for n in (person.family_name, person.used_name)) <= 1
    ]


@allow(*AGENTS)
@once
def desk_new(request: HttpRequest) -> HttpResponseBase:
    """Write down somebody the city does not know; those whose name is alike are shown first."""
    alike: list[Guardian] = []
    if request.method == "POST":
        alike = _people_called(
            signed_in(request),
            request.POST.get("given_name", ""),
            request.POST.get("family_name", ""),
        )
    form = NewPersonForm(
        request.POST or None, alike=bool(alike), initial={"language": settings.LANGUAGE_CODE}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data.pop("someone_new", True):
            guardian = desk_acts.register_person(by=Actor.of(request), **data)
            messages.success(request, _("C’est noté. Ouvrez-lui maintenant un compte."))
            return redirect("families:desk_family", pk=guardian.pk)
        form.add_error("someone_new", _("Quelqu’un porte ce nom : regardez d’abord si c’est lui."))
    return render(request, "families/desk_new.html", {"form": form, "alike": alike})


def _guardian(request: HttpRequest, pk: int) -> Guardian:
    found: Guardian = get_visible(
        Guardian.objects.select_related("user", "household__street"), signed_in(request), pk=pk
    )
    return found


@allow(*AGENTS)
def desk_family(request: HttpRequest, pk: int) -> HttpResponse:
    """See who it is, then act for them: in which situation, for what."""
    guardian = _guardian(request, pk)
    form = BeginForm(request.POST or None, initial={"scopes": ["family", "applications"]})
    if request.method == "POST" and form.is_valid():
        try:
            session = acts.begin_at_desk(
                by=Actor.of(request),
                guardian=guardian,
                reason=form.cleaned_data["reason"],
                scopes=form.cleaned_data["chosen"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            return _entered(request, session)
    links = guardian.guardianships.current().select_related("child").order_by("child__birth_date")
    return render(
        request,
        "families/desk_family.html",
        {
            "guardian": guardian,
            "links": links.order_by("child__birth_date", "pk"),
            "form": form,
            "mandates": AssistanceMandate.objects.visible_to(signed_in(request))
            .filter(guardian=guardian)
            .select_related("helper", "place")[:10],
        },
    )


@allow(Role.HELPER)
def helping(request: HttpRequest) -> HttpResponse:
    """List the families who have let this helper act for them, and nothing of any other."""
    held = (
        AssistanceMandate.objects.held_by(signed_in(request))
        .select_related("guardian", "place")
        .order_by("guardian__family_name", "guardian__given_name", "pk")
    )
    return render(request, "families/helping.html", {"mandates": held})


@allow(Role.HELPER)
@require_POST
def helping_begin(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin to act for one of these families."""
    mandate: AssistanceMandate = get_visible(
        AssistanceMandate.objects.filter(helper=signed_in(request)),
        signed_in(request),
        public_id=public_id,
    )
    return _entered(request, acts.begin_by_mandate(by=Actor.of(request), mandate=mandate))


def _entered(request: HttpRequest, session: AssistedSession) -> HttpResponse:
    request.session[ACTING] = session.pk
    return redirect("families:acting_home")


@allow(SIGNED_IN)
def acting_home(request: HttpRequest) -> HttpResponse:
    """Show what may be done for the family one acts for."""
    person = signed_in(request)
    acting = seam.acting_of(person)
    if acting is None:
        return redirect("home")
    session = AssistedSession.objects.select_related("guardian__user").get(pk=acting.session)
    return render(
        request,
        "families/acting_home.html",
        {
            "guardian": own_guardian(request),
            "session": session,
            "children": Child.objects.of_guardian(person).order_by("birth_date", "pk"),
            "tiles": [item for item in nav_for(person) if acting.may_open(item.url_name)],
            "cards": [card for card in cards_for(person) if seam.opens(person, card.url)],
            "done": acts.acts_in(session),
        },
    )


def _running(request: HttpRequest) -> AssistedSession | None:
    key = request.session.get(ACTING)
    if key is None:
        return None
    return AssistedSession.objects.filter(pk=key, agent=signed_in(request)).first()


@allow(SIGNED_IN)
@require_POST
def acting_end(request: HttpRequest) -> HttpResponse:
    """Stop acting for the family, which is told what was done."""
    session = _running(request)
    request.session.pop(ACTING, None)
    if session is not None:
        acts.end_session(session=session, end=AssistedSession.End.DONE)
        messages.success(
            request, _("C’est terminé. La famille reçoit un résumé de ce que vous avez fait.")
        )
    if signed_in(request).has_role(Role.HELPER):
        return redirect("families:helping")
    return redirect("families:desk" if signed_in(request).has_role(*AGENTS) else "home")


@allow(SIGNED_IN)
@require_POST
def acting_prolong(request: HttpRequest) -> HttpResponse:
    """Go on for another half hour."""
    session = _running(request)
    if session is not None:
        acts.prolong_session(by=Actor.of(request), session=session)
        messages.success(request, _("Vous pouvez continuer une demi-heure."))
    return redirect("home")
