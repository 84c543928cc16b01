"""Addresses of the files of inference; each view checks who may read them."""

from django.urls import path
from django.urls.resolvers import URLPattern

from inference.pages import media as media_views

urlpatterns: list[URLPattern] = [
    path("photos/<uuid:pk>/<slug:variant>/", media_views.photo_file, name="photo-file"),
    path("jobs/<uuid:pk>/preview/<int:version>/", media_views.job_preview, name="job-preview"),
    path("proofs/<uuid:pk>/", media_views.proof_tile, name="proof-tile"),
    path("sketches/<uuid:pk>/", media_views.sketch_file, name="sketch-file"),
    path("jobs/<uuid:pk>/result/", media_views.job_result, name="job-result"),
    path("jobs/<uuid:pk>/painting/", media_views.job_painting, name="job-painting"),
    path("jobs/<uuid:pk>/mask/", media_views.job_mask, name="job-mask"),
    path("revisions/<uuid:pk>/", media_views.revision_file, name="revision-file"),
]
