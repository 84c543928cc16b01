"""Addresses of the files of gallery. Each view decides who may get them."""

from django.urls import path
from django.urls.resolvers import URLPattern

from gallery import media_views, trash_views

urlpatterns: list[URLPattern] = [
    path("artworks/<uuid:pk>/<slug:variant>/", media_views.artwork_file, name="artwork-file"),
    path("trash/<uuid:pk>/", trash_views.trash_file, name="trash-file"),
    path("galleries/<uuid:pk>/archive/", media_views.gallery_archive, name="gallery-archive"),
]
