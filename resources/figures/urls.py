"""Addresses of figures, costs and the curriculum map."""

from django.urls import path

from resources.figures.views import costs, curriculum, overview

app_name = "figures"
urlpatterns = [
    path("chiffres/", overview.overview, name="overview"),
    path("chiffres/classe/", overview.classes, name="classes"),
    path("chiffres/classe/<int:pk>.<str:form>", overview.class_export, name="class_export"),
    path("chiffres/couts/", costs.listing, name="costs"),
    path("chiffres/couts/export.<str:form>", costs.export, name="costs_export"),
    path("chiffres/couts/abonnement/", costs.edit, name="subscription_new"),
    path("chiffres/couts/abonnement/<int:pk>/", costs.edit, name="subscription"),
    path("chiffres/couts/abonnement/<int:pk>/retirer/", costs.remove, name="subscription_remove"),
    path("chiffres/par/<slug:dimension>/", overview.table, name="table"),
    path("chiffres/par/<slug:dimension>.<str:form>", overview.export, name="export"),
    path("programme/", curriculum.level_map, name="curriculum"),
    path("programme/export.<str:form>", curriculum.export, name="curriculum_export"),
    path("programme/<int:pk>/<str:level>/<str:code>/manque/", curriculum.report, name="report_gap"),
    path("programme/manques/", curriculum.gaps, name="gaps"),
    path("programme/manques/export.<str:form>", curriculum.gaps_export, name="gaps_export"),
    path("programme/manques/<int:pk>/", curriculum.settle, name="gap_settle"),
]
