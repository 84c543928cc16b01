"""The Celery application. It only sends wakeups; the database decides which job is next."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")

app = Celery("styleweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
