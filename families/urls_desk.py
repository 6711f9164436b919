"""Addresses of the agents' side: finding a family, its sheet, what awaits, merging."""

from django.urls import path

from families.views import desk, exports, merging, sheet

urlpatterns = [
    path("recherche/", desk.find, name="search"),
    path("recherche/exporter/", exports.ask, name="export_ask"),
    path("recherche/exports/<uuid:public_id>/", exports.export, name="export"),
    path("a-traiter/", desk.todo, name="todo"),
    path("foyers/<str:reference>/", sheet.sheet, name="sheet"),
    path("foyers/<str:reference>/quotient/", sheet.quotient, name="sheet_quotient"),
    path("foyers/<str:reference>/historique/", sheet.history, name="sheet_history"),
    path("foyers/<str:reference>/notes/", sheet.note_add, name="note_add"),
    path("notes/<int:pk>/", sheet.note_edit, name="note_edit"),
    path("doublons/", merging.doubles, name="doubles"),
    path("doublons/<int:pk>/", merging.double, name="duplicate"),
    path("doublons/<int:pk>/ecarter/", merging.dismiss, name="duplicate_dismiss"),
    path("reunir/<str:kind>/<int:pk>/", merging.choose, name="merge_choose"),
    path("reunir/<str:kind>/<int:kept>/<int:merged>/", merging.compare, name="compare"),
    path("fusions/<uuid:public_id>/", merging.merge, name="merge"),
]
