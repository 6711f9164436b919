"""Addresses of the guided sequence of September."""

from django.urls import URLPattern

app_name = "season"
urlpatterns: list[URLPattern] = []
