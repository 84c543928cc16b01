"""Drives a site under test: `python -m tests.support.driver` reads and writes JSON lines.

It runs with the site's settings in a separate process, so one test can inspect several sites with
different databases.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from celery.signals import before_task_publish  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections, connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from common.broadcast import thread_loop  # noqa: E402
from gallery.services import keep_artwork, publish_artwork  # noqa: E402
from inference.live import broadcast  # noqa: E402
from inference.live.snapshots.job import job_snapshot  # noqa: E402
from inference.live.snapshots.sheet import proof_snapshot  # noqa: E402
from inference.models import (  # noqa: E402
    DeletedJob,
    Job,
    Photo,
    ProofSheet,
    Worker,
)
from inference.queue.wakeups import send_wakeup  # noqa: E402
from inference.services.jobs import cancel_job, stop_job, submit_job  # noqa: E402
from inference.services.proofs import cancel_proofs, request_proofs  # noqa: E402
from inference.worker import engine  # noqa: E402
from inference.worker.inputs import load_photo, load_style  # noqa: E402
from library.models import Style  # noqa: E402
from library.services import withdraw_style  # noqa: E402
from style_transfer.core.spec import TransferSpec  # noqa: E402
from tests.load.parts import rates  # noqa: E402
from tests.support import painters  # noqa: E402
from tests.support.exhibits import exhibit  # noqa: E402
from tests.support.factories import finished_job, make_photo, make_style, make_user  # noqa: E402
from tests.support.page_visits import furnish  # noqa: E402
from tests.support.wrong_rows import answers_to_wrong_rows  # noqa: E402


def painter_of(name: str) -> tuple[User, Photo]:
    """Return the person called `name` and a photo of theirs; make both if they do not exist."""
    owner = User.objects.filter(username=name).first() or make_user(name)
    return owner, Photo.objects.filter(owner=owner).first() or make_photo(owner, (256, 192))


def submit(*, name: str = "alice", steps: int = 4, size: int = 64, method: str = "optimize") -> str:
    """Submit a job of the person called `name`, painted step by step, and return its id."""
    owner, photo = painter_of(name)
    style = Style.objects.filter(slug="great-wave").first() or make_style()
    spec = TransferSpec(method=method, size=size, steps=steps)
    job, _ = submit_job(owner=owner, photo=photo, styles=[(style, 1.0)], spec=spec)
    return str(job.pk)


def painter(*, name: str) -> str:
    """Make the person called `name`, a photo and a style if absent; return the photo's id."""
    _owner, photo = painter_of(name)
    if not Style.objects.filter(slug="great-wave").exists():
        make_style()
    return str(photo.pk)


def submit_and_roll_back(*, name: str) -> dict[str, int]:
    """Submit a job in a transaction that fails; return the numbers of jobs and wakeups."""
    painter(name=name)
    sent: list[object] = []

    def note(sender: object, **_: object) -> None:
        sent.append(sender)

    before_task_publish.connect(note)
    with suppress(ZeroDivisionError), transaction.atomic():
        submit(name=name)
        raise ZeroDivisionError
    before_task_publish.disconnect(note)
    return {"jobs": len(jobs_of(name=name)), "wakeups": len(sent)}


def jobs_of(*, name: str) -> list[str]:
    """Return the ids of the jobs of the person called `name`, the oldest first."""
    jobs = Job.objects.filter(owner__username=name).order_by("created_at")
    return [str(job.pk) for job in jobs]


def withdraw_other_styles(*, kept: list[str]) -> list[str]:
    """Withdraw the published styles that are not `kept`; return the slugs of those before."""
    published = {style.slug: style for style in Style.objects.filter(state=Style.State.PUBLISHED)}
    for slug in published.keys() - set(kept):
        withdraw_style(style=published[slug])
    return sorted(published)


def break_constraints(*, name: str) -> dict[str, str]:
    """Try to write inconsistent rows one by one; return the database's answers."""
    return answers_to_wrong_rows(make_user(name))


