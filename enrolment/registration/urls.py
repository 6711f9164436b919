"""Addresses of the registration app."""

from django.urls import path

from enrolment.registration.views import (
    agents,
    departures,
    family,
    heads,
    paper,
    public,
    steps,
)

app_name = "registration"
urlpatterns = [
    path("", family.mine, name="mine"),
    path("nouvelle/", steps.start, name="start"),
    path("papier/", paper.paper, name="paper"),
    path("verifier/", public.verify, name="verify"),
    path("dossiers/", agents.queue, name="queue"),
    path("dossiers/<str:reference>/", agents.sheet, name="sheet"),
    path("dossiers/<str:reference>/<str:act>/", agents.decide, name="decide"),
    path("derogations/", agents.waivers, name="waivers"),
    path("admissions/", heads.admissions, name="admissions"),
    path("admissions/vaccinations/<int:pk>/", heads.vaccination, name="vaccination"),
    path("admissions/<str:reference>/", heads.admission, name="admission"),
    path("radiations/", departures.queue, name="departures"),
    path("radiations/demander/<str:reference>/", departures.add, name="departure_add"),
    path("radiations/eleve/<int:pk>/", departures.record, name="departure_record"),
    path("radiations/<str:reference>/", departures.departure, name="departure"),
    path("radiations/<str:reference>/retirer/", departures.withdraw, name="departure_withdraw"),
    path(
        "radiations/<str:reference>/certificat.pdf",
        departures.certificate,
        name="departure_certificate",
    ),
    path("radiations/<str:reference>/<str:act>/", departures.decide, name="departure_decide"),
    path("<str:reference>/", family.application, name="application"),
    path("<str:reference>/retirer/", family.withdraw, name="withdraw"),
    path("<str:reference>/certificat.pdf", family.certificate, name="certificate"),
    path("<str:reference>/etape/<str:name>/", steps.step, name="step"),
]
