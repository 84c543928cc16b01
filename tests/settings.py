"""Settings of the test run: a throwaway data folder, fast hashing, everything in memory."""

import os
import tempfile

os.environ["STYLEWEB_DATA"] = os.environ.get("STYLEWEB_TEST_DATA") or tempfile.mkdtemp(
    prefix="styleweb-test-"
)

from styleweb.settings import *  # noqa: F403
from styleweb.settings import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
