"""Where the letter of a desk leads: identifier and code, then a password of one's own."""

from __future__ import annotations

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import clock, codes
from core.access import ANYONE, allow
from core.accounts import actions
from core.accounts.forms import ActivateForm, ChoosePasswordForm
from core.accounts.limits import allowed
from core.accounts.models import DeskCode
from core.errors import RuleBroken

#: In the session between the two pages: the code that was right, and when.
_HELD = "desk_code"
_HELD_SECONDS = 15 * 60


@allow(ANYONE)
@never_cache
def activate(request: HttpRequest) -> HttpResponse:
    """Take identifier and code. Whatever is wrong with them gets one and the same answer."""
    form = ActivateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        identifier, code = form.cleaned_data["identifier"], form.cleaned_data["code"]
        if not allowed(request, "desk_code", codes.normal(identifier)):
            form.add_error(None, _("Trop d’essais. Attendez une heure, ou demandez une lettre."))
            return render(request, "accounts/activate.html", {"form": form}, status=429)
        found = actions.find_code(identifier=identifier, code=code)
        if found is not None:
            request.session[_HELD] = [found.pk, int(clock.now().timestamp())]
            return redirect("desk_choose_password")
        form.add_error(
            None,
            _(
                "Cet identifiant et ce code ne vont pas ensemble, ou le code n’est plus valable. "
                "Relisez la lettre, ou demandez-en une nouvelle."
            ),
        )
    return render(request, "accounts/activate.html", {"form": form})


def _held(request: HttpRequest) -> DeskCode | None:
    pk, at = request.session.get(_HELD) or (0, 0)
    if clock.now().timestamp() - at > _HELD_SECONDS:
        return None
    return DeskCode.objects.good().select_related("user").filter(pk=pk).first()


@allow(ANYONE)
@never_cache
def choose_password(request: HttpRequest) -> HttpResponse:
    """Choose the password, which uses the code up; a second factor is asked next, if any."""
    held = _held(request)
    if held is None:
        request.session.pop(_HELD, None)
        return redirect("desk_activate")
    form = ChoosePasswordForm(request.POST or None, user=held.user)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password1"]
        try:
            user = actions.use_code(pk=held.pk, password=password)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            request.session.pop(_HELD, None)
            login = Login(user=user, email_verification=EmailVerificationMethod.NONE)
            credentials = {"username": user.identifier}
            response: HttpResponse = perform_password_login(request, credentials, login)
            return response
    return render(request, "accounts/choose_password.html", {"form": form, "held": held})
