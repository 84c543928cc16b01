"""Settings: one file, with values from the environment. The embedded mode is the default.

Without any variable the site runs on SQLite, a file broker and a channel layer with a Unix socket,
all in one data folder. `DATABASE_URL` and `REDIS_URL` switch to PostgreSQL, Redis and separate
workers. The code is the same.
"""

from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from styleweb.api_settings import *  # noqa: F403
from styleweb.environment import (
    data_dir,
    database,
    debug,
    email_settings,
    former_passport_keys,
    hosts,
    log_level,
    origins,
    part_of_site,
    passport_key,
    redis_url,
    secret_key,
    sender,
    site_address,
    socket_path,
    time_zone,
    trusted_proxies,
)
from styleweb.logs import logging_settings
from styleweb.variables import flag, whole_number, word, words

DATA_DIR = data_dir()
REDIS_URL = redis_url()
EMBEDDED = not REDIS_URL

DEBUG = debug(embedded=EMBEDDED)
SECRET_KEY = secret_key(DATA_DIR, embedded=EMBEDDED)
# Signs the passports in picture files (common/passports.py).
PASSPORT_KEY = passport_key(SECRET_KEY)
PASSPORT_FORMER_KEYS = former_passport_keys()
ALLOWED_HOSTS = hosts(embedded=EMBEDDED)
CSRF_TRUSTED_ORIGINS = origins(embedded=EMBEDDED)

INSTALLED_APPS = [
    "styleweb.apps.StylewebConfig",
    "gallery",
    "inference",
    "library",
    "accounts",
    "common",
    "styleweb.apps.StylewebAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "csp",
]

MIDDLEWARE = [
    "common.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "styleweb.health.HealthChecks",
    "common.private_pages.PrivatePages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sessions.LastSeen",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "styleweb.nul.RefuseNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "common.refusals.RefusalPages",
]

ROOT_URLCONF = "styleweb.urls"
ASGI_APPLICATION = "styleweb.asgi.application"
WSGI_APPLICATION = "styleweb.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [part_of_site("templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.guests.context",
            ]
        },
    }
]

# --- database -----------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": database(DATA_DIR)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN, so two writers wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        # Many writers wait for each other. On a busy machine this takes a long time.
        "timeout": 45,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 8, "timeout": 10}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker, channel layer, cache ---------------------------------------------------------------
if EMBEDDED:
    QUEUE_DIR = DATA_DIR / "queue"
    CONTROL_DIR = DATA_DIR / "control"
    for _folder in (QUEUE_DIR, CONTROL_DIR):
        _folder.mkdir(exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(QUEUE_DIR),
        "data_folder_out": str(QUEUE_DIR),
        "control_folder": str(CONTROL_DIR),
        "polling_interval": 0.2,
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "common.channel_layer.LocalSocketChannelLayer",
            "CONFIG": {"path": str(socket_path(DATA_DIR))},
        }
    }
    CACHES: dict[str, dict[str, object]] = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
else:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # The reaper recovers a lost job, not the redelivery of Celery, so redelivery may be late.
        "visibility_timeout": 3600,
        # A wakeup is sent only once, with a short timeout, because the user who submits a job waits
        # for it. The reaper tries again. CELERY_BROKER_CONNECTION_MAX_RETRIES says how often a
        # worker reconnects to a lost broker.
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "max_retries": 0,
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "common.redis_channel_layer.LastingRedisChannelLayer",
            "CONFIG": {
                # The default of redis-py 8 closes a socket that is idle for five seconds.
                "hosts": [{"address": REDIS_URL, "socket_timeout": 20, "max_connections": 2000}],
                "capacity": 100,
                "expiry": 20,
                "group_expiry": 7200,
            },
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A new worker process loads torch before it reports that it is ready.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 120
CELERY_BEAT_SCHEDULE = {
    "reap-lost-jobs": {"task": "inference.tasks.reap_lost_jobs", "schedule": 5.0},
    "gather-notices": {"task": "gallery.tasks.gather_notices", "schedule": 120.0},
    "mail-notices": {"task": "gallery.tasks.mail_notices", "schedule": 60.0},
    "empty-trash": {"task": "gallery.tasks.empty_trash", "schedule": 3600.0},
    "delete-guests": {"task": "inference.tasks.delete_guests", "schedule": 600.0},
    "refresh-search": {"task": "gallery.tasks.refresh_search", "schedule": 86_400.0},
    "give-looks": {"task": "gallery.tasks.give_looks", "schedule": 60.0},
    "sweep-gone-photos": {"task": "inference.tasks.sweep_gone_photos", "schedule": 86_400.0},
    "sweep-drafts": {"task": "common.tasks.sweep_drafts", "schedule": 86_400.0},
}

