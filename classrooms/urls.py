"""Addresses of the classrooms app."""

from django.urls import path

from classrooms.views import (
    board,
    carts,
    devices,
    importing,
    incidents,
    queue,
    reporting,
    schools,
)

app_name = "classrooms"
urlpatterns = [
    path("tableau-de-bord/", board.board, name="board"),
    path("tableau-de-bord/<slug:chart>.<slug:form>", board.chart_export, name="chart"),
    path("ecoles/", schools.school_list, name="schools"),
    path("ecoles/export.xlsx", schools.school_export, {"form": "xlsx"}, name="schools_xlsx"),
    path("ecoles/export.csv", schools.school_export, {"form": "csv"}, name="schools_csv"),
    path("lignes/", schools.line_list, name="lines"),
    path("appareils/", devices.device_list, name="devices"),
    path("appareils/export.xlsx", devices.device_export, {"form": "xlsx"}, name="devices_xlsx"),
    path("appareils/export.csv", devices.device_export, {"form": "csv"}, name="devices_csv"),
    path("appareils/pour/<slug:tool>.csv", devices.device_export_for, name="devices_for"),
    path("appareils/<slug:tag>/", devices.device_sheet, name="device"),
    path("appareils/<slug:tag>/remettre/", carts.device_hand_out, name="device_hand_out"),
    path("chariots/", carts.cart_list, name="carts"),
    path("chariots/<slug:code>/", carts.cart_page, name="cart"),
    path("chariots/<slug:code>/remettre/", carts.cart_hand_out, name="cart_hand_out"),
    path("import/", importing.import_list, name="imports"),
    path("import/<uuid:public_id>/", importing.import_page, name="import"),
    path("import/<uuid:public_id>/faire/", importing.import_act, name="import_act"),
    path("import/<uuid:public_id>/essai.xlsx", importing.import_annotated, name="import_annotated"),
    path("remises/", carts.hand_out_list, name="hand_outs"),
    path("remises/<uuid:public_id>/retour/", carts.take_back, name="take_back"),
    path("pannes/", queue.incident_list, name="incidents"),
    path("pannes/prendre/", queue.take_several, name="take_several"),
    path("pannes/tournee/", queue.tour, name="tour"),
    path("pannes/delais/", queue.promises, name="promises"),
    path("pannes/delais.xlsx", queue.promises_export, {"form": "xlsx"}, name="promises_xlsx"),
    path("pannes/delais.csv", queue.promises_export, {"form": "csv"}, name="promises_csv"),
    path("pannes/echange/", incidents.replace, name="replace"),
    path("pannes/<uuid:public_id>/", incidents.incident_page, name="incident"),
    path("pannes/<uuid:public_id>/prendre/", incidents.incident_take_on, name="incident_take_on"),
    path("pannes/<uuid:public_id>/echanger/", incidents.incident_swap, name="incident_swap"),
    path("pannes/<uuid:public_id>/regler/", incidents.incident_close, name="incident_close"),
    path("pannes/<uuid:public_id>/confier/", incidents.incident_assign, name="incident_assign"),
    path(
        "pannes/<uuid:public_id>/priorite/", incidents.incident_priority, name="incident_priority"
    ),
    path("pannes/<uuid:public_id>/attendre/", incidents.incident_pause, name="incident_pause"),
    path("pannes/<uuid:public_id>/reprendre/", incidents.incident_resume, name="incident_resume"),
    path("pannes/<uuid:public_id>/note/", incidents.incident_note, name="incident_note"),
    path("signaler/", reporting.report_start, name="report_start"),
    path("signaler/chariot/<slug:code>/", reporting.report_cart, name="report_cart"),
    path("signaler/appareil/<slug:tag>/", reporting.report_device, name="report_device"),
    path("signalements/<uuid:public_id>/", reporting.report_page, name="report"),
    path("signalements/<uuid:public_id>/precision/", reporting.report_details, name="details"),
    path("signalements/<uuid:public_id>/remarche/", reporting.report_works, name="report_works"),
    path("e/<slug:token>/", reporting.label, name="label"),
]
