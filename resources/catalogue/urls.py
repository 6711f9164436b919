"""Addresses of the catalogue."""

from django.urls import path

from resources.catalogue.views import editing, importing, linking, reading, search

app_name = "catalogue"
urlpatterns = [
    path("", search.search, name="search"),
    path("suggestions/", search.suggest, name="suggest"),
    path("favoris/", reading.favourites, name="favourites"),
    path("gestion/", editing.manage, name="manage"),
    path("gestion/import/", importing.start, name="import_start"),
    path("gestion/import/<uuid:public_id>/", importing.run, name="import_run"),
    path("gestion/import/<uuid:public_id>/decider/", importing.act, name="import_act"),
    path("gestion/liens/", linking.review, name="links"),
    path("gestion/liens/<slug:identifier>/", linking.act, name="link_act"),
    path("gestion/export.xlsx", importing.export, {"form": "xlsx"}, name="export_xlsx"),
    path("gestion/export.csv", importing.export, {"form": "csv"}, name="export_csv"),
    path("gestion/nouvelle/", editing.edit, name="create"),
    path("gestion/<slug:identifier>/", editing.edit, name="edit"),
    path("gestion/<slug:identifier>/etat/", editing.move, name="move"),
    path("fiche/<slug:identifier>/", reading.resource, name="resource"),
    path("fiche/<slug:identifier>/ouvrir/", reading.open_resource, name="open"),
    path("fiche/<slug:identifier>/lire/", reading.sheet, name="sheet"),
    path("fiche/<slug:identifier>/sortie/", reading.leaving, name="leaving"),
    path("fiche/<slug:identifier>/pourquoi/", search.why, name="why"),
    path("fiche/<slug:identifier>/favori/", reading.favourite, name="favourite"),
]
