"""Addresses of what changes in a family and of a child's care."""

from django.urls import path

from families.views import care, links, moves, situations, staff_care

urlpatterns = [
    # parents: a child's care
    path("sortie/<int:pk>/modifier/", care.pickup_edit, name="pickup_edit"),
    path("enfants/<str:reference>/urgence/", care.emergency, name="emergency"),
    path("urgence/<int:pk>/modifier/", care.emergency_edit, name="emergency_edit"),
    path("urgence/<int:pk>/retirer/", care.emergency_end, name="emergency_end"),
    path("enfants/<str:reference>/photos/", care.photos, name="photos"),
    path("enfants/<str:reference>/sante/", care.health_page, name="health"),
    path("enfants/<str:reference>/sante/pai/", care.plan, name="plan"),
    path("pai/<int:pk>/retirer/", care.plan_withdraw, name="plan_withdraw"),
    # parents: what changes
    path("enfants/<str:reference>/changement/", situations.report, name="report"),
    path("adresse/plus-avec-moi/<int:pk>/", moves.part, name="household_part"),
    path("adresse/annuler/", moves.cancel, name="move_cancel"),
    path("ecole-apres-demenagement/", moves.school, name="school_after_move"),
    # agents
    path("situations/", situations.queue, name="situations"),
    path("situations/<int:pk>/traiter/", situations.close, name="situation_close"),
    path("situation/<str:reference>/", situations.situation, name="situation"),
    path("situation/<str:reference>/responsable/<int:pk>/", situations.link, name="situation_link"),
    path("situation/<str:reference>/ajouter/", links.add, name="situation_add"),
    path(
        "situation/<str:reference>/responsable/<int:pk>/permis/",
        links.change,
        name="situation_allowed",
    ),
    path(
        "situation/<str:reference>/responsable/<int:pk>/deces-annule/",
        situations.undo_death,
        name="situation_undo_death",
    ),
    path(
        "situation/<str:reference>/responsable/<int:pk>/nom/",
        situations.names,
        name="situation_guardian_names",
    ),
    path("situation/<str:reference>/nom/", situations.names, name="situation_names"),
    path(
        "situation/<str:reference>/institution/",
        situations.institution,
        name="situation_institution",
    ),
    path("demenagements/", moves.queue, name="moves"),
    path("demenagements/<int:pk>/traiter/", moves.close, name="move_close"),
    # school and canteen staff
    path("fiches/", staff_care.index, name="care_index"),
    path("fiches/<str:reference>/", staff_care.sheet, name="care_sheet"),
    path("fiches/<str:reference>/sortie/", staff_care.pickup_print, name="pickup_print"),
    path("fiches/<str:reference>/pai/<int:pk>/", staff_care.confirm, name="plan_confirm"),
]
