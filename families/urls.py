"""Addresses of the families app."""

from django.urls import URLPattern

app_name = "families"
urlpatterns: list[URLPattern] = []
