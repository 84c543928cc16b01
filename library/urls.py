"""Addresses of the pages and the media files of library."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from library import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("styles/", views.styles, name="styles"),
    path("styles/<slug:slug>/", views.style, name="style"),
    path("media/", include("library.media_urls")),
]
