"""Addresses of the pages and media of inference."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from inference.pages import (
    batches,
    development,
    jobs,
    operators,
    photos,
    source_fetches,
    studio,
    trying,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("studio/", studio.studio, name="studio"),
    path("studio/license/", studio.studio_license, name="studio-license"),
    path("trying/begin/", trying.trying_begin, name="trying-begin"),
    path("trying/delete/", trying.trying_delete, name="trying-delete"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<uuid:pk>/stop/", jobs.job_stop, name="job-stop"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job-retry"),
    path("jobs/<uuid:pk>/continue/", jobs.job_continue, name="job-continue"),
    path("jobs/<uuid:pk>/delete/", jobs.job_delete, name="job-delete"),
    path("jobs/<uuid:pk>/develop/", development.job_develop, name="job-develop"),
    path("jobs/<uuid:pk>/show/", development.job_show, name="job-show"),
    path("revisions/<uuid:pk>/delete/", development.revision_delete, name="revision-delete"),
    path("batches/<uuid:pk>/", batches.batch, name="batch"),
    path("batches/<uuid:pk>/cancel/", batches.batch_cancel, name="batch-cancel"),
    path("photos/", photos.photos, name="photos"),
    path("photos/<uuid:pk>/delete/", photos.photo_delete, name="photo-delete"),
    path("operators/queue/", operators.queue, name="operators-queue"),
    path("operators/queue/pause/", operators.queue_pause, name="operators-pause"),
    path("operators/queue/resume/", operators.queue_resume, name="operators-resume"),
    path("operators/workers/<uuid:pk>/drain/", operators.worker_drain, name="operators-drain"),
    path("operators/workers/<uuid:pk>/return/", operators.worker_return, name="operators-return"),
    path("operators/test-picture/", operators.test_picture, name="operators-test-picture"),
    path("operators/pictures/", source_fetches.pictures, name="operators-pictures"),
    path(
        "operators/pictures/fetch/",
        source_fetches.pictures_fetch,
        name="operators-pictures-fetch",
    ),
    path(
        "operators/pictures/<uuid:pk>/cancel/",
        source_fetches.pictures_cancel,
        name="operators-pictures-cancel",
    ),
    path("media/", include("inference.pages.media_urls")),
]
