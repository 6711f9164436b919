"""Addresses of collections and of what people say about resources."""

from django.urls import path

from resources.curation.views import (
    adding,
    asking,
    collections,
    desk,
    reviews,
    sharing,
    shelves,
)

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
    path("collections/<uuid:public_id>/classes/", sharing.show, name="show"),
    path("collections/<uuid:public_id>/codes.pdf", sharing.print_codes, name="print_codes"),
    path("collections/<uuid:public_id>/liste.pdf", sharing.print_list, name="print_list"),
    path("collections/<uuid:public_id>/proposer/", sharing.propose, name="propose"),
    path("collections/<uuid:public_id>/renoncer/", sharing.take_back, name="take_back"),
    path("fiche/<slug:identifier>/ranger/", adding.add, name="add"),
    path("fiche/<slug:identifier>/avis/", reviews.write, name="review"),
    path("fiche/<slug:identifier>/avis/retirer/", reviews.remove, name="remove_review"),
    path("fiche/<slug:identifier>/probleme/", asking.problem, name="problem"),
    path("avis/<int:pk>/signaler/", reviews.report, name="report_review"),
    path("proposer/", asking.suggest, name="suggest"),
    path("ecoles/propositions/", desk.suggestions, name="suggestions"),
    path("ecoles/propositions/<uuid:public_id>/", desk.suggestion, name="suggestion"),
    path("ecoles/problemes/", desk.problems, name="problems"),
    path("ecoles/problemes/<slug:identifier>/", desk.settle, name="settle"),
    path("ecoles/avis/", desk.reported_reviews, name="reviews"),
    path("ecoles/avis/<int:pk>/", desk.moderate, name="moderate"),
    path("ecoles/collections/", desk.proposals, name="proposals"),
    path("ecoles/collections/<int:pk>/", desk.proposal, name="proposal"),
]
