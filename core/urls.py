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
    rights,
    rights_queue,
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

rights_pages = (
    [
        path("", rights.home, name="home"),
        path("copie/", rights.ask_copy, name="copy"),
        path("copie/avancement/", rights.progress, name="progress"),
        path("copie/<uuid:public_id>/", rights.download, name="download"),
        path("consultations/", rights.log, name="log"),
        path("corriger/", rights.correct, name="correct"),
        path("effacer/", rights.erase, name="erase"),
        path("fermer/", rights.close, name="close"),
        path("demandes/<uuid:public_id>/", rights.one_request, name="request"),
        path("demandes/<uuid:public_id>/retirer/", rights.withdraw, name="withdraw"),
        path("sujet/<slug:code>/", rights.section, name="section"),
    ],
    "rights",
)
rights_queue_pages = (
    [
        path("", rights_queue.queue, name="list"),
        path("<uuid:public_id>/", rights_queue.handle, name="handle"),
    ],
    "rights_queue",
)

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("documents/", include(documents)),
    path("courrier/", include(mails)),
    path("messages/", include(message_pages)),
    path("messages-en-attente/", include(outbox_pages)),
    path("mes-donnees/", include(rights_pages)),
    path("demandes-donnees/", include(rights_queue_pages)),
    path("conservation/", include(retention_pages)),
    path("acces-partenaires/", include(partner_pages)),
    path("personnes/", include(people_pages)),
]
