"""How strong a password is, in plain words: while one types, or on a page without JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.access import ANYONE, allow
from core.accounts.limits import allowed
from core.accounts.passwords.strength import Level
from core.accounts.passwords.validators import strength_of
from core.net import client_ip


@allow(ANYONE)
@never_cache
@require_POST
@sensitive_post_parameters("password1")
def strength(request: HttpRequest) -> HttpResponse:
    """Judge a password; it is neither kept nor shown again."""
    typed = request.POST.get("password1", "")[:1000]
    judged = None
    if typed and allowed(request, "password_strength", client_ip(request)):
        judged = strength_of(typed, request.user)
    words = {
        Level.VERY_WEAK: (_("Très faible"), _("il se devine en quelques essais."), "urgent"),
        Level.WEAK: (_("Trop faible"), _("ajoutez un mot sans rapport avec les autres."), "urgent"),
        Level.FAIR: (_("Assez fort"), _("vous pouvez le garder."), "success"),
        Level.STRONG: (_("Très fort"), _("personne ne le devinera."), "success"),
    }
    context = {
        "judged": judged,
        "words": words[judged.level] if judged else None,
        "steps": judged.level + 1 if judged else 0,
        "short": len(typed) < 12,
    }
    page = "_strength.html" if request.headers.get("HX-Request") else "strength.html"
    return render(request, f"accounts/{page}", context)
