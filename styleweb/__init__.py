"""The project: settings, urls, asgi, celery app, API router and health. Wiring only."""

from styleweb.celery import app as celery_app

__all__ = ["celery_app"]
