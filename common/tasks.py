"""What Celery's beat runs for all apps. On a site without beat, a thread of the server does it."""

from celery import shared_task

from common import drafts


@shared_task
def sweep_drafts() -> None:
    """Remove the files that killed processes began to write."""
    drafts.sweep_drafts()
