"""The router of the API: every resource of /api/v1/ in one list."""

from django.urls import include, path, re_path
from django.urls.resolvers import URLPattern, URLResolver
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from accounts.api import socket_tickets
from accounts.api import views as accounts
from accounts.api.permissions import Anyone
from common.openapi import DocumentView
from common.problems import no_such_address
from gallery.api import (
    galleries,
    notice_mail,
    notices,
    people,
    reactions,
    shared,
    shares,
    trash,
    verify,
)
from gallery.api import views as gallery
from inference.api import (
    batches,
    estimates,
    events,
    jobs,
    masks,
    methods,
    photos,
    proofs,
    revisions,
    sketches,
    transfer,
    usage,
)
from library.api import favorites
from library.api import views as library

router = SimpleRouter(use_regex_path=False)
router.register("tokens", accounts.TokenViewSet, basename="api-token")
router.register("photos", photos.PhotoViewSet, basename="api-photo")
router.register("masks", masks.MaskViewSet, basename="api-mask")
router.register("styles", library.StyleViewSet, basename="api-style")
router.register("proofs", proofs.ProofViewSet, basename="api-proof")
router.register("sketches", sketches.SketchViewSet, basename="api-sketch")
router.register("jobs", jobs.JobViewSet, basename="api-job")
router.register("jobs/<uuid:job>/revisions", revisions.RevisionViewSet, basename="api-revision")
router.register("batches", batches.BatchViewSet, basename="api-batch")
router.register("artworks", gallery.ArtworkViewSet, basename="api-artwork")
router.register("shares", shares.ShareLinkViewSet, basename="api-share")
router.register("galleries", galleries.GalleryViewSet, basename="api-gallery")
router.register(
    "favorites/artworks", reactions.FavoriteArtworkViewSet, basename="api-favorite-artwork"
)
router.register("favorites/styles", favorites.FavoriteStyleViewSet, basename="api-favorite-style")
router.register("public/artworks", gallery.PublicGalleryViewSet, basename="api-public-artwork")
router.register("notices", notices.NoticeViewSet, basename="api-notice")
router.register("artworks/trash", trash.TrashedArtworkViewSet, basename="api-artwork-trash")
router.register("galleries/trash", trash.TrashedGalleryViewSet, basename="api-gallery-trash")
router.register("public/galleries", galleries.PublicGalleriesViewSet, basename="api-public-gallery")

open_to_all = {"permission_classes": [Anyone]}
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", template_name="api/docs.html", **open_to_all
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/register/", accounts.RegisterView.as_view(), name="api-register"),
    path("auth/login/", accounts.LoginView.as_view(), name="api-login"),
    path("auth/logout/", accounts.LogoutView.as_view(), name="api-logout"),
    path("events/", events.EventsView.as_view(), name="api-events"),
    path("ws-tickets/", socket_tickets.SocketTicketView.as_view(), name="api-ws-tickets"),
    path("me/", accounts.MeView.as_view(), name="api-me"),
    path("me/avatar/", people.AvatarView.as_view(), name="api-avatar"),
    path("people/<str:name>/", people.PersonView.as_view(), name="api-person"),
    path("likes/<uuid:pk>/", reactions.LikeView.as_view(), name="api-like"),
    path("notices/mail/", notice_mail.NoticeMailView.as_view(), name="api-notice-mail"),
    path("me/usage/", usage.UsageView.as_view(), name="api-usage"),
    path(
        "jobs/<uuid:pk>/development/", revisions.DevelopmentView.as_view(), name="api-development"
    ),
    path("queue/", usage.QueueView.as_view(), name="api-queue"),
    path("estimates/", estimates.EstimateView.as_view(), name="api-estimates"),
    path("transfer/", transfer.TransferView.as_view(), name="api-transfer"),
    path("capabilities/", methods.CapabilitiesView.as_view(), name="api-capabilities"),
    path("public/shares/<slug:token>/", shares.SharedView.as_view(), name="api-shared"),
    path(
        "public/shares/<slug:token>/items/",
        shares.SharedItemsView.as_view(),
        name="api-shared-items",
    ),
    path(
        "public/shares/<slug:token>/file/",
        shares.SharedFileView.as_view(),
        name="api-shared-file",
    ),
    path(
        "public/shares/<slug:token>/materials/",
        shared.SharedMaterialsView.as_view(),
        name="api-shared-materials",
    ),
    path(
        "public/shares/<slug:token>/archive/",
        shared.SharedArchiveView.as_view(),
        name="api-shared-archive",
    ),
    path(
        "public/shares/<slug:token>/unlock/",
        shares.SharedUnlockView.as_view(),
        name="api-shared-unlock",
    ),
    path("verify/", verify.VerifyView.as_view(), name="api-verify"),
    path("methods/", methods.MethodListView.as_view(), name="api-methods"),
    path("methods/<slug:slug>/", methods.MethodView.as_view(), name="api-method"),
    path("licenses/", library.LicenseListView.as_view(), name="api-licenses"),
    path("licenses/evaluate/", library.EvaluationView.as_view(), name="api-evaluation"),
    path("schema/", DocumentView.as_view(**open_to_all), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("", include(router.urls)),
    # The last entry: an unknown address under /api/v1/ gets an error in the form of the API.
    re_path(r"", no_such_address),
]
