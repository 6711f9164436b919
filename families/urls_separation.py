"""Addresses of what separated parents and agents do: objections, rulings, joining, protection."""

from django.urls import path

from families.views import joining, objections, protection, rulings

urlpatterns = [
    path("enfants/<str:reference>/oppositions/", objections.mine, name="objections"),
    path("enfants/<str:reference>/oppositions/nouvelle/", objections.add, name="objection_add"),
    path("enfants/<str:reference>/decisions/", rulings.of_child, name="rulings"),
    path("decisions/<int:pk>/", rulings.change, name="ruling_change"),
    path("oppositions/", objections.queue, name="objection_queue"),
    path("oppositions/<str:reference>/", objections.sheet, name="objection_sheet"),
    path("oppositions/<str:reference>/repondre/", objections.answer, name="objection_answer"),
    path("adresse/proteger/", protection.protect, name="address_protect"),
    path("foyers/<str:reference>/adresse/", protection.household, name="household_address"),
    path("invitations/", joining.sent, name="invitations"),
    path("invitations/<int:pk>/annuler/", joining.revoke, name="invitation_revoke"),
    path("autre-parent/<int:pk>/lettre/", joining.letter, name="invitation_letter"),
    path("rejoindre/", joining.join, name="join"),
    path("enfant-deja-inscrit/", joining.claims, name="claims"),
    path(
        "enfant-deja-inscrit/<str:reference>/retirer/",
        joining.claim_withdraw,
        name="claim_withdraw",
    ),
    path("rattachements/", joining.claim_queue, name="claim_queue"),
    path("rattachements/<str:reference>/", joining.claim, name="claim"),
]
