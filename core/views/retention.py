"""How long things are kept: rules, what would go, what each night erased, what the city decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core import queueing, retention
from core.access import allow, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.keeping import RetentionRun, RetentionTerm
from core.paging import page_of


class TermForm(forms.Form):
    """A duration that the city decides."""

    keep_days = forms.IntegerField(
        label=gettext_lazy("Durée, en jours"), min_value=0, max_value=36_600
    )
    valid_from = forms.DateField(
        label=gettext_lazy("À partir du"), widget=forms.DateInput(attrs={"type": "date"})
    )
    source = forms.CharField(
        label=gettext_lazy("Décision"),
        max_length=200,
        help_text=gettext_lazy("Délibération, avis des archives ou de la déléguée : sa référence."),
    )


def how_long(days: int) -> str:
    """Say a duration as a rule says it: whole years and months before days."""
    if days == 0:
        return _("dès leur terme")
    years, months = round(days / 365.25), round(days / 30.44)
    if years and abs(days - years * 365.25) < 2:
        return ngettext("%(count)d an", "%(count)d ans", years) % {"count": years}
    if 2 <= months < 24 and abs(days - months * 30.44) < 1:
        return ngettext("%(count)d mois", "%(count)d mois", months) % {"count": months}
    return ngettext("%(count)d jour", "%(count)d jours", days) % {"count": days}


def _found(run: RetentionRun | None) -> dict[str, dict[str, Any]]:
    return {line["rule"]: line for line in run.lines} if run else {}


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    oldest = line.get("oldest") or ""
    return {**line, "oldest": parse_date(oldest) if oldest else None}


@allow(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """Show every rule with its source, what the last count found, what the last night erased."""
    runs = RetentionRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk")
    counted = runs.filter(dry_run=True).first()
    applied = runs.filter(dry_run=False).first()
    decided, would, went = retention.terms(), _found(counted), _found(applied)
    rows = [
        {
            "rule": rule,
            "keep": how_long(retention.keep_of(rule, decided).days),
            "term": decided.get(rule.name),
            "would": _shown(would.get(rule.name, {})),
            "went": went.get(rule.name),
        }
        for rule in sorted(retention.rules(), key=lambda rule: (rule.model, rule.order))
    ]
    return render(
        request,
        "core/retention/overview.html",
        {
            "rows": rows,
            "counted": counted,
            "applied": applied,
            "page_obj": page_of(request, runs),
        },
    )


@allow(Role.ADMINISTRATOR)
@require_POST
def count_again(request: HttpRequest) -> HttpResponse:
    """Ask for a new count; at a city's scale it takes longer than a page may."""
    queueing.send("core.count_retention", signed_in(request).pk)
    messages.success(request, _("Le comptage est demandé. Rechargez la page dans un instant."))
    return redirect("retention:overview")


@allow(Role.ADMINISTRATOR)
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one night erased, or one count found, rule by rule."""
    run = get_object_or_404(RetentionRun, pk=pk, finished_at__isnull=False)
    what = {rule.name: rule for rule in retention.rules()}
    lines = [{**_shown(line), "known": what.get(line["rule"])} for line in run.lines]
    return render(
        request,
        "core/retention/run.html",
        {
            "run": run,
            "lines": [line for line in lines if line["count"] or line["error"]],
            "quiet": sum(1 for line in lines if not line["count"] and not line["error"]),
        },
    )


@allow(Role.ADMINISTRATOR)
def decide(request: HttpRequest, name: str) -> HttpResponse:
    """Decide how long a rule keeps from a day on; earlier decisions stay to be seen."""
    rule = next((rule for rule in retention.rules() if rule.name == name), None)
    if rule is None:
        raise Http404
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            retention.decide(by=Actor.of(request), rule=rule, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("La nouvelle durée est notée."))
            return redirect("retention:overview")
    terms = RetentionTerm.objects.filter(rule=name).select_related("decided_by")
    return render(
        request,
        "core/retention/decide.html",
        {"rule": rule, "form": form, "terms": terms.order_by("-valid_from")},
    )
