"""Addresses of counting what is really there: labels, scans, audits of carts, campaigns."""

from django.urls import path

from classrooms.audits.views import campaigns, counting, printing, scanning

app_name = "audits"
urlpatterns = [
    path("", counting.audit_list, name="audits"),
    path("commencer/", counting.audit_start, name="start"),
    path("compter/<uuid:public_id>/", counting.audit_page, name="audit"),
    path("compter/<uuid:public_id>/scans/", counting.audit_acts, name="acts"),
    path("compter/<uuid:public_id>/clore/", counting.audit_close, name="close"),
    path("compter/<uuid:public_id>/abandonner/", counting.audit_drop, name="drop"),
    path("constat/<uuid:public_id>/", counting.audit_report, name="report"),
    path("campagnes/", campaigns.campaign_list, name="campaigns"),
    path("campagnes/nouvelle/", campaigns.campaign_new, name="campaign_new"),
    path("campagnes/<uuid:public_id>/", campaigns.campaign_page, name="campaign"),
    path("campagnes/<uuid:public_id>/export.xlsx", campaigns.campaign_export, name="export"),
    path("campagnes/<uuid:public_id>/terminer/", campaigns.campaign_end, name="campaign_end"),
    path("scanner/", scanning.scanner, name="scanner"),
    path("scanner/trouver/", scanning.find, name="find"),
    path("hors-ligne.js", scanning.worker, name="worker"),
    path("etiquettes/", printing.label_page, name="labels"),
]
