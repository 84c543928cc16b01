"""What Celery's beat runs for artworks. On a site without beat, a thread of the server does it."""

from celery import shared_task

from gallery import indexing, looks, notices, trash_emptying
from gallery.mailing import sending


@shared_task
def empty_trash() -> None:
    """Delete what was in the trash long enough."""
    trash_emptying.empty_trash()


@shared_task
def gather_notices() -> None:
    """Tell of batches that are done, of links that end, and of styles that were withdrawn."""
    notices.gather_notices()


@shared_task
def mail_notices() -> None:
    """Send the notices that users get by mail."""
    sending.mail_notices()


@shared_task
def refresh_search() -> None:
    """Bring the search up to date with the styles and artists that curators renamed."""
    indexing.refresh_search()


@shared_task
def give_looks() -> None:
    """Give some pictures of earlier releases the look by which copies are recognized."""
    looks.give_looks()
