"""Addresses of the files of library. Each view decides who may get them."""

from django.urls import path
from django.urls.resolvers import URLPattern

from library import media_views

urlpatterns: list[URLPattern] = [
    path("styles/<slug:slug>/<slug:variant>/", media_views.style_file, name="style-file"),
]
