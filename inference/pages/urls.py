"""Addresses of the pages and media of inference."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from inference.pages import jobs as views
from inference.pages import operators as operator_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("studio/", views.studio, name="studio"),
    path("studio/license/", views.studio_license, name="studio-license"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/cancel/", views.job_cancel, name="job-cancel"),
    path("jobs/<uuid:pk>/stop/", views.job_stop, name="job-stop"),
    path("jobs/<uuid:pk>/retry/", views.job_retry, name="job-retry"),
    path("jobs/<uuid:pk>/continue/", views.job_continue, name="job-continue"),
    path("jobs/<uuid:pk>/delete/", views.job_delete, name="job-delete"),
    path("batches/<uuid:pk>/", views.batch, name="batch"),
    path("batches/<uuid:pk>/cancel/", views.batch_cancel, name="batch-cancel"),
    path("photos/", views.photos, name="photos"),
    path("photos/<uuid:pk>/delete/", views.photo_delete, name="photo-delete"),
    path("operators/queue/", operator_views.queue, name="operators-queue"),
    path("operators/queue/pause/", operator_views.queue_pause, name="operators-pause"),
    path("operators/queue/resume/", operator_views.queue_resume, name="operators-resume"),
    path("operators/workers/<uuid:pk>/drain/", operator_views.worker_drain, name="operators-drain"),
    path(
        "operators/workers/<uuid:pk>/return/", operator_views.worker_return, name="operators-return"
    ),
    path("media/", include("inference.pages.media_urls")),
]
