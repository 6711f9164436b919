"""Addresses of the schools app."""

from django.urls import path

from enrolment.schools.views import public, roll, sectors

app_name = "schools"
urlpatterns = [
    path("", public.directory, name="directory"),
    path("mon-ecole/", public.lookup, name="lookup"),
    path("eleves/", roll.roll, name="my_roll"),
    path("eleves/<int:pk>/", roll.pupil, name="pupil"),
    path("secteurs/", sectors.segments, name="segments"),
    path("secteurs/<int:start_year>/ajouter/", sectors.edit, name="segment_add"),
    path("secteurs/<int:start_year>/<int:pk>/", sectors.edit, name="segment_edit"),
    path("secteurs/<int:pk>/supprimer/", sectors.delete, name="segment_delete"),
    path("secteurs/importer/", sectors.upload, name="segments_upload"),
    path("secteurs/importer/confirmer/", sectors.confirm, name="segments_confirm"),
    path("<str:uai>/", public.detail, name="detail"),
    path("<str:uai>/eleves/", roll.roll, name="roll"),
    path("<str:uai>/eleves/imprimer/", roll.printable, name="roll_print"),
    path("<str:uai>/eleves/excel/", roll.export, name="roll_export"),
]