def use_up_the_day(*, name: str, left: int) -> str:
    """Add jobs of today until `left` remain in the person's daily quota; return the photo's id."""
    owner, photo = painter_of(name)
    Job.objects.bulk_create(
        Job(
            owner=owner,
            photo=photo,
            spec=TransferSpec().to_json(),
            state=Job.State.SUCCEEDED,
            result="jobs/gone.jpg",
            completed_at=timezone.now(),
        )
        for _ in range(settings.JOB_MAX_A_DAY_PER_USER - left)
    )
    return str(photo.pk)


def use_up_storage(*, name: str, left: int) -> None:
    """Make the person called `name` with a photo that leaves `left` bytes of storage quota."""
    photo = make_photo(make_user(name))
    photo.bytes = settings.PHOTOS_MAX_BYTES_PER_USER - left - photo.small_bytes
    photo.save(update_fields=["bytes"])


def lose_photo(*, photo: str) -> None:
    """Delete the file of a photo, as a broken disk does."""
    Photo.objects.get(pk=photo).file.delete(save=False)


def let_hours_pass(*, job: str, hours: float) -> None:
    """Move a job, or the record of its deletion, back in time by `hours`."""
    past = timedelta(hours=hours)
    Job.objects.filter(pk=job).update(created_at=F("created_at") - past)
    DeletedJob.objects.filter(job_id=job).update(gone_at=F("gone_at") - past)


def sign_in(*, name: str = "alice") -> str:
    """Sign in the person called `name`; return the session key."""
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or make_user(name))
    return client.cookies["sessionid"].value


def publish_pictures(*, name: str, number: int, width: int, height: int) -> list[str]:
    """Publish pictures of the person called `name`, and return the addresses of their files."""
    owner, _photo = painter_of(name)
    jobs = [finished_job(owner, size=(width, height)) for _ in range(number)]
    kept = [keep_artwork(job=job) for job in jobs]
    for artwork in kept:
        publish_artwork(artwork=artwork, license="CC0-1.0")
    return [reverse("artwork-file", args=[artwork.pk, "full"]) for artwork in kept]


def promote(*, name: str) -> None:
    """Make the person called `name` an administrator."""
    User.objects.filter(username=name).update(is_staff=True, is_superuser=True)


def change_password(*, name: str) -> None:
    """Change the password of the person called `name`."""
    owner = User.objects.get(username=name)
    owner.set_password(uuid4().hex)
    owner.save(update_fields=["password"])


def tell_often(*, job: str, seconds: int, each_second: int) -> int:
    """Publish a job `each_second` times per second; return the number of messages."""
    number = seconds * each_second
    for _ in range(number):
        broadcast.publish(UUID(job))
        time.sleep(1 / each_second)
    return number


def look(*, job: str) -> dict[str, Any]:
    """Return the snapshot of a job."""
    return dict(job_snapshot(Job.objects.with_parts().get(pk=job)))


def report(*, job: str) -> dict[str, Any]:
    """Return the engine's report on a job."""
    return dict(Job.objects.get(pk=job).report)


def serving() -> list[str]:
    """Return the names of the workers that accept work."""
    return sorted(Worker.objects.serving().values_list("name", flat=True))


def painter_at(*, job: str) -> str:
    """Return the name of the worker that paints a job now; empty when none does."""
    # The row of a killed worker still names the job, so the latest beat decides.
    painters = Worker.objects.filter(job=job).order_by("-last_beat")
    return str(painters.values_list("name", flat=True).first() or "")


def ask_for_proofs(*, styles: int, name: str = "alice") -> str:
    """Request proofs of new styles on a photo of the person called `name`; return the sheet's id.

    The styles are new, so that the engine needs a moment to learn each one.
    """
    owner, photo = painter_of(name)
    wanted = [make_style(f"tried-{uuid4().hex[:8]}") for _ in range(styles)]
    return str(request_proofs(owner=owner, photo=photo, styles=wanted).pk)


