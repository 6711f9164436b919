"""Addresses of reservations, transfers between schools, loan agreements."""

from django.urls import path

from classrooms.lending.views import agreements, reservations, transfers

app_name = "lending"
urlpatterns = [
    path("calendrier/", reservations.calendar, name="calendar"),
    path("reserver/<slug:code>/", reservations.reserve, name="reserve"),
    path("reservations/<uuid:public_id>/", reservations.reservation_page, name="reservation"),
    path(
        "reservations/<uuid:public_id>/faire/",
        reservations.reservation_act,
        name="reservation_act",
    ),
    path("conventions/", agreements.agreement_list, name="agreements"),
    path("conventions/signer/", agreements.agreement_sign, name="agreement_sign"),
    path("conventions/papier/", agreements.agreement_paper, name="agreement_paper"),
    path("conventions/vierge.pdf", agreements.agreement_blank, name="agreement_blank"),
    path("conventions/<uuid:public_id>/", agreements.agreement_page, name="agreement"),
    path("transferts/", transfers.transfer_list, name="transfers"),
    path("transferts/nouveau/", transfers.transfer_plan, name="transfer_plan"),
    path("transferts/<uuid:public_id>/", transfers.transfer_page, name="transfer"),
    path(
        "transferts/<uuid:public_id>/partir/",
        transfers.transfer_dispatch,
        name="transfer_dispatch",
    ),
    path("transferts/<uuid:public_id>/annuler/", transfers.transfer_cancel, name="transfer_cancel"),
    path("transferts/<uuid:public_id>/retirer/", transfers.transfer_remove, name="transfer_remove"),
    path(
        "transferts/<uuid:public_id>/recevoir/", transfers.transfer_receive, name="transfer_receive"
    ),
    path("transferts/<uuid:public_id>/scan/", transfers.transfer_scan, name="transfer_scan"),
    path("transferts/<uuid:public_id>/bon.pdf", transfers.transfer_slip, name="transfer_slip"),
]
