"""Addresses of reservations, transfers between schools, loan agreements."""

from django.urls import URLPattern

app_name = "lending"
urlpatterns: list[URLPattern] = []
