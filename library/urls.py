"""Addresses of the pages and the media files of library."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from library import own_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("styles/", views.styles, name="styles"),
    path("styles/<slug:slug>/", views.style, name="style"),
    path("styles/<slug:slug>/favorite/", views.style_favorite, name="style-favorite"),
    path("my/styles/", own_views.my_styles, name="my-styles"),
    path("my/styles/<slug:slug>/change/", own_views.my_style_change, name="my-style-change"),
    path("my/styles/<slug:slug>/offer/", own_views.my_style_offer, name="my-style-offer"),
    path(
        "my/styles/<slug:slug>/take-back/", own_views.my_style_take_back, name="my-style-take-back"
    ),
    path("my/styles/<slug:slug>/delete/", own_views.my_style_delete, name="my-style-delete"),
    path("media/", include("library.media_urls")),
]
