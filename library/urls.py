"""Addresses of the pages and media of library."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("media/", include("library.media_urls")),
]
