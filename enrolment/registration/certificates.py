"""The registration certificate as a PDF, and its check by anybody who holds it."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock, pdf
from core.dates import date_format
from enrolment.registration.models import Certificate, Departure
from families import codes


def verify_address(code: str = "") -> str:
    """Return the public page that checks a code; with the code, ready to check it."""
    path = f"{settings.PUBLIC_URL}{reverse('registration:verify')}"
    return f"{path}?code={code}" if code else path


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False)
    return out.getvalue().decode()


def certificate_pdf(certificate: Certificate, *, language: str = "fr") -> bytes:
    """Return the certificate as a tagged PDF; the same facts give the same letter."""
    url = verify_address(certificate.code)
    with translation.override(language):
        issued = date_format(clock.service_day(certificate.issued_at), "j F Y")
        words = {
            "title": _("Certificat d’inscription scolaire"),
            "service": _("Direction de l’éducation — service des inscriptions"),
            "place_date": _("%(city)s, le %(day)s") % {"city": settings.CITY_NAME, "day": issued},
            "intro": _(
                "Le maire de %(city)s certifie l’inscription scolaire de l’enfant désigné "
                "ci-dessous, en application de l’article L131-5 du Code de l’éducation."
            )
            % {"city": settings.CITY_NAME},
            "signed": _("Pour le maire, le service des inscriptions"),
            "child": _("Enfant"),
            "born": _("Né·e le"),
            "year": _("Année scolaire"),
            "level": _("Niveau"),
            "school": _("École"),
            "reference": _("Dossier"),
            "next": _(
                "Présentez ce certificat à la direction de l’école, avec le carnet de santé "
                "de l’enfant : c’est elle qui prononce l’admission. Sans preuve des "
                "vaccinations obligatoires, l’admission est provisoire, pour trois mois."
            ),
            "check_title": _("Vérifier ce certificat"),
            "check_text": _("Toute personne à qui il est remis peut en contrôler le code ici :"),
            "qr_alt": _("Code QR vers la page de vérification"),
            "legal": _(
                "Code de l’éducation, articles L131-5 et L212-7. Code de la santé publique, "
                "article R3111-8."
            ),
        }
        return pdf.render(
            "registration/certificate.typ",
            {
                "words": words,
                "child_name": certificate.child_name,
                "birth_date": certificate.birth_date,
                "school_year": certificate.school_year_name,
                "level": str(certificate.get_level_display()),
                "school": certificate.school_name,
                "reference": certificate.application.reference,
                "code": certificate.code,
                "verify_url": url,
                "verify_page": verify_address(),
                "qr": _qr(url),
            },
            language=language,
        )


def departure_pdf(departure: Departure, *, language: str = "fr") -> bytes:
    """Return the certificate of a child struck off the roll: no address, no destination."""
    code = departure.code or ""
    url = verify_address(code)
    issued_at = departure.decided_at or departure.requested_at
    with translation.override(language):
        issued = date_format(clock.service_day(issued_at), "j F Y")
        words = {
            "title": _("Certificat de radiation"),
            "service": departure.school_name,
            "place_date": _("%(city)s, le %(day)s") % {"city": settings.CITY_NAME, "day": issued},
            "intro": _(
                "La direction de l’école certifie que l’enfant désigné ci-dessous est radié de "
                "ses registres et peut être admis dans un autre établissement."
            ),
            "signed": _("La direction de l’école"),
            "child": _("Enfant"),
            "born": _("Né·e le"),
            "year": _("Année scolaire"),
            "level": _("Niveau"),
            "school": _("École quittée"),
            "leaves": _("Ne fréquente plus l’école à partir du"),
            "reference": _("Dossier"),
            "check_title": _("Vérifier ce certificat"),
            "check_text": _("Toute personne à qui il est remis peut en contrôler le code ici :"),
            "qr_alt": _("Code QR vers la page de vérification"),
            "legal": _(
                "À présenter à la nouvelle école. Circulaire 2014-088 du 9 juillet 2014 ; Code de "
                "l’éducation, articles L131-5 et R131-3."
            ),
        }
        return pdf.render(
            "registration/departure.typ",
            {
                "words": words,
                "child_name": departure.child_name,
                "birth_date": departure.birth_date,
                "school_year": departure.school_year_name,
                "level": str(departure.get_level_display()),
                "school": departure.school_name,
                "leaves_on": departure.leaves_on,
                "reference": departure.reference,
                "code": code,
                "verify_url": url,
                "verify_page": verify_address(),
                "qr": _qr(url),
            },
            language=language,
        )


def find_departure(typed: str) -> Departure | None:
    """Return the departure whose certificate carries this code, or None."""
    code = codes.normal(typed)
    if len(code) != 16 or not codes.is_valid(code):
        return None
    return Departure.objects.filter(code=codes.grouped(code), state=Departure.ISSUED).first()


def find_certificate(typed: str) -> Certificate | None:
    """Return the certificate in force whose code was typed, or None.

    A code whose check character is wrong is not even looked up.
    """
    code = codes.normal(typed)
    if len(code) != 16 or not codes.is_valid(code):
        return None
    return (
        Certificate.objects.filter(code=codes.grouped(code), revoked_at__isnull=True)
        .select_related("application")
        .first()
    )


def minimal_name(certificate: Certificate | Departure) -> str:
    """Return the first name and the initials of the rest: enough to compare with the paper."""
    first, *rest = certificate.child_name.split(" ")
    return " ".join([first, *(f"{part[0]}." for part in rest if part)])
