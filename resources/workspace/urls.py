"""Addresses of the workspace."""

from django.urls import path

from resources.workspace.views import entrance, teaching

app_name = "workspace"
urlpatterns = [
    path("", teaching.classes, name="classes"),
    path("ma-classe/", entrance.my_class, name="my_class"),
    path("carte/<str:token>/", entrance.card, name="card"),
    path("code/", entrance.code, name="code"),
    path("partager/", teaching.share, name="share"),
    path("<int:pk>/", teaching.class_page, name="class_page"),
    path("<int:pk>/activer/", teaching.activate, name="activate"),
    path("<int:pk>/cartes/", teaching.print_cards, name="print_cards"),
    path("<int:pk>/mot/", teaching.write_note, name="write_note"),
    path("comptes/<int:pk>/code/", teaching.reset_code, name="reset_code"),
    path("mots/<int:pk>/retirer/", teaching.remove_note, name="remove_note"),
]
