"""Addresses of the guided sequence of September."""

from django.urls import path

from classrooms.season.views import runs, schools

app_name = "season"
urlpatterns = [
    path("", runs.overview, name="overview"),
    path("ouvrir/", runs.start, name="start"),
    path("terminer/", runs.end, name="end"),
    path("bilan.xlsx", runs.summary, {"form": "xlsx"}, name="summary_xlsx"),
    path("bilan.pdf", runs.summary, {"form": "pdf"}, name="summary_pdf"),
    path("<uuid:public_id>/", schools.school_page, name="school"),
    path("<uuid:public_id>/liste.pdf", schools.sheet, name="sheet"),
    path("<uuid:public_id>/<slug:key>/", schools.step, name="step"),
]
