"""Addresses of the families app."""

from django.urls import path

from families import urls_assisted, urls_desk, urls_people, urls_separation
from families.views import (
    children,
    desk_accounts,
    guardians,
    income,
    income_agents,
    letters,
    overview,
    payers,
)

app_name = "families"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("creer/", overview.setup, name="setup"),
    path("coordonnees/", overview.contact, name="contact"),
    path("adresse/", overview.address, name="address"),
    path("voies/", overview.streets, name="streets"),
    path("enfants/ajouter/", children.add, name="child_add"),
    path("enfants/<str:reference>/", children.detail, name="child"),
    path("enfants/<str:reference>/modifier/", children.edit, name="child_edit"),
    path("enfants/<str:reference>/retirer/", children.remove, name="child_remove"),
    path("enfants/<str:reference>/mon-lien/", children.link, name="child_link"),
    path("enfants/<str:reference>/sortie/", children.pickup_add, name="pickup_add"),
    path("enfants/<str:reference>/paiement/", payers.choose, name="payers"),
    path("sortie/<int:pk>/retirer/", children.pickup_end, name="pickup_end"),
    path("paiement/<int:pk>/", payers.answer, name="payers_answer"),
    path("paiement/<int:pk>/annuler/", payers.cancel, name="payers_cancel"),
    path("situation/<str:reference>/paiement/", payers.record, name="payers_record"),
    path(
        "situation/<str:reference>/paiement/<int:pk>/annuler/",
        payers.record_cancel,
        name="payers_record_cancel",
    ),
    path("autre-parent/", guardians.add, name="guardian_add"),
    path("autre-parent/<int:pk>/inviter/", guardians.invite, name="invite"),
    path("invitation/<str:token>/", guardians.invitation, name="invitation"),
    # accounts opened and given back at a desk
    path("comptes-au-guichet/", desk_accounts.index, name="desk_accounts"),
    path("comptes-au-guichet/<int:pk>/", desk_accounts.account, name="desk_account"),
    path("comptes-au-guichet/<int:pk>/lettre/", desk_accounts.letter, name="desk_letter"),
    # whom no message reaches
    path("a-prevenir-par-courrier/", letters.letters, name="letters"),
    # the family quotient: parents, then agents
    path("quotient/", income.income, name="income"),
    path("quotient/attestation/", income.declare, name="income_declare"),
    path("quotient/impots/", income.compute, name="income_compute"),
    path("quotient/caf/", income.fetch, name="income_fetch"),
    path("quotients/", income_agents.queue, name="income_queue"),
    path("quotients/regles/", income_agents.rules, name="income_rules"),
    path("quotients/<int:pk>/", income_agents.check, name="income_check"),
    path("quotients/<int:pk>/refuser/", income_agents.refuse, name="income_refuse"),
]

# The agents' side: families/urls_desk.py
urlpatterns += urls_desk.urlpatterns

# Separated parents, joining a family: families/urls_separation.py
urlpatterns += urls_separation.urlpatterns

# Assisted access: families/urls_assisted.py
urlpatterns += urls_assisted.urlpatterns
# What changes in a family, a child's care: families/urls_people.py
urlpatterns += urls_people.urlpatterns
