"""Addresses of charts of the city, forecast of renewals, plans of allocation."""

from django.urls import URLPattern

app_name = "planning"
urlpatterns: list[URLPattern] = []
