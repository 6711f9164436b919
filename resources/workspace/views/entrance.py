"""The pupils' entrance: a card, then three pictures. Made for seven-year-olds.

The address on the card is used once: it puts the card "in hand" in the session and leads
on, so that it stays in no address bar. Picks are kept in the session too: each picture is
a button of one form, which works with a finger, a keyboard, a switch, and without script.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.access import ANYONE, allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from enrolment.schools.models import RollEntry
from resources.catalogue import finding, pictures, terms
from resources.catalogue import rules as catalogue_rules
from resources.catalogue.access import near_levels, window_of
from resources.catalogue.asking import value_labels
from resources.catalogue.models import Favourite, Resource
from resources.search.engine import Ask
from resources.workspace import actions, panels, rules
from resources.workspace.demo import demo_pictures
from resources.workspace.models import ClassNote, PupilAccount

#: Seconds after which a pupil's session ends by itself: tablets are shared.
SESSION_SECONDS = 2 * 3600
_CARD, _PICKS, _FIRST = "pupil_card", "pupil_picks", "pupil_first_picks"
_BACKEND = "core.accounts.backends.AccountBackend"


@allow(ANYONE)
@never_cache
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Take the card whose QR code was scanned, if it is a present one."""
    account = actions.account_of_card(token)
    if account is None:
        return render(request, "workspace/card_unknown.html", status=404)
    request.session[_CARD] = account.card_digest
    _forget_picks(request)
    return redirect("workspace:code")


def _account_in_hand(request: HttpRequest) -> PupilAccount | None:
    digest = request.session.get(_CARD)
    if not digest:
        return None
    return (
        PupilAccount.objects.filter(card_digest=digest, state="active")
        .select_related("user", "class_group__school")
        .first()
    )


def _forget_picks(request: HttpRequest) -> None:
    for key in (_PICKS, _FIRST):
        request.session.pop(key, None)


@allow(ANYONE)
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Take the pictures one by one, then sign in, or set the code of who has none."""
    account = _account_in_hand(request)
    if account is None:
        return render(request, "workspace/card_unknown.html", status=404)
    choosing = not account.code_digest
    picks: list[str] = list(request.session.get(_PICKS, []))
    problem = ""
    if request.method == "POST":
        if "again" in request.POST:
            _forget_picks(request)
            return redirect("workspace:code")
        pick = request.POST.get("pick", "")
        if pick in rules.PICTURES and len(picks) < rules.CODE_LENGTH:
            picks.append(pick)
            request.session[_PICKS] = picks
        if len(picks) < rules.CODE_LENGTH:
            return redirect("workspace:code")
        request.session.pop(_PICKS, None)
        try:
            done = _choose(request, account, picks) if choosing else _check(account, picks)
        except RuleBroken as broken:
            problem, done = broken.message, False
            _forget_picks(request)
        else:
            if done:
                return _enter(request, account)
            if choosing and _FIRST in request.session:
                return redirect("workspace:code")
            problem = (
                _("Ce ne sont pas les mêmes images. On recommence !")
                if choosing
                else _("Ce n'est pas ton code. Essaie encore.")
            )
        account.refresh_from_db()
        picks = []
    return render(request, "workspace/code.html", _code_page(request, account, picks, problem))


def _code_page(
    request: HttpRequest, account: PupilAccount, picks: list[str], problem: str
) -> dict[str, Any]:
    return {
        "account": account,
        "pictures": rules.PICTURES,
        "picks": range(len(picks)),
        "to_pick": range(rules.CODE_LENGTH - len(picks)),
        "number": len(picks) + 1,
        "choosing": not account.code_digest,
        "confirming": _FIRST in request.session,
        "problem": problem,
        "demo_pictures": demo_pictures(account),
        "left": max(0, rules.MAX_TRIES - account.wrong_tries),
    }


def _choose(request: HttpRequest, account: PupilAccount, picks: list[str]) -> bool:
    """Keep a first choice, then set the code when the second is the same."""
    first = request.session.get(_FIRST)
    if first is None:
        if not rules.is_acceptable(picks):
            raise RuleBroken("code", _("Choisis trois images, pas trois fois la même."))
        request.session[_FIRST] = picks
        return False
    request.session.pop(_FIRST)
    if first != picks:
        return False
    actions.choose_code(account=account, pictures=picks)
    return True


def _check(account: PupilAccount, picks: list[str]) -> bool:
    return actions.check_code(account=account, pictures=picks)


def _enter(request: HttpRequest, account: PupilAccount) -> HttpResponse:
    """Sign the pupil in, for the time of a lesson."""
    request.session.pop(_CARD, None)
    _forget_picks(request)
    login(request, account.user, backend=_BACKEND)
    request.session.set_expiry(SESSION_SECONDS)
    return redirect("workspace:my_class")


@allow(Role.PUPIL)
def my_class(request: HttpRequest) -> HttpResponse:
    """Show a pupil the class's words, themes to look around in, favourites."""
    user = signed_in(request)
    window = window_of(user)
    account = (
        PupilAccount.objects.visible_to(user)
        .filter(user=user)
        .select_related("class_group__school", "child")
        .first()
    )
    notes = (
        ClassNote.objects.visible_to(user)
        .select_related("author")
        .prefetch_related("resources__levels", "resources__domains")[:5]
    )
    open_to_me = set(
        Resource.objects.within(window)
        .filter(class_notes__in=[note.pk for note in notes])
        .values_list("pk", flat=True)
    )
    levels = near_levels(user)
    young = not any(map(catalogue_rules.reads_alone, levels))
    found = finding.find(Ask(near_levels=levels, size=1), window)
    return render(
        request,
        "workspace/my_class.html",
        {
            "account": account,
            "entry": _entry(user),
            "notes": [
                {"note": note, "resources": [r for r in note.resources.all() if r.pk in open_to_me]}
                for note in notes
            ],
            "themes": [] if young else _themes(found.answer.facets),
            "shelves": pictures.shelves(pictures.THEMES, window, levels) if young else [],
            "favourite_count": _favourites(user),
            "panels": panels.pupil_panels(request, account.class_group) if account else [],
        },
    )


def _entry(user: User) -> RollEntry | None:
    return (
        RollEntry.objects.current()
        .filter(child__pupil_account__user=user)
        .select_related("class_group")
        .first()
    )


def _favourites(user: User) -> int:
    visible = Resource.objects.visible_to(user)
    return Favourite.objects.filter(user=user, resource__in=visible.values("pk")).count()


def _themes(facets: Any) -> list[dict[str, Any]]:
    counts = facets.get("domain", {})
    labels = value_labels(terms.labels())["domain"]
    return [
        {"code": value, "label": label}
        for value, label in labels.items()
        if "." not in value and counts.get(value)
    ]
