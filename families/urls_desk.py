"""Addresses of the agents' side: finding a family, its sheet, what awaits, merging."""

from django.urls import path

from families.views import desk, sheet

urlpatterns = [
    path("recherche/", desk.find, name="search"),
    path("a-traiter/", desk.todo, name="todo"),
    path("foyers/<str:reference>/", sheet.sheet, name="sheet"),
    path("foyers/<str:reference>/quotient/", sheet.quotient, name="sheet_quotient"),
]
