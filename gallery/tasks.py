"""What Celery's beat runs for artworks. On a site without beat, a thread of the server does it."""

from celery import shared_task

from gallery import trash_emptying


@shared_task
def empty_trash() -> None:
    """Delete what was in the trash long enough."""
    trash_emptying.empty_trash()
