"""Addresses of the pages and media of inference."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("media/", include("inference.media_urls")),
]
