"""The hand that moves a site under test: `python -m tests.driver`, one JSON line in, one out.

It runs with the site's own settings in a process of its own, so a test of this process can look
at several sites, whatever their databases are.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from inference import queue, tasks  # noqa: E402
from inference.engine.spec import TransferSpec  # noqa: E402
from inference.models import Job, Photo  # noqa: E402
from inference.services.jobs import cancel_job, submit_job  # noqa: E402
from inference.snapshots import job_snapshot  # noqa: E402
from library.models import Style  # noqa: E402
from tests.factories import make_photo, make_style, make_user  # noqa: E402


def submit(*, name: str = "alice", steps: int = 4, size: int = 64) -> str:
    """Submit a job of the person called `name` and return its id."""
    owner = User.objects.filter(username=name).first() or make_user(name)
    photo = Photo.objects.filter(owner=owner).first() or make_photo(owner, (256, 192))
    style = Style.objects.filter(slug="great-wave").first() or make_style()
    spec = TransferSpec(size=size, steps=steps)
    job, _ = submit_job(owner=owner, photo=photo, styles=[(style, 1.0)], spec=spec)
    return str(job.pk)


def sign_in(*, name: str = "alice") -> str:
    """Return the session key of the person called `name`, who is signed in by it."""
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or make_user(name))
    return client.cookies["sessionid"].value


def look(*, job: str) -> dict[str, Any]:
    """Return the snapshot of a job."""
    return dict(job_snapshot(Job.objects.with_parts().get(pk=job)))


def cancel(*, job: str) -> dict[str, Any]:
    """Cancel a job as its owner would and return its snapshot."""
    return dict(job_snapshot(cancel_job(job=Job.objects.get(pk=job))))


def files(*, job: str) -> list[str]:
    """Return the endings of the files that the job has on disk."""
    folder = Path(settings.MEDIA_ROOT) / "jobs" / UUID(job).hex[:2] / job
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


def send_tickets(*, number: int) -> None:
    """Send tickets that no job asked for."""
    for _ in range(number):
        tasks.send_ticket()


def waiting() -> int:
    """Return how many jobs wait."""
    return queue.waiting_count()


COMMANDS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (submit, sign_in, look, cancel, files, send_tickets, waiting)
}


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        close_old_connections()
        try:
            answer = {"value": COMMANDS[request["name"]](**request["arguments"])}
        except Exception as error:  # noqa: BLE001  # the test sees what went wrong
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
