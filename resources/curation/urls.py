"""Addresses of collections and of what people say about resources."""

from django.urls import path

from resources.curation.views import adding, collections, shelves

app_name = "curation"
urlpatterns = [
    path("collections/", shelves.index, name="index"),
    path("collections/nouvelle/", collections.create, name="create"),
    path("collections/depuis-les-favoris/", adding.from_favourites, name="from_favourites"),
    path("collections/<uuid:public_id>/", collections.collection, name="collection"),
    path("collections/<uuid:public_id>/modifier/", collections.edit, name="edit"),
    path("collections/<uuid:public_id>/ranger/", collections.move, name="move"),
    path("collections/<uuid:public_id>/note/<int:pk>/", collections.annotate, name="annotate"),
    path("collections/<uuid:public_id>/copier/", collections.duplicate, name="duplicate"),
    path("collections/<uuid:public_id>/supprimer/", shelves.delete, name="delete"),
    path("collections/<uuid:public_id>/reprendre/", shelves.restore, name="restore"),
    path("fiche/<slug:identifier>/ranger/", adding.add, name="add"),
]