# --- accounts -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrEmailBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
PASSWORD_HASHERS = [
    "accounts.passwords.BoundedArgon2Hasher",
    "accounts.passwords.BoundedPBKDF2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.DifferentCharactersValidator"},
]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
# accounts/login_guard.py counts wrong passwords: these limits of allauth lock the owner out.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "change_password": None}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# The mark tells a redirect from a page that needs an account from a click on "Sign in".
LOGIN_URL = format_lazy("{}?asked=1", reverse_lazy("account_login"))
LOGIN_REDIRECT_URL = "studio"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
# EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, ... (styleweb/mail.py warns of mails in the log)
globals().update(email_settings())
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = sender()

# --- API (styleweb/api_settings.py has the rest) ------------------------------------------------
# No JSON body of the API needs more. Photos come as forms.
API_BODY_BYTES = 256 * 1024
TRYING = flag("STYLEWEB_TRYING", default=True)
# (calls, seconds): the calls that are allowed in this time. The count is exact (common/limits.py).
API_LIMITS: dict[str, tuple[int, int]] = {
    "address": (300, 300),
    "person": (1500, 300),
    "token": (600, 300),
    # Wrong passwords: of one account from one address, and of all accounts from one address.
    "login": (10, 900),
    "login_address": (30, 900),
    "email_change": (5, 3600),
    "sign_up": (5, 1800),
    "upload": (60, 1800),
    # Files whose origin is asked for: by one user, or by all visitors of one address.
    "verify": (30, 600),
    "guest": (whole_number("STYLEWEB_GUESTS_AN_HOUR", 300, least=1, most=1_000_000), 3600),
}
# A token expires after this time, unless its owner chooses another one.
API_TOKEN_DAYS = whole_number("STYLEWEB_TOKEN_DAYS", 90, least=1, most=3650)

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [part_of_site("static")]
MEDIA_ROOT = DATA_DIR / "media"
# Media files have no public address: views check each request, and common/media.py sends the file.
STORAGES = {
    "default": {"BACKEND": "common.storage.AtomicFileSystemStorage"},
    "staticfiles": {"BACKEND": "styleweb.static_files.BundledStaticFilesStorage"},
}
# The prefix of an nginx `internal` location. If it is empty, Python sends the bytes.
MEDIA_ACCEL_PREFIX = word(
    "STYLEWEB_MEDIA_ACCEL", "", r"/[\w/-]+/", "a location such as /protected/"
)
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
# The disk space for the photos of one user, including their small versions.
PHOTOS_MAX_BYTES_PER_USER = (
    whole_number("STYLEWEB_PHOTOS_MB", 2000, least=1, most=10_000_000) * 2**20
)
# The disk space for the photos of all people together who try the site without an account.
GUESTS_MAX_BYTES = whole_number("STYLEWEB_GUESTS_MB", 2000, least=1, most=10_000_000) * 2**20
# How many styles of their own a user may have, and the disk space for them.
STYLES_MAX_PER_USER = whole_number("STYLEWEB_OWN_STYLES", 100, most=10_000)
STYLES_MAX_BYTES_PER_USER = (
    whole_number("STYLEWEB_OWN_STYLES_MB", 500, least=1, most=10_000_000) * 2**20
)
# The disk space for the pictures of one user that were uploaded as artworks.
ARTWORKS_MAX_BYTES_PER_USER = (
    whole_number("STYLEWEB_ARTWORKS_MB", 2000, least=1, most=10_000_000) * 2**20
)
# How long deleted artworks and galleries can be restored.
TRASH_DAYS = whole_number("STYLEWEB_TRASH_DAYS", 30, least=1, most=3650)
# How many pictures are decoded or encoded at once on one machine, by kind of work. Each takes one
# processor and up to 1 GiB. SLOT_LINES says how many requests of a kind one process works on or
# lets wait, because each of them occupies one of the few threads of a gunicorn process.
SLOTS: dict[str, int] = {"pictures": 2, "conversions": 1, "archives": 4}
SLOT_LINES: dict[str, int] = (
    {"pictures": 8, "conversions": 4, "archives": 4}
    if EMBEDDED
    else {"pictures": 3, "conversions": 2, "archives": 2}
)
SLOTS_DIR = DATA_DIR / "slots"
# Media files leave this much of the disk free, for the database.
DISK_RESERVE_BYTES = whole_number("STYLEWEB_RESERVE_MB", 200, most=1_000_000) * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o640

