"""Addresses of repairs, parts, warranty claims, recurring faults."""

from django.urls import path

from classrooms.workshop.views import bench, claims, faults

app_name = "workshop"
urlpatterns = [
    path("", bench.board, name="board"),
    path("terminees/", bench.ended, name="ended"),
    path("terminees.xlsx", bench.ended_export, {"form": "xlsx"}, name="ended_xlsx"),
    path("terminees.csv", bench.ended_export, {"form": "csv"}, name="ended_csv"),
    path("ouvrir/<slug:tag>/", bench.open_repair, name="open"),
    path("garanties/", claims.claim_list, name="claims"),
    path("garanties/demander/<slug:tag>/", claims.open_claim, name="claim_open"),
    path("garanties/<uuid:public_id>/", claims.claim_page, name="claim"),
    path("garanties/<uuid:public_id>/lettre.pdf", claims.claim_letter, name="claim_letter"),
    path("garanties/<uuid:public_id>/envoyer/", claims.claim_send, name="claim_send"),
    path("garanties/<uuid:public_id>/repondre/", claims.claim_answer, name="claim_answer"),
    path("garanties/<uuid:public_id>/abandonner/", claims.claim_withdraw, name="claim_withdraw"),
    path("pannes-repetees/", faults.faults, name="faults"),
    path("bareme/", faults.terms, name="terms"),
    path("<uuid:public_id>/", bench.repair_page, name="repair"),
    path("<uuid:public_id>/fiche.pdf", bench.ticket, name="ticket"),
    path("<uuid:public_id>/piece/retirer/", bench.part_back, name="part_back"),
    path("<uuid:public_id>/<slug:act>/", bench.repair_act, name="repair_act"),
]
