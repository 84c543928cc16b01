"""Addresses of the pages and the media files of gallery."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.generic import RedirectView

from gallery import (
    development_views,
    gallery_views,
    material_views,
    notice_mail_views,
    notice_views,
    people_views,
    public_views,
    reaction_views,
    selection_views,
    share_views,
    tag_views,
    trash_views,
    upload_views,
    verify_views,
    views,
    visitor_views,
)

_MOVED = RedirectView.as_view(pattern_name="public-gallery", permanent=True, query_string=True)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("gallery/", public_views.public_gallery, name="public-gallery"),
    path("gallery/galleries/", public_views.public_galleries, name="public-galleries"),
    # The address that it had before.
    path("wall/", _MOVED, name="public-gallery-moved"),
    path("jobs/<uuid:pk>/keep/", views.artwork_keep, name="artwork-keep"),
    path("artworks/", views.my_artworks, name="my-artworks"),
    path("artworks/upload/", upload_views.artwork_upload, name="artwork-upload"),
    path("artworks/selection/", selection_views.selection, name="selection"),
    path("artworks/<uuid:pk>/", views.artwork, name="artwork"),
    path("artworks/<uuid:pk>/rename/", views.artwork_rename, name="artwork-rename"),
    path("artworks/<uuid:pk>/publish/", views.artwork_publish, name="artwork-publish"),
    path("artworks/<uuid:pk>/unpublish/", views.artwork_unpublish, name="artwork-unpublish"),
    path("artworks/<uuid:pk>/delete/", views.artwork_delete, name="artwork-delete"),
    path("artworks/<uuid:pk>/avatar/", people_views.artwork_avatar, name="artwork-avatar"),
    path("artworks/<uuid:pk>/like/", reaction_views.artwork_like, name="artwork-like"),
    path("artworks/<uuid:pk>/favorite/", reaction_views.artwork_favorite, name="artwork-favorite"),
    path("artworks/<uuid:pk>/tags/", tag_views.artwork_tags, name="artwork-tags"),
    path(
        "artworks/<uuid:pk>/materials/", material_views.artwork_materials, name="artwork-materials"
    ),
    path("jobs/<uuid:pk>/materials/", material_views.job_materials, name="job-materials"),
    path("favorites/", reaction_views.favorites, name="favorites"),
    path("artworks/<uuid:pk>/develop/", development_views.artwork_develop, name="artwork-develop"),
    path("artworks/<uuid:pk>/show/", development_views.artwork_show, name="artwork-show"),
    path("account/avatar/remove/", people_views.avatar_remove, name="avatar-remove"),
    path("galleries/", gallery_views.my_galleries, name="my-galleries"),
    path("galleries/<uuid:pk>/", gallery_views.gallery_edit, name="gallery-edit"),
    path("galleries/<uuid:pk>/items/", gallery_views.gallery_items, name="gallery-items"),
    path("galleries/<uuid:pk>/delete/", gallery_views.gallery_delete, name="gallery-delete"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.notices_read, name="notices-read"),
    path("notices/stop/<str:token>/", notice_mail_views.notices_stop, name="notices-stop"),
    path("account/notices/", notice_mail_views.notice_mail, name="notice-mail"),
    path("notices/<uuid:pk>/", notice_views.notice_open, name="notice-open"),
    path("trash/", trash_views.trash, name="trash"),
    path("trash/restore/", trash_views.trash_restore, name="trash-restore"),
    path("trash/delete/", trash_views.trash_delete, name="trash-delete"),
    path("trash/empty/", trash_views.trash_empty, name="trash-empty"),
    path("people/<str:name>/", people_views.person, name="person"),
    path("people/<str:name>/<str:slug>/", gallery_views.gallery, name="gallery"),
    path("artworks/<uuid:pk>/share/", share_views.artwork_share, name="artwork-share"),
    path("galleries/<uuid:pk>/share/", share_views.gallery_share, name="gallery-share"),
    path("verify/", verify_views.verify, name="verify"),
    path("links/", share_views.my_links, name="my-links"),
    path("links/<uuid:pk>/", share_views.link, name="link"),
    path("links/<uuid:pk>/qr/", share_views.link_qr, name="link-qr"),
    path("links/<uuid:pk>/revoke/", share_views.link_revoke, name="link-revoke"),
    path("s/<slug:token>/", visitor_views.share, name="share"),
    path("s/<slug:token>/unlock/", visitor_views.share_unlock, name="share-unlock"),
    path("s/<slug:token>/archive/", visitor_views.share_archive, name="share-archive"),
    path("s/<slug:token>/artworks/<uuid:pk>/", visitor_views.share_artwork, name="share-artwork"),
    path(
        "s/<slug:token>/artworks/<uuid:pk>/materials/",
        visitor_views.share_materials,
        name="share-materials",
    ),
    path(
        "s/<slug:token>/artworks/<uuid:pk>/<slug:variant>/",
        visitor_views.share_file,
        name="share-file",
    ),
    path("", include("gallery.outward_urls")),
    path("media/", include("gallery.media_urls")),
]
