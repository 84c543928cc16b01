"""Addresses of the pages and the media files of gallery."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from gallery import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("wall/", views.public_gallery, name="wall"),
    path("jobs/<uuid:pk>/keep/", views.artwork_keep, name="artwork-keep"),
    path("artworks/", views.my_artworks, name="my-artworks"),
    path("artworks/<uuid:pk>/", views.artwork, name="artwork"),
    path("artworks/<uuid:pk>/rename/", views.artwork_rename, name="artwork-rename"),
    path("artworks/<uuid:pk>/publish/", views.artwork_publish, name="artwork-publish"),
    path("artworks/<uuid:pk>/unpublish/", views.artwork_unpublish, name="artwork-unpublish"),
    path("artworks/<uuid:pk>/delete/", views.artwork_delete, name="artwork-delete"),
    path("media/", include("gallery.media_urls")),
]
