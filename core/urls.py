"""Addresses of core."""

from django.urls import include, path

from core.views import (
    choices,
    files,
    health,
    inbox,
    mailbox,
    mydocs,
    partners,
    people,
    retention,
)

documents = (
    [
        path("", mydocs.mine, name="mine"),
        path("<uuid:public_id>/", files.open_document, name="open"),
        path("<uuid:public_id>/remplacer/", mydocs.replace, name="replace"),
        path("<uuid:public_id>/supprimer/", mydocs.delete, name="delete"),
    ],
    "documents",
)

mails = (
    [
        path("", mailbox.inbox, name="list"),
        path("<int:pk>/", mailbox.mail, name="mail"),
    ],
    "mailbox",
)

partner_pages = (
    [
        path("", partners.tokens, name="list"),
        path("<int:pk>/revoquer/", partners.revoke, name="revoke"),
    ],
    "partners",
)
people_pages = (
    [
        path("", people.people, name="list"),
        path("<uuid:public_id>/", people.person, name="person"),
        path("<uuid:public_id>/postes/<int:pk>/fin/", people.end, name="end"),
    ],
    "people",
)
message_pages = (
    [
        path("", inbox.mine, name="list"),
        path("tout-lu/", inbox.read_all, name="read_all"),
        path("preferences/", choices.preferences_page, name="preferences"),
        path("arret/<str:token>/", choices.leave, name="leave"),
        path("adresse/", choices.trust_address, name="trust_address"),
        path("<uuid:public_id>/", inbox.read, name="read"),
    ],
    "messages",
)
outbox_pages = (
    [
        path("", inbox.undelivered, name="list"),
        path("<uuid:public_id>/reessayer/", inbox.retry, name="retry"),
    ],
    "outbox",
)

retention_pages = (
    [
        path("", retention.overview, name="overview"),
        path("recompter/", retention.count_again, name="count"),
        path("nuits/<int:pk>/", retention.run_detail, name="run"),
        path("<str:name>/", retention.decide, name="decide"),
    ],
    "retention",
)

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("documents/", include(documents)),
    path("courrier/", include(mails)),
    path("messages/", include(message_pages)),
    path("messages-en-attente/", include(outbox_pages)),
    path("conservation/", include(retention_pages)),
    path("acces-partenaires/", include(partner_pages)),
    path("personnes/", include(people_pages)),
]
