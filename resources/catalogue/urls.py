"""Addresses of the catalogue."""

from django.urls import path

from resources.catalogue.views import editing, reading, search

app_name = "catalogue"
urlpatterns = [
    path("", search.search, name="search"),
    path("suggestions/", search.suggest, name="suggest"),
    path("favoris/", reading.favourites, name="favourites"),
    path("gestion/", editing.manage, name="manage"),
    path("gestion/nouvelle/", editing.edit, name="create"),
    path("gestion/<slug:identifier>/", editing.edit, name="edit"),
    path("gestion/<slug:identifier>/etat/", editing.move, name="move"),
    path("fiche/<slug:identifier>/", reading.resource, name="resource"),
    path("fiche/<slug:identifier>/ouvrir/", reading.open_resource, name="open"),
    path("fiche/<slug:identifier>/lire/", reading.sheet, name="sheet"),
    path("fiche/<slug:identifier>/sortie/", reading.leaving, name="leaving"),
    path("fiche/<slug:identifier>/favori/", reading.favourite, name="favourite"),
]
