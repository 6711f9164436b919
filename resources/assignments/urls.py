"""Addresses of what teachers give to do."""

from django.urls import path

from resources.assignments.views import (
    copying,
    families,
    groups,
    licences,
    planning,
    pupils,
    weeks,
)

app_name = "assignments"
urlpatterns = [
    path("", weeks.week, name="week"),
    path("semaine.pdf", weeks.week_pdf, name="week_pdf"),
    path("copier/", copying.copy, name="copy"),
    path("donner/", planning.give, name="give"),
    path("suivi/<uuid:public_id>/", weeks.follow, name="follow"),
    path("suivi/<uuid:public_id>/suivi.xlsx", weeks.follow_xlsx, name="follow_xlsx"),
    path("suivi/<uuid:public_id>/modifier/", planning.change, name="change"),
    path("suivi/<uuid:public_id>/retirer/", planning.withdraw, name="withdraw"),
    path("suivi/<uuid:public_id>/remettre/", planning.restore, name="restore"),
    path("groupes/<int:pk>/", groups.groups, name="groups"),
    path("groupes/<int:pk>/nouveau/", groups.create, name="group_create"),
    path("groupe/<int:pk>/", groups.edit, name="group_edit"),
    path("groupe/<int:pk>/supprimer/", groups.remove, name="group_remove"),
    path("groupe/<int:pk>/remettre/", groups.bring_back, name="group_restore"),
    path("a-faire/<int:pk>/ouvrir/", pupils.open_item, name="open"),
    path("a-faire/<int:pk>/fini/", pupils.finish_item, name="finish"),
    path("mes-enfants/", families.children, name="children"),
    path("licences/", licences.licences, name="licences"),
    path("licences.xlsx", licences.licences_xlsx, name="licences_xlsx"),
]
