"""Addresses of the catalogue."""

from django.urls import path

from resources.catalogue.views import (
    editing,
    importing,
    linking,
    pictures,
    reading,
    saved,
    search,
    words,
)

app_name = "catalogue"
urlpatterns = [
    path("", search.search, name="search"),
    path("suggestions/", search.suggest, name="suggest"),
    path("images/", pictures.themes, name="pictures"),
    path("images/<slug:code>/", pictures.theme, name="picture_theme"),
    path("recherches/", saved.saved, name="saved"),
    path("recherches/garder/", saved.keep, name="keep_search"),
    path("recherches/<int:pk>/retirer/", saved.forget, name="forget_search"),
    path("recherches/alerte/<str:token>/", saved.stop_alert, name="stop_alert"),
    path("favoris/", reading.favourites, name="favourites"),
    path("gestion/", editing.manage, name="manage"),
    path("gestion/import/", importing.start, name="import_start"),
    path("gestion/import/<uuid:public_id>/", importing.run, name="import_run"),
    path("gestion/import/<uuid:public_id>/decider/", importing.act, name="import_act"),
    path("gestion/synonymes/", words.synonym_list, name="synonyms"),
    path("gestion/synonymes/enregistrer/", words.synonym_save, name="synonym_save"),
    path("gestion/synonymes/<int:pk>/annuler/", words.synonym_undo, name="synonym_undo"),
    path("gestion/sans-reponse/", words.missed_list, name="missed"),
    path("gestion/sans-reponse/<int:pk>/", words.missed_decide, name="missed_decide"),
    path("gestion/sans-reponse.xlsx", words.missed_export, {"form": "xlsx"}, name="missed_xlsx"),
    path("gestion/sans-reponse.csv", words.missed_export, {"form": "csv"}, name="missed_csv"),
    path("gestion/liens/", linking.review, name="links"),
    path("gestion/liens/<slug:identifier>/", linking.act, name="link_act"),
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
