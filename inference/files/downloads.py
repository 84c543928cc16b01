"""Downloads of the result of a job, also in other forms, which are made when asked for."""

from functools import partial
from pathlib import PurePosixPath

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from common.conversions import Form, conversion_of, convert, form_of, make_once
from common.media import send_made, send_media
from common.passports import with_provenance
from inference.files.credits import job_caption, job_provenance
from inference.models import Job


def send_result(request: HttpRequest, job: Job) -> HttpResponseBase:
    """Answer with the picture that `job` shows, as a download in the form that the query names.

    Raises Http404 if there is no result, or no such form.
    """
    if "download" not in request.GET or not job.shown_file:
        return send_media(request, job.shown_file, public=False)
    named = f"styleweb-{job.pk.hex[:8]}"
    form = form_of(request.GET, max(job.result_width, job.result_height))
    if form.is_stored(job.shown_file):
        download_as = f"{named}{PurePosixPath(job.shown_file).suffix}"
        return send_media(request, job.shown_file, public=False, download_as=download_as)
    form = form.of_stored(job.shown_file)
    made, make = conversion_of(job.shown_file, form), partial(_make, job, form)
    return send_made(request, made, make, public=False, download_as=f"{named}{form.ending}")


def _make(job: Job, form: Form) -> None:
    """Store the result in another form with its credit; see `make_once`.

    It is in the folder of the job or the revision, and goes when that is swept.
    """

    def make() -> bytes:
        made = convert(job.shown_file, form, job_caption(job))
        return with_provenance(made.data, job_provenance(job), made.look)

    make_once(conversion_of(job.shown_file, form), job.shown_file, str(job.pk), make)
