"""A form sent twice does its thing once.

A page puts ``{% once_token %}`` into its form and its view wears ``@once`` below
``@allow``. The first sending takes the token in the transaction of the act; a second one
(double click, reload, lost answer) waits for it and is sent to the same place. A sending
that ended without a redirect, for instance with errors to correct, gives its token back.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from core import clock

FIELD = "once"


class OnceUse(models.Model):
    """A token that was used, by whom (hashed together), and where its sender was led."""

    key = models.CharField(max_length=64, unique=True)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return self.key[:8]


def new_token() -> str:
    """Return a token for one form shown once."""
    return secrets.token_urlsafe(18)


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view's POST happen once for each token; the view runs in a transaction."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = request.POST.get(FIELD, "") if request.method == "POST" else ""
        if not token:
            return view(request, *args, **kwargs)
        who = getattr(request.user, "pk", None) or request.session.session_key or ""
        key = hashlib.sha256(f"{who}\n{request.path}\n{token}".encode()).hexdigest()
        with transaction.atomic():
            try:
                with transaction.atomic():
                    use = OnceUse.objects.create(key=key)
            except IntegrityError:
                done = OnceUse.objects.get(key=key)
                return redirect(done.location or request.path)
            response = view(request, *args, **kwargs)
            location = response.headers.get("Location", "")
            if 300 <= response.status_code < 400 and location:
                use.location = location[:500]
                use.save(update_fields=["location"])
            else:
                use.delete()
        return response

    return guarded
