"""One's own documents: what they serve, until when, another in their place, away with them."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import document_life, documents
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.models import User
from core.document_kinds import uses_of
from core.documents import Document
from core.errors import RuleBroken
from core.forms import PagesField
from core.journal import Actor


class ReplaceForm(forms.Form):
    """Another file in a document's place."""

    file = PagesField(label=gettext_lazy("Le nouveau document"))


class _Kept:
    """One's kept documents, and nobody else's, whatever posts one holds."""

    def visible_to(self, user: User) -> documents.DocumentQuerySet:
        return Document.objects.kept_by(user)


def _own(request: HttpRequest, public_id: uuid.UUID) -> Document:
    found: Document = get_visible(_Kept(), signed_in(request), public_id=public_id)
    return found


@allow(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    """List the papers one has sent and that may serve again, newest first."""
    kept = list(Document.objects.kept_by(signed_in(request)).order_by("-created_at", "-pk")[:200])
    uses = uses_of(kept)
    rows = [
        {
            "document": document,
            "uses": uses.get(document.pk, []),
            "needed": any(use.needed for use in uses.get(document.pk, [])),
        }
        for document in kept
    ]
    return render(request, "core/documents/mine.html", {"rows": rows})


@allow(SIGNED_IN)
def replace(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send another file in a document's place; open requests use the new one."""
    old = _own(request, public_id)
    form = ReplaceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            new = documents.store(form.cleaned_data["file"], by=by, kind=old.kind, about=old.about)
        except RuleBroken as broken:
            form.add_error("file", broken.message)
        else:
            document_life.supersede(by=by, old=old, new=new)
            messages.success(request, _("Votre nouveau document a pris la place de l’ancien."))
            return redirect("documents:mine")
    uses = uses_of([old]).get(old.pk, [])
    return render(
        request, "core/documents/replace.html", {"document": old, "form": form, "uses": uses}
    )


@allow(SIGNED_IN)
@require_POST
def delete(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Delete a document that no request needs."""
    document = _own(request, public_id)
    try:
        document_life.forget(document, by=Actor.of(request))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("Le document est supprimé."))
    return redirect("documents:mine")
