"""Who pays for a child: choose, propose, agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families import queries
from families.actions.payers import (
    agree_payers,
    cancel_coming,
    record_payers,
    set_payers,
    withdraw_payers,
)
from families.forms.money import PayersForm, RecordPayersForm
from families.models import Child, Guardian, Guardianship, PayerRule
from families.views.base import household_required, own_child
from families.views.situations import AGENTS


def _names(child: Child) -> list[tuple[str, str]]:
    """Return who may be named as a payer of a child."""
    links = (
        Guardianship.objects.able_to_pay()
        .filter(child=child)
        .select_related("guardian")
        .order_by("pk")
    )
    return list({str(link.guardian_id): link.guardian.full_name for link in links}.items())


@allow(SIGNED_IN)
@household_required
def choose(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Say who pays for a child: at once for oneself, else as a proposal."""
    child = own_child(request, reference)
    rule_now, proposal = queries.rules_of(child, clock.today())
    form = PayersForm(
        request.POST or None,
        payers=_names(child),
        initial=PayersForm.answers(rule_now, guardian.pk),
    )
    if request.method == "POST" and form.is_valid():
        try:
            rule = set_payers(
                by=Actor.of(request),
                guardian=guardian,
                child=child,
                mode=form.cleaned_data["mode"],
                shares=form.shares(),
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
        rule = agree_payers(by=Actor.of(request), rule=rule)
        if rule.agreed_at:
            messages.success(request, _("C’est d’accord : le partage est enregistré."))
        else:
            messages.success(request, _("C’est noté. Il manque l’accord d’une autre personne."))
    else:
        withdraw_payers(by=Actor.of(request), rule=rule)
        messages.success(request, _("La proposition est retirée. Rien ne change."))
    return redirect("families:child", reference=child.reference)


@allow(SIGNED_IN)
@household_required
@require_POST
def cancel(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Take back what I alone was to pay from a day to come."""
    rule: PayerRule = get_visible(PayerRule.objects, signed_in(request), pk=pk)
    child = own_child(request, rule.child.reference)
    cancel_coming(by=Actor.of(request), rule=rule, guardian=guardian)
    messages.success(request, _("C’est annulé : ce qui vaut aujourd’hui continue."))
    return redirect("families:child", reference=child.reference)


@allow(*AGENTS)
@require_POST
def record_cancel(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take back a rule to come, whomever it names."""
    child: Child = get_visible(Child.objects, signed_in(request), reference=reference)
    rule = get_object_or_404(PayerRule.objects.filter(child=child), pk=pk)
    cancel_coming(by=Actor.of(request), rule=rule, guardian=None)
    messages.success(request, _("C’est annulé : ce qui vaut aujourd’hui continue."))
    return redirect("families:payers_record", reference=child.reference)


@allow(*AGENTS)
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Write who pays as a document says."""
    child: Child = get_visible(Child.objects, signed_in(request), reference=reference)
    today = clock.today()
    rule, proposal = queries.rules_of(child, today)
    form = RecordPayersForm(
        request.POST or None,
        payers=_names(child),
        initial=PayersForm.answers(rule, None),
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_payers(
                by=Actor.of(request),
                child=child,
                mode=form.cleaned_data["mode"],
                shares=form.shares(),
                valid_from=form.cleaned_data["valid_from"],
                ground=form.cleaned_data["ground"],
            )
        except RuleBroken as broken:
            form.add_error(broken.field if broken.field in form.fields else None, broken.message)
        else:
            messages.success(
                request, _("C’est enregistré. Les personnes concernées sont prévenues.")
            )
            return redirect("families:payers_record", reference=child.reference)
    return render(
        request,
        "families/situation_payers.html",
        {
            "form": form,
            "child": child,
            "rule": rule,
            "proposal": proposal,
            "coming": queries.coming_rules(child, today),
            "payers": queries.payers_of(child, today),
        },
    )
