"""The agents' page of accounts opened and given back at a desk.

The code exists on the letter only. Between the act and the printing it waits in the agent's
own session, sealed, for a quarter of an hour; a letter that was not printed in time is
replaced by a new one.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import clock, pdf
from core.access import allow, get_visible, signed_in
from core.accounts import secrets
from core.accounts.actions import Issued
from core.accounts.letters import desk_letter
from core.accounts.models import CivilIdentity, DeskCode
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.paging import page_of
from families.actions import desk_accounts as actions
from families.desk.search import households_told
from families.forms.desk_accounts import DeskSearch, IdentityForm, RecoveryForm
from families.models import Guardian

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)
_PRINTABLE_SECONDS = 15 * 60


@allow(*AGENTS)
def index(request: HttpRequest) -> HttpResponse:
    """Find a guardian, by name or by what their account still lacks."""
    form = DeskSearch(request.GET or None)
    pending = DeskCode.objects.good().filter(user=OuterRef("user"), purpose="activate")
    found = (
        Guardian.objects.visible_to(signed_in(request))
        # Neither the dead, nor institutions, nor files merged into another have an access.
        .filter(merged_into=None, died_on=None, organisation="")
        .select_related("user")
        .annotate(waiting=Exists(pending))
        .order_by("family_name", "given_name", "pk")
    )
    if form.is_valid():
        if query := form.cleaned_data["q"].strip():
            found = found.filter(household__in=households_told(query))
        if form.cleaned_data["show"] == "none":
            found = found.filter(user__isnull=True)
        elif form.cleaned_data["show"] == "waiting":
            found = found.filter(waiting=True)
    page = page_of(request, found)
    return render(request, "families/desk_accounts.html", {"page_obj": page, "form": form})


def _guardian(request: HttpRequest, pk: int) -> Guardian:
    rows = Guardian.objects.select_related("user", "household__street")
    found: Guardian = get_visible(rows, signed_in(request), pk=pk)
    return found


@allow(*AGENTS)
@once
def account(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what access a guardian has, and give the letter that opens or reopens it."""
    guardian = _guardian(request, pk)
    by = Actor.of(request)
    act = request.POST.get("act", "")
    form = RecoveryForm(request.POST if act == "recover" else None)
    identity = IdentityForm(
        request.POST if act == "identity" else None,
        initial={"family_name": guardian.family_name, "given_names": guardian.given_name},
    )
    if act == "identity":
        if _note_identity(by, guardian, identity):
            messages.success(request, _("L’état civil est noté."))
            return redirect("families:desk_account", pk=guardian.pk)
    elif request.method == "POST":
        try:
            issued = _issue(act, by, guardian, form)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            if issued is not None:
                _keep(request, guardian, issued)
                messages.success(request, _("La lettre est prête : imprimez-la maintenant."))
                return redirect("families:desk_account", pk=guardian.pk)
    user = guardian.user
    context = {
        "guardian": guardian,
        "person": user,
        "form": form,
        "identity": identity,
        "civil": CivilIdentity.objects.filter(user=user).first() if user else None,
        "active": user is not None and bool(user.has_usable_password() or user.last_login),
        "pending": user.desk_codes.good().first() if user else None,
        "letters": user.desk_codes.select_related("made_by").order_by("-pk")[:10] if user else [],
        "printable": _kept(request, guardian) is not None,
    }
    return render(request, "families/desk_account.html", context)


def _note_identity(by: Actor, guardian: Guardian, form: IdentityForm) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.verify_identity(
            by=by, guardian=guardian, civil=form.civil(), seen=form.cleaned_data["seen"]
        )
    except RuleBroken as broken:
        show_broken(form, broken)
    except ValidationError as wrong:
        form.add_error(None, wrong)
    else:
        return True
    return False


def _issue(act: str, by: Actor, guardian: Guardian, form: RecoveryForm) -> Issued | None:
    if act == "open":
        return actions.open_for_guardian(by=by, guardian=guardian)
    if act == "again":
        return actions.reissue_for_guardian(by=by, guardian=guardian)
    if act == "recover" and form.is_valid():
        return actions.give_back_access(by=by, guardian=guardian, **form.cleaned_data)
    return None


def _keep(request: HttpRequest, guardian: Guardian, issued: Issued) -> None:
    held = {"guardian": guardian.pk, "record": issued.record.pk, "code": issued.code}
    request.session[_key(guardian)] = secrets.encrypt(json.dumps(held))


def _key(guardian: Guardian) -> str:
    return f"desk_letter_{guardian.pk}"


def _kept(request: HttpRequest, guardian: Guardian) -> Issued | None:
    """Return the letter this agent may still print, and forget one that is over."""
    sealed = request.session.get(_key(guardian))
    if not sealed:
        return None
    held: dict[str, Any] = json.loads(secrets.decrypt(sealed))
    record = DeskCode.objects.good().select_related("user").filter(pk=held["record"]).first()
    if record is None or (clock.now() - record.created_at).total_seconds() > _PRINTABLE_SECONDS:
        del request.session[_key(guardian)]
        return None
    return Issued(record.user, held["code"], record)


@allow(*AGENTS)
@never_cache
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the letter, while it may be."""
    guardian = _guardian(request, pk)
    issued = _kept(request, guardian)
    if issued is None:
        raise Http404
    data = desk_letter(issued, recipient=guardian.household.address_lines)
    return pdf.pdf_response(data, f"lettre-{issued.user.shown_identifier}.pdf")