# --- painting -----------------------------------------------------------------------------------
STYLEWEB_DEVICE = word(
    "STYLEWEB_DEVICE", "auto", r"auto|cpu|cuda(:[0-9]{1,2})?", "auto, cpu, cuda or cuda:1"
)
STYLEWEB_BACKEND = word("STYLEWEB_BACKEND", "auto", r"auto|torch|onnx", "auto, torch or onnx")
STYLEWEB_ONNX_PROVIDERS = words(
    "STYLEWEB_ONNX_PROVIDERS",
    (),
    r"(CPU|CUDA|Tensorrt|OpenVINO)ExecutionProvider",
    "names of providers, such as CPUExecutionProvider, with commas between them",
)
STYLEWEB_THREADS = whole_number("STYLEWEB_THREADS", 0, most=1024)
# The memory that one painting may use in addition to the loaded networks. 0 means no limit.
STYLEWEB_MEMORY_MB = whole_number("STYLEWEB_MEMORY_MB", 0, most=10_000_000)
# Style codes of pictures, computed at first use. The folder may be emptied at any time.
CODE_DIR = DATA_DIR / "codes"
JOB_LEASE_SECONDS = whole_number("STYLEWEB_LEASE_SECONDS", 15, least=1, most=3600)
JOB_HEARTBEAT_SECONDS = JOB_LEASE_SECONDS / 3
JOB_MAX_ATTEMPTS = 3
# A job that waits longer than this expires and is not painted.
JOB_EXPIRES_HOURS = whole_number("STYLEWEB_EXPIRES_HOURS", 24, least=1, most=10_000)
JOB_DEADLINE_SECONDS = whole_number("STYLEWEB_DEADLINE_SECONDS", 600, least=1, most=86_400)
# A job that takes a CPU longer than this waits for a worker of the queue gpu, if there is one.
JOB_SHORT_SECONDS = whole_number("STYLEWEB_QUICK_SECONDS", 20, least=1, most=86_400)
# The largest number of waiting pictures that the method fast paints in one pass. 0 means that the
# device decides.
JOB_BATCH = whole_number("STYLEWEB_BATCH", 0, most=1024)
# Limits of one user. Jobs above the limit of running jobs wait; above the others they are refused.
JOB_MAX_RUNNING_PER_USER = whole_number("STYLEWEB_MAX_RUNNING", 2, least=1, most=1_000_000)
JOB_MAX_WAITING_PER_USER = whole_number("STYLEWEB_MAX_WAITING", 20, least=1, most=1_000_000)
JOB_MAX_A_DAY_PER_USER = whole_number("STYLEWEB_MAX_A_DAY", 200, least=1, most=1_000_000)
# The limit of all users together.
JOB_MAX_WAITING = whole_number("STYLEWEB_MAX_QUEUE", 500, least=1, most=1_000_000)
# How many of these may belong to people without an account, so that users always have places.
JOB_MAX_WAITING_GUESTS = whole_number("STYLEWEB_MAX_GUESTS_WAITING", 100, least=1, most=1_000_000)

# --- languages ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [part_of_site("locale")]
TIME_ZONE = time_zone()
USE_I18N = True
USE_TZ = True

# --- security -----------------------------------------------------------------------------------
CSRF_FAILURE_VIEW = "styleweb.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
HTTPS = flag("STYLEWEB_HTTPS")
# The proxies that every request passes. Each appends to X-Forwarded-For (common/proxies.py).
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = trusted_proxies(https=HTTPS)
# Where links in mails lead. Requests have no part in it.
SITE_ADDRESS = site_address(ALLOWED_HOSTS, https=HTTPS)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # A health check calls a container without TLS.
    SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # The owner of the whole domain decides about the preload lists of browsers.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LOGGING = logging_settings(log_level())
