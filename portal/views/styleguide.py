"""The style guide: every part of every page, in the three languages."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from core.access import ANYONE, allow
from portal.forms import SampleForm

_IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"


def _symbols(sprite: str) -> list[str]:
    """Name the drawings that a sprite of ours holds."""
    return re.findall(r'<symbol id="([\w-]+)"', (_IMAGES / sprite).read_text())


#: Read once, at start: the guide shows every drawing there is.
ICONS = _symbols("icons.svg")
PICTURES = [name for name in _symbols("drawings.svg") if name != "logo"]
GROUNDS = ["bg", "bg-deep", "surface", "surface-raised", "line", "band", "sun", "act", "urgent"]
TONES = ["plain-bg", "info-bg", "success-bg", "warning-bg", "urgent-bg", "text", "text-soft"]


def _month(year: int, month: int) -> list[list[dict[str, Any]]]:
    """Return the weeks of a month, Monday to Friday, in the states a meal may be in."""
    weeks = []
    for week in calendar.Calendar().monthdatescalendar(year, month):
        days: list[dict[str, Any]] = []
        for day in week[:5]:
            state = ("booked", "booked", "closed", "booked", "free")[day.weekday()]
            if day.month != month:
                state = "empty"
            elif day.day in range(19, 25):
                state = "closed"
            elif day.day == 6:
                state = "absent"
            days.append({"date": day, "state": state, "today": day.day == 12})
        if any(day["state"] != "empty" for day in days):
            weeks.append(days)
    return weeks


def _samples() -> dict[str, Any]:
    """Return made-up content for the parts that show data."""
    return {
        "steps": [
            {"title": _("Demande envoyée"), "at": _("le 4 mars"), "state": "done"},
            {
                "title": _("Pièces vérifiées"),
                "at": _("le 6 mars"),
                "by": _("service des inscriptions"),
                "state": "done",
            },
            {
                "title": _("Certificat d’inscription"),
                "text": _("Nous préparons votre certificat. Comptez deux jours ouvrés."),
                "state": "current",
            },
            {"title": _("Admission à l’école"), "state": "upcoming"},
        ],
        "tasks": [
            {"title": _("Votre adresse"), "done": True, "url": "#taches"},
            {
                "title": _("Justificatif de domicile"),
                "text": _("Une facture de moins de trois mois."),
                "url": "#taches",
                "state": _("À envoyer"),
                "tone": "urgent",
            },
            {"title": _("Vaccinations"), "url": "#taches", "state": _("Reçu"), "tone": "info"},
        ],
        "form_steps": [_("Votre enfant"), _("L’école"), _("Les pièces"), _("Vérification")],
        "rows": [
            {"name": "Lina Benali-Roussel", "school": _("École des Calanques"), "state": "done"},
            {"name": "Noé Benali-Roussel", "school": _("École du Vieux-Port"), "state": "waiting"},
            {"name": "Inès Caruso", "school": _("École de la Corniche"), "state": "urgent"},
        ],
        "bars": [
            {"label": _("Menu du jour"), "value": 412},
            {"label": _("Sans porc"), "value": 168},
            {"label": _("Végétarien"), "value": 121, "tone": "success"},
            {"label": _("Panier-repas (PAI)"), "value": 14, "tone": "warning"},
        ],
        "weeks": _month(2026, 3),
        "month": dt.date(2026, 3, 1),
        "weekdays": [_("lun."), _("mar."), _("mer."), _("jeu."), _("ven.")],
        "children": [SimpleNamespace(pk=pk) for pk in range(24)],
        "page_obj": Paginator(range(400), 25).page(6),
        "amount": 123456,
        "card": {
            "title": _("Facture de mars à payer"),
            "text": _("64,80 € avant le 20 avril."),
            "url": "#cartes",
            "action": _("Payer en ligne"),
            "tone": "urgent",
            "icon": "invoice",
            "count": 1,
        },
    }


@allow(ANYONE)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; ``?langue=ar`` shows it in that language, without choosing it."""
    asked = request.GET.get("langue", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(language):
        wrong = SampleForm(
            {"given_name": "", "email": "nadia@", "diet": "no_pork", "days": ["1", "4"]},
            auto_id="essai_%s",
        )
        context = {
            "fresh": SampleForm(initial={"diet": "standard", "days": ["1", "2"]}),
            "wrong": wrong,
            "icons": ICONS,
            "pictures": PICTURES,
            "tokens": GROUNDS + TONES,
            **_samples(),
        }
        return render(request, "portal/styleguide.html", context)
