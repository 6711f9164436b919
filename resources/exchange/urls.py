"""Addresses of exchanges: the repository, notices for programs, the editors' pages."""

from django.urls import path

from resources.exchange.views import exports, harvesting, oai

app_name = "exchange"
urlpatterns = [
    path("oai/", oai.oai, name="oai"),
    path("oai/partenaire/", oai.partner, name="partner"),
    path("echanges/notices/<slug:identifier>.jsonld", oai.notice_jsonld, name="notice_jsonld"),
    path("echanges/notices/<slug:identifier>.xml", oai.notice_lom, name="notice_lom"),
    path("echanges/export/<slug:form>/", exports.export, name="export"),
    path("echanges/exports/<uuid:public_id>/", exports.export_file, name="export_file"),
    path("echanges/moissons/", harvesting.index, name="sources"),
    path("echanges/moissons/nouvelle/", harvesting.edit, name="source_create"),
    path("echanges/moissons/<uuid:public_id>/", harvesting.source, name="source"),
    path("echanges/moissons/<uuid:public_id>/modifier/", harvesting.edit, name="source_edit"),
    path("echanges/moissons/<uuid:public_id>/agir/", harvesting.act, name="source_act"),
    path("echanges/lectures/<uuid:public_id>/", harvesting.run, name="run"),
    path("echanges/lectures/<uuid:public_id>/agir/", harvesting.run_act, name="run_act"),
]
