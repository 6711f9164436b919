"""What the family pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from core.access import get_visible, signed_in
from core.accounts.roles import Role
from families.models import Child, Guardian

P = ParamSpec("P")


def own_guardian(request: HttpRequest) -> Guardian | None:
    """Return the guardian the signed-in person is, with household and street."""
    return (
        Guardian.objects.filter(user=signed_in(request))
        .select_related("household__street", "user")
        .first()
    )


def household_required(
    view: Callable[Concatenate[HttpRequest, Guardian, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the person's guardian; lead whoever has no household yet to make one."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if signed_in(request).has_role(Role.PUPIL):
            raise PermissionDenied
        guardian = own_guardian(request)
        if guardian is None:
            return redirect("families:setup")
        return view(request, guardian, *args, **kwargs)

    return wrapped


def own_child(request: HttpRequest, reference: str) -> Child:
    """Return one of the person's children, over whom they hold authority, or answer 404."""
    child: Child = get_visible(_OwnChildren(), signed_in(request), reference=reference)
    return child


class _OwnChildren:
    """Children narrowed to those one is responsible for, whatever other posts one holds."""

    def visible_to(self, user: Any) -> Any:
        return Child.objects.of_guardian(user)


def next_url(request: HttpRequest, default: str) -> str:
    """Return where ``next`` leads if that is a page of ours, else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return default
