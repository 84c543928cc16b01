"""Inconsistent rows that the database itself must refuse."""

from collections.abc import Callable
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from gallery.models import Artwork
from inference.models import Job, JobStyle, Photo, ProofSheet, ProofTile, Sketch
from library.models import Style
from tests.support.factories import make_job, make_photo, make_sheet, make_sketch, make_style

Write = Callable[[], object]


def answers_to_wrong_rows(owner: User) -> dict[str, str]:
    """Try to write each wrong row for `owner`; return whether the database refused each."""
    photo, style = make_photo(owner), make_style(f"style-{uuid4().hex[:8]}")
    job = make_job(owner, photo=photo, styles=[style])
    Job.objects.filter(pk=job.pk).update(state="canceled", completed_at=timezone.now())
    wrong = {**of_ended_job(job), **of_styles(job, style), **of_people(job, photo, style)}
    return {what: _try(write) for what, write in wrong.items()}


def of_ended_job(job: Job) -> dict[str, Write]:
    """Return wrong changes to a canceled job."""
    row, now = Job.objects.filter(pk=job.pk), timezone.now()
    ongoing = {"completed_at": None}
    return {
        "running without a lease": lambda: row.update(state="running", **ongoing),
        "a lease without running": lambda: row.update(lease=uuid4(), lease_until=now),
        "succeeded without a result": lambda: row.update(state="succeeded"),
        "a result without success": lambda: row.update(result="jobs/result.jpg"),
        "ended at no time": lambda: row.update(**ongoing),
        "ended while it waits": lambda: row.update(state="queued"),
        "fewer attempts than none": lambda: row.update(attempt=-1),
        "fewer steps than none": lambda: row.update(done=-1),
        "a job of nobody": lambda: row.update(owner=0),
        "a second job of one id": lambda: Job.objects.bulk_create([job]),
    }


def of_styles(job: Job, style: Style) -> dict[str, Write]:
    """Return wrong uses and wrong states of a style."""
    row = Style.objects.filter(pk=style.pk)
    again = JobStyle(job=job, style=style, version=1, weight=1.0)
    return {
        "published without a license": lambda: row.update(license=""),
        "published without picture or code": lambda: row.update(image="", code=""),
        "a second style of one address": lambda: Style.objects.bulk_create(
            [Style(slug=style.slug, title="Second", artist=style.artist)]
        ),
        "one style twice in a job": lambda: JobStyle.objects.bulk_create([again]),
        "a style without weight": lambda: JobStyle.objects.filter(job=job).update(weight=0),
    }


def of_people(job: Job, photo: Photo, style: Style) -> dict[str, Write]:
    """Return wrong changes to the rows of a person."""
    same = Photo(owner=photo.owner, sha256=photo.sha256, width=1, height=1, bytes=1)
    tile = ProofTile(photo=photo, style=style, version=1, engine="any")
    make_sheet(photo.owner, photo=photo)
    second = ProofSheet(owner=photo.owner, photo=photo)
    make_sketch(photo=photo, ready=False)
    other = Sketch(owner=photo.owner, photo=photo, key="b", spec={}, parts=[])
    public = Artwork(owner=job.owner, visibility="public")
    return {
        "one photo twice": lambda: Photo.objects.bulk_create([same]),
        "a proof that is neither there nor failed": lambda: ProofTile.objects.bulk_create([tile]),
        "two proof sheets at once": lambda: ProofSheet.objects.bulk_create([second]),
        "two sketches at once": lambda: Sketch.objects.bulk_create([other]),
        "a sketch that is done and not there": lambda: Sketch.objects.filter(photo=photo).update(
            state="succeeded", completed_at=timezone.now(), lease=None
        ),
        "public without a license": lambda: Artwork.objects.bulk_create([public]),
    }


def _try(write: Write) -> str:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return "refused"
    return "accepted"
