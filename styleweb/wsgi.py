"""The WSGI entry point: pages and API in production."""

import os

from django.core.wsgi import get_wsgi_application

from common.sandbox import client as sandbox

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "styleweb.settings")

application = get_wsgi_application()
# Not awaited: it is ready before somebody uploads a photo.
sandbox.start()
