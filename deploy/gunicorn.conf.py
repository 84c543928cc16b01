"""How gunicorn serves pages and API in production; sockets have their own ASGI process."""

import os

bind = os.environ.get("STYLEWEB_BIND", "0.0.0.0:8000")  # inside its container
workers = int(os.environ.get("STYLEWEB_WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = 4
timeout = 30
# Recycled now and then, staggered, so that a slow leak of any library stays small.
max_requests = 2000
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108  # the heartbeat file must not wait for a disk
