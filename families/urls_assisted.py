"""Addresses of assisted access: the desk, helpers with a mandate, acting for a family."""

from django.urls import path

from families.views import acting, mandates, summary

urlpatterns = [
    path("guichet/", acting.desk, name="desk"),
    path("guichet/nouvelle/", acting.desk_new, name="desk_new"),
    path("guichet/mandats/", mandates.mandate_checks, name="mandate_checks"),
    path("guichet/mandats/<uuid:public_id>/", mandates.mandate_check, name="mandate_check"),
    path("guichet/<int:pk>/", acting.desk_family, name="desk_family"),
    path("guichet/<int:pk>/mandat/", mandates.desk_mandate, name="desk_mandate"),
    path("resume/", summary.page, name="summary"),
    path("resume/dossier.pdf", summary.sheet, name="summary_pdf"),
    path("aide/", mandates.helpers, name="helpers"),
    path("aide/choisir/", mandates.helper_add, name="helper_add"),
    path("aide/mandat/<uuid:public_id>/", mandates.mandate, name="mandate"),
    path("aide/mandat/<uuid:public_id>/arreter/", mandates.mandate_stop, name="mandate_stop"),
    path("aide/mandat/<uuid:public_id>/mandat.pdf", mandates.mandate_paper, name="mandate_paper"),
    path("mandats/", acting.helping, name="helping"),
    path("mandats/<uuid:public_id>/aider/", acting.helping_begin, name="helping_begin"),
    path("agir/", acting.acting_home, name="acting_home"),
    path("agir/terminer/", acting.acting_end, name="acting_end"),
    path("agir/prolonger/", acting.acting_prolong, name="acting_prolong"),
]
