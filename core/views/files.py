"""Opening private files."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core import documents, journal, uploads
from core.access import SIGNED_IN, allow, signed_in
from core.documents import Document
from core.journal import Actor
from core.pdf import file_response

#: Shown in the page; anything else is downloaded.
_INLINE = {uploads.PDF, uploads.JPEG, uploads.PNG}
#: Nothing in a served file may run, load or send anything.
_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@allow(SIGNED_IN)
def open_document(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Serve a private file to whoever may open it; otherwise it does not exist (404).

    What agents open is journalled. Pictures are sandboxed; a sandboxed PDF would not show
    in Chromium's viewer, which itself isolates what a PDF may run.
    """
    user = signed_in(request)
    document = Document.objects.filter(public_id=public_id).first()
    if document is None or not documents.can_open(user, document):
        raise Http404
    if document.is_held or document.is_infected:
        # Nobody opens what has not been looked at, nor what must not be opened.
        return render(
            request,
            "core/documents/unopened.html",
            {"document": document},
            status=HTTPStatus.GONE if document.is_infected else HTTPStatus.CONFLICT,
        )
    if user.is_staff_member:
        journal.record_read(Actor.of(request), "document", document, reason=document.kind)
    inline = document.content_type in _INLINE and "telecharger" not in request.GET
    response = file_response(
        document.read_bytes(), document.content_type, document.filename, inline=inline
    )
    sandbox = "" if document.content_type == uploads.PDF and inline else "; sandbox"
    response["Content-Security-Policy"] = _NOTHING + sandbox
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
