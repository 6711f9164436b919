"""Addresses of the canteen app."""

from django.urls import path, register_converter

from enrolment.canteen.converters import IsoDay
from enrolment.canteen.views import attendance, families, menus, orders, registration

app_name = "canteen"
register_converter(IsoDay, "isoday")

urlpatterns = [
    path("", families.home, name="home"),
    path("commandes/", orders.orders, name="orders"),
    path("commandes/<slug:code>/<isoday:day>/", orders.order, name="order"),
    path("commandes/<slug:code>/<isoday:day>/envoi/", orders.send, name="order_send"),
    path("commandes/<slug:code>/<isoday:day>/tableau/", orders.order_xlsx, name="order_xlsx"),
    path("commandes/<slug:code>/<isoday:day>/plateaux/", orders.trays, name="trays"),
    path("commandes/fichier/<str:token>/", orders.linked_file, name="order_file"),
    path("menus/", menus.week, name="menus"),
    path("menus/<slug:code>/fichier/", menus.import_file, name="menu_import"),
    path("menus/<slug:code>/<isoday:day>/", menus.edit, name="menu_edit"),
    path("pointage/", attendance.schools, name="attendance"),
    path("pointage/<slug:uai>/<isoday:day>/", attendance.tick_list, name="tick_list"),
    path("pointage/<slug:uai>/<isoday:day>/coche/", attendance.tick, name="tick"),
    path("pointage/<slug:uai>/<isoday:day>/ajout/", attendance.unbooked, name="unbooked"),
    path("enfant/<slug:reference>/", families.month, name="child"),
    path("enfant/<slug:reference>/inscription/", registration.registration, name="registration"),
    path("enfant/<slug:reference>/fin/", registration.leave, name="leave"),
    path("enfant/<slug:reference>/<int:year>/<int:month>/", families.month, name="month"),
    path(
        "enfant/<slug:reference>/<int:year>/<int:month>/feuille/",
        families.printable,
        name="printable",
    ),
    path("enfant/<slug:reference>/<isoday:day>/", families.day_panel, name="day"),
    path("enfant/<slug:reference>/<isoday:day>/repas/", families.change_day, name="change"),
]
