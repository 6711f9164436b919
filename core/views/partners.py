"""The administrator's page of partner systems and their tokens."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock, partners
from core.access import allow, get_visible, signed_in
from core.accounts.roles import STAFF_ROLES, Role
from core.api import scope_choices
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from core.partners import PartnerToken


class TokenForm(forms.Form):
    """Who, what for, until when."""

    name = forms.CharField(label=gettext_lazy("Nom du partenaire"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Droits"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Ce que ce logiciel peut appeler ; donnez le moins possible."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Données visibles"),
        required=False,
        help_text=gettext_lazy("Celles que voit ce poste, pour toute la ville."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Valable jusqu’au"),
        help_text=gettext_lazy("Deux ans au plus."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        scopes = self.fields["scopes"]
        role = self.fields["role"]
        if isinstance(scopes, forms.MultipleChoiceField) and isinstance(role, forms.ChoiceField):
            scopes.choices = scope_choices()
            role.choices = [
                ("", _("Ce qui est public seulement")),
                *((r.value, r.label) for r in Role if r in STAFF_ROLES),
            ]


@allow(Role.ADMINISTRATOR)
def tokens(request: HttpRequest) -> HttpResponseBase:
    """List tokens, newest first, and make new ones; a new secret is shown once."""
    user = signed_in(request)
    initial = {"expires_on": clock.today() + dt.timedelta(days=365)}
    form = TokenForm(request.POST or None, initial=initial)
    issued = None
    if request.method == "POST" and form.is_valid():
        until = clock.at(form.cleaned_data["expires_on"], 23, 59)
        try:
            issued = partners.issue(
                by=Actor.of(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                role=form.cleaned_data["role"],
                expires_at=until,
            )
            form = TokenForm(initial=initial)
        except RuleBroken as broken:
            show_broken(form, broken)
    listed = PartnerToken.objects.visible_to(user).order_by("-created_at", "-pk")
    page = page_of(request, listed)
    response = render(
        request, "core/partners/list.html", {"page_obj": page, "form": form, "issued": issued}
    )
    response["Cache-Control"] = "no-store"
    return response


@allow(Role.ADMINISTRATOR)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the API to a partner at once."""
    token: PartnerToken = get_visible(PartnerToken.objects, signed_in(request), pk=pk)
    partners.revoke(by=Actor.of(request), token=token)
    messages.success(request, _("Le jeton « %(name)s » est révoqué.") % {"name": token.name})
    return redirect("partners:list")
