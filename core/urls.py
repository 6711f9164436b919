"""Addresses of core."""

from django.urls import include, path

from core.views import files, health, mailbox

documents = ([path("<uuid:public_id>/", files.open_document, name="open")], "documents")

mails = (
    [
        path("", mailbox.inbox, name="list"),
        path("<int:pk>/", mailbox.mail, name="mail"),
    ],
    "mailbox",
)

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("documents/", include(documents)),
    path("courrier/", include(mails)),
]
