"""Addresses of reconditioning, wiping, donations, recycling."""

from django.urls import path

from classrooms.secondlife.views import departures, files, lots, parts, reuse, sittings, wipes

app_name = "secondlife"
urlpatterns = [
    path("", departures.departure_list, name="departures"),
    path("export.xlsx", departures.departure_export, name="export"),
    path("proposer/", departures.propose, name="propose"),
    path("rapportes/", departures.departure_receive, name="receive"),
    path("systemes/", departures.old_system, name="old_system"),
    path("dossiers/<uuid:public_id>/", files.departure_file, name="file"),
    path("dossiers/<uuid:public_id>/diagnostic/", files.grade, name="grade"),
    path("dossiers/<uuid:public_id>/piece/", parts.part, name="part"),
    path("dossiers/<uuid:public_id>/piece/remettre/", parts.part_back, name="part_back"),
    path("dossiers/<uuid:public_id>/effacer/", files.wipe, name="wipe"),
    path("dossiers/<uuid:public_id>/verifier/", files.verify, name="verify"),
    path("dossiers/<uuid:public_id>/reserve/", files.to_reserve, name="to_reserve"),
    path("dossiers/<uuid:public_id>/garder/", files.keep, name="keep"),
    path("effacements/<uuid:public_id>.pdf", wipes.certificate, name="certificate"),
    path("effacements/<uuid:public_id>/retirer/", wipes.withdraw, name="withdraw"),
    path("seances/", sittings.sitting_list, name="sittings"),
    path("seances/<uuid:public_id>/", sittings.sitting_page, name="sitting"),
    path("seances/<uuid:public_id>/reformer/", sittings.sitting_decide, name="sitting_decide"),
    path("seances/<uuid:public_id>/arreter/", sittings.sitting_close, name="sitting_close"),
    path("seances/<uuid:public_id>/pv.pdf", sittings.sitting_record, name="sitting_record"),
    path("lots/", lots.lot_list, name="lots"),
    path("lots/<uuid:public_id>/", lots.lot_page, name="lot"),
    path("lots/<uuid:public_id>/ajouter/", lots.lot_add, name="lot_add"),
    path("lots/<uuid:public_id>/retirer/", lots.lot_take_out, name="lot_take_out"),
    path("lots/<uuid:public_id>/etape/", lots.lot_step, name="lot_step"),
    path("lots/<uuid:public_id>/remettre/", lots.lot_hand_over, name="lot_hand_over"),
    path("lots/<uuid:public_id>/acte.pdf", lots.lot_paper, name="lot_paper"),
    path("beneficiaires/", lots.recipient_list, name="recipients"),
    path("beneficiaires/nouveau/", lots.recipient_form, name="recipient_new"),
    path("beneficiaires/<uuid:public_id>/", lots.recipient_form, name="recipient"),
    path("reemploi/", reuse.reuse_page, name="reuse"),
    path("reemploi/export.xlsx", reuse.reuse_export, name="reuse_export"),
]
