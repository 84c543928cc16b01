"""Addresses of the pages and media of gallery."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("media/", include("gallery.media_urls")),
]
