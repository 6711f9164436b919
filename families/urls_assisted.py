"""Addresses of assisted access: the desk, helpers with a mandate, acting for a family."""

from django.urls import path

from families.views import acting

urlpatterns = [
    path("guichet/", acting.desk, name="desk"),
    path("guichet/<int:pk>/", acting.desk_family, name="desk_family"),
    path("mandats/", acting.helping, name="helping"),
    path("mandats/<uuid:public_id>/aider/", acting.helping_begin, name="helping_begin"),
    path("agir/", acting.acting_home, name="acting_home"),
    path("agir/terminer/", acting.acting_end, name="acting_end"),
    path("agir/prolonger/", acting.acting_prolong, name="acting_prolong"),
]
