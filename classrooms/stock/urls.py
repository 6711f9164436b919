"""Addresses of accessories, consumables by depot, SIM cards, contracts of lines."""

from django.urls import path

from classrooms.stock.views import counting, levels, sims

app_name = "stock"
urlpatterns = [
    path("", levels.level_list, name="levels"),
    path("export.xlsx", levels.level_export, name="levels_xlsx"),
    path("comptage/", counting.counting, name="counting"),
    path("articles/nouveau/", levels.item_edit, name="item_new"),
    path("articles/<int:pk>/", levels.item_page, name="item"),
    path("articles/<int:pk>/modifier/", levels.item_edit, name="item_edit"),
    path("articles/<int:pk>/minimums/", levels.item_minimums, name="item_minimums"),
    path("articles/<int:pk>/<slug:act>/", levels.movement, name="movement"),
    path("mouvements/<int:pk>/remettre/", levels.movement_back, name="movement_back"),
    path("sim/", sims.sim_list, name="sims"),
    path("sim/export.xlsx", sims.sim_export, name="sims_xlsx"),
    path("sim/nouvelle/", sims.sim_edit, name="sim_new"),
    path("sim/<int:pk>/", sims.sim_page, name="sim"),
    path("sim/<int:pk>/modifier/", sims.sim_edit, name="sim_edit"),
    path("sim/<int:pk>/faire/", sims.sim_act, name="sim_act"),
]
