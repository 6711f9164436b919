"""What every page of a table on its way in does: takes it, hears answers, acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.forms import show_broken
from core.importing.plans import OUTCOMES
from core.journal import Actor
from core.spreadsheets.columns import Target
from core.spreadsheets.reading import MAX_BYTES

RunT = TypeVar("RunT")


def take(request: HttpRequest, form: forms.Form, receive: Callable[..., RunT]) -> RunT | None:
    """Return the table that a form brings; None while none came, or the form says why not.

    ``receive`` is given the file, and whatever else the form asks, by name.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    given = dict(form.cleaned_data)
    upload = given.pop("file")
    try:
        return receive(
            by=Actor.of(request), data=upload.read(MAX_BYTES + 1), filename=upload.name, **given
        )
    except RuleBroken as broken:
        show_broken(form, broken)
        return None


def columns_told(request: HttpRequest, targets: Iterable[Target]) -> dict[str, str]:
    """Return which column holds which fact, as somebody says ("" for none)."""
    return {
        target.code: request.POST[f"c:{target.code}"][:200]
        for target in targets
        if f"c:{target.code}" in request.POST
    }


def words_told(request: HttpRequest) -> dict[str, str]:
    """Return what unknown words mean, as far as somebody says."""
    return {
        name[2:][:200]: meaning
        for name, value in request.POST.items()
        if name.startswith("v:") and isinstance(value, str) and (meaning := value.strip()[:120])
    }


def done(request: HttpRequest, act: Callable[[], object], said: str = "") -> bool:
    """Do what somebody decided; the next page says that it is done, or why it is not."""
    try:
        act()
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return False
    if said:
        messages.success(request, said)
    return True


def drop(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Give a table up, and say that nothing of it was written."""
    return done(request, act, _("Le tableau est abandonné, rien n’a été écrit."))


def tabs(counts: Mapping[str, int], lines: int) -> list[tuple[str, str, int]]:
    """Return the outcomes by which lines may be looked at, with how many there are."""
    named = [(code, str(label), counts.get(code, 0)) for code, label in OUTCOMES.items()]
    return [("", _("Toutes"), lines), *named]
