"""Settings of the test run: a throwaway data folder, fast hashing, everything in memory."""

import os
import tempfile

# The name keeps the folder, which goes with the process.
os.environ["STYLEWEB_DATA"] = (
    data := tempfile.TemporaryDirectory(prefix="styleweb-test-", ignore_cleanup_errors=True)
).name

from styleweb.settings import *  # noqa: F403
from styleweb.settings import API_LIMITS, DATA_DIR, DATABASES, STATIC_ROOT, STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# The run is one address with few people; the tests of the limits set their own.
API_LIMITS = dict.fromkeys(API_LIMITS, (100_000, 300))
# The server of static files warns when the folder it serves is not there.
STATIC_ROOT.mkdir(exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because threads of a test cannot share a database in memory without locking errors.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    # Nothing in it needs to survive a loss of power, and waiting for the disk takes long.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
