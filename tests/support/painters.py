"""Commands of the driver that paint jobs at a given pace, or end sessions."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from inference.live import broadcast
from inference.models import Job
from inference.queue import jobs as job_queue
from inference.services.jobs import cancel_job
from library.models import Style
from tests.support.factories import make_job, make_photo, make_style, make_user

STEPS = 100_000


def begin_steps(*, name: str, jobs: int = 1) -> list[str]:
    """Make running jobs of the person called `name`; return their ids."""
    owner = User.objects.filter(username=name).first() or make_user(name)
    photo = owner.photos.first() or make_photo(owner)
    style = Style.objects.filter(slug="great-wave").first() or make_style()
    now = timezone.now()
    running: dict[str, Any] = {
        "state": "running",
        "stage": "painting",
        "attempt": 1,
        "started_at": now,
    }
    begun = [
        make_job(
            owner,
            photo=photo,
            styles=[style],
            lease=uuid4(),
            lease_until=now + timedelta(hours=1),
            **running,
        )
        for _ in range(jobs)
    ]
    return [str(job.pk) for job in begun]


def paint_steps(*, jobs: list[str], seconds: float, each_second: float) -> dict[str, float]:
    """Paint steps of all `jobs` at this pace; return the time of each, by job and step.

    A step does the same as the worker: it writes the row under the lease and notifies the owner. A
    machine that cannot keep the pace paints fewer steps.
    """
    held = list(Job.objects.filter(pk__in=jobs))
    moments, begun, done = {}, time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        ahead, done = done / each_second, done + 1
        for number, job in enumerate(held):
            # Spread the jobs over the interval, as several workers do.
            due = begun + ahead + number / each_second / len(held)
            time.sleep(max(0.0, due - time.monotonic()))
            moments[f"{job.pk} {done}"] = time.time()
            if not job_queue.record_progress(job, done=done, total=STEPS, stage="painting"):
                raise RuntimeError("the lease is gone")
            broadcast.publish(job.pk)
    return moments


def end_steps(*, jobs: list[str]) -> None:
    """End `jobs`, and notify their owners."""
    for job in Job.objects.filter(pk__in=jobs):
        cancel_job(job=job)


def sign_out(*, session: str) -> None:
    """Sign out this session through the site, as the button in the browser does."""
    client = Client()
    client.cookies["sessionid"] = session
    client.post("/account/logout/", secure=False, headers={"host": "127.0.0.1"})
    if Session.objects.filter(pk=session).exists():
        raise RuntimeError("still signed in")


def close_account(*, name: str) -> None:
    """Close the account of the person called `name`, as an administrator does."""
    person = User.objects.get(username=name)
    person.is_active = False
    person.save(update_fields=["is_active"])
