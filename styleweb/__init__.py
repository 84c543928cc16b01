"""The project: settings, URLs, ASGI, Celery app, API router and health. It only connects parts."""

from styleweb.celery import app as celery_app

__all__ = ["celery_app"]
