"""Addresses of counting what is really there: labels, scans, audits of carts, campaigns."""

from django.urls import path

from classrooms.audits.views import printing

app_name = "audits"
urlpatterns = [
    path("etiquettes/", printing.label_page, name="labels"),
]
