"""Addresses of core."""

from django.urls import include, path

from core.views import files, health

documents = ([path("<uuid:public_id>/", files.open_document, name="open")], "documents")

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("documents/", include(documents)),
]
