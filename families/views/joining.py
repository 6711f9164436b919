"""Invitations sent, codes redeemed, children claimed with proof."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from ninja.errors import Throttled

from core import clock, documents, pdf
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.api import count_use
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor, record_read
from core.net import client_ip
from core.paging import page_of
from families.access.separation import ChildClaimQuerySet
from families.actions import claims as claiming
from families.actions import invitations
from families.actions.codes_on_paper import Answers, invite_on_paper, redeem
from families.actions.objections import discard_upload
from families.desk.search import households_told
from families.desk.words import fold
from families.forms.separation import ClaimForm, ClaimLinkForm, ClaimRefuseForm, JoinForm
from families.letters import invitation_letter
from families.models import Child, ChildClaim, Guardian, Guardianship, Invitation
from families.views.base import household_required
from families.views.guardians import other_of

AGENTS = (Role.ENROLMENT_AGENT,)
#: Codes one account and one address may try in an hour.
TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS = (10, 3600), (30, 3600)


@allow(SIGNED_IN)
@household_required
def sent(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """List the invitations one has sent: open, used, expired, closed."""
    user = signed_in(request)
    found = (
        Invitation.objects.visible_to(user)
        .select_related("guardian")
        .order_by("-created_at", "-pk")
    )
    page = page_of(request, found)
    now = clock.now()
    rows = []
    for row in page:
        state, tone = _("En attente"), "waiting"
        if row.used_at:
            state, tone = _("Utilisée"), "success"
        elif row.wrong_tries >= Invitation.MAX_TRIES:
            state, tone = _("Fermée après cinq erreurs"), "urgent"
        elif row.revoked_at:
            state, tone = _("Annulée ou remplacée"), "plain"
        elif row.expires_at <= now:
            state, tone = _("Expirée"), "plain"
        waiting = tone == "waiting"
        again = not waiting and not row.used_at and row.guardian.user_id is None
        rows.append({"row": row, "state": state, "tone": tone, "open": waiting, "again": again})
    return render(request, "families/invitations.html", {"page_obj": page, "rows": rows})


@allow(SIGNED_IN)
@household_required
@require_POST
def revoke(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Close an invitation one has sent."""
    found: Invitation = get_visible(Invitation.objects, signed_in(request), pk=pk)
    invitations.revoke(by=Actor.of(request), invitation=found)
    messages.success(request, _("L’invitation est annulée."))
    return redirect("families:invitations")


