"""Addresses for other sites and programs: feeds, the map of the site, and pictures in frames."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from gallery import embed_views, feeds, sitemaps

MAPS = {"sitemaps": sitemaps.SITEMAPS}

urlpatterns: list[URLPattern] = [
    path("gallery/feed.atom", feeds.gallery_feed, name="gallery-feed"),
    path("people/<str:name>/feed.atom", feeds.person_feed, name="person-feed"),
    path("styles/<slug:slug>/feed.atom", feeds.style_feed, name="style-feed"),
    path("oembed/", embed_views.oembed, name="oembed"),
    path("artworks/<uuid:pk>/embed/", embed_views.artwork_embed, name="artwork-embed"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path(
        "sitemap.xml",
        require_safe(sitemap_views.index),
        {**MAPS, "sitemap_url_name": "sitemap-part"},
        name="sitemap",
    ),
    path("sitemap-<section>.xml", require_safe(sitemap_views.sitemap), MAPS, name="sitemap-part"),
]
