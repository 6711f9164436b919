"""Who pays for a child: choose, propose, agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families import queries
from families.actions.payers import agree_payers, set_payers, withdraw_payers
from families.forms.money import PayersForm
from families.models import Guardian, Guardianship, PayerRule, PayerShare
from families.rules import Share
from families.views.base import household_required, own_child


def _shares(data: dict[str, object], payers: list[int]) -> list[Share]:
    """Turn the form's answers into shares; the other payer takes what is left."""
    first = int(str(data["payer"]))
    others = [key for key in payers if key != first]
    if data["mode"] == PayerRule.Mode.SINGLE or not others:
        return [Share(first, 100)]
    second = int(str(data.get("other") or others[0]))
    if data["mode"] == PayerRule.Mode.ALTERNATING:
        return [Share(first, 100, "odd"), Share(second, 100, "even")]
    part = int(str(data["percent"] or 0))
    return [Share(first, part), Share(second, 100 - part)]


def _now(rule: PayerRule | None, guardian: Guardian) -> dict[str, object]:
    """Return the answers that say what is agreed today: changing begins from there."""
    shares = list(rule.shares.all()) if rule else []
    if rule is None or not shares:
        return {"payer": str(guardian.pk)}
    # The form asks for the odd weeks first; else whose part comes first.
    shares.sort(key=lambda share: (share.weeks == PayerShare.Weeks.EVEN, share.pk))
    known: dict[str, object] = {"mode": rule.mode, "payer": str(shares[0].guardian_id)}
    if rule.mode == PayerRule.Mode.PERCENTAGE:
        known["percent"] = shares[0].percent
    if len(shares) > 1:
        known["other"] = str(shares[1].guardian_id)
    return known


@allow(SIGNED_IN)
@household_required
def choose(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Say who pays for a child: at once for oneself, else as a proposal."""
    child = own_child(request, reference)
    links = (
        Guardianship.objects.able_to_pay()
        .filter(child=child)
        .select_related("guardian")
        .order_by("pk")
    )
    people = {link.guardian_id: link.guardian.full_name for link in links}
    rule_now, proposal = queries.rules_of(child, clock.today())
    form = PayersForm(
        request.POST or None,
        payers=[(str(key), name) for key, name in people.items()],
        initial=_now(rule_now, guardian),
    )
    if request.method == "POST" and form.is_valid():
        try:
            rule = set_payers(
                by=Actor.of(request),
                guardian=guardian,
                child=child,
                mode=form.cleaned_data["mode"],
                shares=_shares(form.cleaned_data, list(people)),
                valid_from=form.cleaned_data["valid_from"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            if rule.agreed_at:
                messages.success(request, _("Vous payez pour %s.") % child.given_name)
            else:
                messages.success(
                    request, _("Proposition envoyée. Elle vaut dès que l’autre parent l’accepte.")
                )
            return redirect("families:child", reference=child.reference)
    return render(
        request,
        "families/payers.html",
        {"form": form, "child": child, "rule": rule_now, "proposal": proposal},
    )


@allow(SIGNED_IN)
@household_required
@require_POST
def answer(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Agree to a proposal that makes me pay, or take back or decline one."""
    rule: PayerRule = get_visible(PayerRule.objects, signed_in(request), pk=pk, agreed_at=None)
    mine = rule.proposed_by_id == guardian.pk
    child = own_child(request, rule.child.reference)
    if request.POST.get("answer") == "agree" and not mine:
        agree_payers(by=Actor.of(request), rule=rule)
        messages.success(request, _("C’est d’accord : le partage est enregistré."))
    else:
        withdraw_payers(by=Actor.of(request), rule=rule)
        messages.success(request, _("La proposition est retirée. Rien ne change."))
    return redirect("families:child", reference=child.reference)