@allow(SIGNED_IN)
@household_required
@require_POST
def letter(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Draw a code and answer with its letter: the code is nowhere else afterwards."""
    other = other_of(request, guardian, pk)
    try:
        made = invite_on_paper(by=Actor.of(request), guardian=other)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("families:invite", pk=other.pk)
    data = invitation_letter(made.invitation, made.code, language=other.language)
    return pdf.pdf_response(data, "invitation.pdf", inline=False)


@allow(SIGNED_IN)
def join(request: HttpRequest) -> HttpResponse:
    """Redeem a code on paper with one's name and a child's birth date; one answer to failures."""
    user = signed_in(request)
    if user.has_role(Role.PUPIL):
        raise PermissionDenied
    form = JoinForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            count_use(f"join:{user.pk}", *TRIES_OF_ACCOUNT)
            count_use(f"join-from:{client_ip(request)}", *TRIES_OF_ADDRESS)
            redeem(by=Actor.of(request), answers=Answers(**form.cleaned_data))
        except Throttled:
            form.add_error(None, _("Trop d’essais. Attendez une heure, puis réessayez."))
            status = 429
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = 409
        else:
            messages.success(request, _("Bienvenue ! Vos enfants sont sur cette page."))
            return redirect("families:overview")
    return render(request, "families/join.html", {"form": form}, status=status)


@allow(SIGNED_IN)
@household_required
def claims(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Ask to be linked to a child already known here; the answer never tells if it is."""
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        data = dict(form.cleaned_data)
        document = None
        try:
            document = documents.store(data.pop("proof"), by=by, kind="families.claim")
            claiming.claim_child(by=by, guardian=guardian, proof=document, **data)
        except RuleBroken as broken:
            discard_upload(by, document)
            form.add_error("proof" if broken.field == "file" else None, broken.message)
        else:
            messages.success(
                request, _("Votre demande est envoyée. Un agent vérifie la pièce et vous répond.")
            )
            return redirect("families:claims")
    made = ChildClaim.objects.filter(guardian=guardian).order_by("-made_at", "-pk")[:20]
    return render(request, "families/claims.html", {"form": form, "claims": made})


@allow(SIGNED_IN)
@household_required
@require_POST
def claim_withdraw(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Take one's own claim back."""
    found: ChildClaim = get_visible(
        ChildClaim.objects.filter(guardian=guardian), signed_in(request), reference=reference
    )
    claiming.withdraw_claim(by=Actor.of(request), claim=found)
    messages.success(request, _("Votre demande est retirée et la pièce effacée."))
    return redirect("families:claims")


def _about(found: ChildClaimQuerySet, query: str) -> list[int]:
    """Return the claims whose child was typed so, accents and dashes aside; there are few."""
    words = fold(query).split()
    typed = found.values_list("pk", "given_name", "family_name")
    return [
        pk
        for pk, given, family in typed
        if words and all(word in fold(f"{given} {family}") for word in words)
    ]


@allow(*AGENTS)
def claim_queue(request: HttpRequest) -> HttpResponse:
    """List the claims to check, oldest first."""
    state = request.GET.get("etat", ChildClaim.WAITING)
    found = ChildClaim.objects.visible_to(signed_in(request))
    counts = found.aggregate(
        **{value: Count("pk", filter=Q(state=value)) for value, _label in ChildClaim.STATES}
    )
    if state in dict(ChildClaim.STATES):
        found = found.filter(state=state)
    if query := request.GET.get("q", "").replace("\x00", "").strip()[:100]:
        found = found.filter(
            Q(reference__iexact=query)
            | Q(pk__in=_about(found, query))
            | Q(guardian__household__in=households_told(query))
        )
    page = page_of(request, found.select_related("guardian").order_by("made_at", "pk"))
    tabs = [(value, label, counts[value]) for value, label in ChildClaim.STATES]
    return render(
        request,
        "families/claim_queue.html",
        {"page_obj": page, "state": state, "tabs": tabs, "q": query},
    )


@allow(*AGENTS)
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Hold a proof beside the children it may be about; link or refuse. Journalled."""
    user = signed_in(request)
    found: ChildClaim = get_visible(
        ChildClaim.objects.select_related("guardian", "proof", "child"), user, reference=reference
    )
    by = Actor.of(request)
    children = {child.reference: child for child in claiming.candidates(found)}
    links = list(
        Guardianship.objects.current()
        .filter(child__in=[child.pk for child in children.values()])
        .select_related("guardian", "child")
        .order_by("child", "pk")
    )
    without_account = {str(k.guardian_id): k.guardian for k in links if not k.guardian.user_id}
    form = ClaimLinkForm(
        request.POST if "child" in request.POST or "kind" in request.POST else None,
        children=[(c.reference, f"{c.full_name} ({c.reference})") for c in children.values()],
        people=[(key, g.full_name) for key, g in without_account.items()],
        initial={
            # Rights are read on the paper: nothing is granted by pressing a button too soon.
            "kind": found.kind,
            "child": next(iter(children)) if len(children) == 1 else "",
        },
    )
    refuse_form = ClaimRefuseForm(request.POST if "ground" in request.POST else None)
    if refuse_form.is_bound and refuse_form.is_valid():
        claiming.refuse_claim(by=by, claim=found, ground=refuse_form.cleaned_data["ground"])
        messages.success(request, _("La personne est prévenue et la pièce effacée."))
        return redirect("families:claim_queue")
    if form.is_bound and form.is_valid() and _link(by, found, form, children, without_account):
        messages.success(request, _("Le lien est enregistré ; les responsables sont prévenus."))
        return redirect("families:claim_queue")
    if request.method != "POST":
        record_read(by, "custody", found, reason="claim")
    return render(
        request,
        "families/claim_check.html",
        {
            "claim": found,
            "candidates": [
                (child, [link for link in links if link.child_id == child.pk])
                for child in children.values()
            ],
            "form": form,
            "refuse_form": refuse_form,
        },
        status=422 if form.errors or refuse_form.errors else 200,
    )


def _link(
    by: Actor,
    found: ChildClaim,
    form: ClaimLinkForm,
    children: dict[str, Child],
    people: dict[str, Guardian],
) -> bool:
    """Link as the form says; put what is refused beside the form's fields."""
    data = form.cleaned_data
    rights = set(data["rights"])
    try:
        claiming.link_claim(
            by=by,
            claim=found,
            child=children[data["child"]],
            kind=data["kind"],
            parental_authority="parental_authority" in rights,
            lives_with="lives_with" in rights,
            may_pick_up="may_pick_up" in rights,
            replaces=people.get(data["replaces"]),
        )
    except RuleBroken as broken:
        show_broken(form, broken)
        return False
    return True