def look_at_proofs(*, sheet: str) -> dict[str, Any]:
    """Return the snapshot of a proof sheet and the number of its attempts."""
    row = ProofSheet.objects.get(pk=sheet)
    return {**proof_snapshot(row), "attempt": row.attempt}


def cancel_proof_sheet(*, sheet: str) -> dict[str, Any]:
    """Cancel a proof sheet as its owner does and return its snapshot."""
    return dict(proof_snapshot(cancel_proofs(sheet=ProofSheet.objects.get(pk=sheet))))


def proof_files(*, sheet: str) -> int:
    """Return the number of proof files for the sheet's photo."""
    photo = ProofSheet.objects.get(pk=sheet).photo_id
    folder = Path(settings.MEDIA_ROOT) / "proofs" / photo.hex[:2] / str(photo)
    return sum(path.is_file() for path in folder.rglob("*"))


def cancel(*, job: str) -> dict[str, Any]:
    """Cancel a job as its owner does and return its snapshot."""
    return dict(job_snapshot(cancel_job(job=Job.objects.get(pk=job))))


def stop(*, job: str) -> None:
    """Stop a running job as its owner does, who keeps what is painted."""
    stop_job(job=Job.objects.get(pk=job))


def files(*, job: str) -> list[str]:
    """Return the suffixes of the files that the job has on disk."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / UUID(job).hex[:2] / job
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


def standings(*, jobs: list[str]) -> list[dict[str, Any]]:
    """Return for each job its owner, state, attempt, and its start and end times in seconds."""
    rows = Job.objects.filter(pk__in=jobs).select_related("owner")
    return [
        {
            "job": str(row.pk),
            "owner": row.owner.username,
            "state": row.state,
            "attempt": row.attempt,
            "begun": row.started_at.timestamp() if row.started_at else None,
            "ended": row.completed_at.timestamp() if row.completed_at else None,
        }
        for row in rows
    ]


def paint_bare(*, number: int, size: int, name: str) -> float:
    """Paint a person's photo `number` times with the engine alone; return the seconds."""
    _owner, photo = painter_of(name)
    style = load_style(Style.objects.get(slug="great-wave"), "fast")
    picture, spec = load_photo(photo.file), TransferSpec(method="fast", size=size)
    list(engine.stylize(picture, [style], spec))
    began = time.monotonic()
    for _ in range(number):
        list(engine.stylize(picture, [style], spec))
    return time.monotonic() - began


def time_parts(*, number: int) -> dict[str, float]:
    """Return the rates of the queue's parts in calls per second; no worker may run."""
    return rates(number=number)


def send_wakeups(*, number: int) -> None:
    """Send wakeups that belong to no job."""
    for _ in range(number):
        send_wakeup()


def journal_mode() -> str:
    """Return the journal mode of SQLite."""
    with connection.cursor() as cursor:
        return str(cursor.execute("PRAGMA journal_mode").fetchone()[0])


def waiting() -> int:
    """Return the number of waiting jobs."""
    return Job.objects.waiting().count()


COMMANDS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        *(painter, submit, submit_and_roll_back, use_up_the_day, jobs_of, waiting),
        *(use_up_storage, let_hours_pass, lose_photo, withdraw_other_styles),
        *(look, report, painter_at, serving, cancel, stop, files, standings, send_wakeups),
        tell_often,
        *(
            sign_in,
            promote,
            publish_pictures,
            change_password,
            break_constraints,
            journal_mode,
            paint_bare,
            time_parts,
        ),
        *(ask_for_proofs, look_at_proofs, cancel_proof_sheet, proof_files),
        *(painters.begin_steps, painters.paint_steps, painters.end_steps),
        *(painters.sign_out, painters.close_account, exhibit, furnish),
    )
}


def main() -> None:
    """Answer requests until the input ends; send messages in the same way as a worker."""
    thread_loop.open()
    for line in sys.stdin:
        request = json.loads(line)
        close_old_connections()
        try:
            answer = {"value": COMMANDS[request["name"]](**request["arguments"])}
        except Exception as error:  # noqa: BLE001  # the test receives the error
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
