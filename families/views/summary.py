"""The family's file in large type: a page to print, and a PDF."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from core import pdf
from core.access import SIGNED_IN, allow, signed_in
from families import summary
from families.models import Guardian
from families.views.base import household_required


def _summary(request: HttpRequest, guardian: Guardian) -> summary.Summary:
    language = summary.language_of(guardian, request.GET.get("langue", ""))
    return summary.summarise(signed_in(request), guardian, language)


@allow(SIGNED_IN)
@household_required
def page(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Show the file in large type, in the family's language or the one asked for."""
    found = _summary(request, guardian)
    with translation.override(found.language):
        return render(
            request,
            "families/summary.html",
            {
                "summary": found,
                "words": summary.words(),
                "languages": settings.LANGUAGES,
                "phone": settings.HELP_PHONE,
            },
        )


@allow(SIGNED_IN)
@household_required
def sheet(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Give the same as a PDF."""
    found = _summary(request, guardian)
    return pdf.pdf_response(summary.summary_pdf(found), f"dossier-{found.reference}.pdf")
