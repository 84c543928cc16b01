"""Settings of gunicorn for pages and API in production. Sockets have their own ASGI process."""

import os

from styleweb.variables import whole_number

bind = os.environ.get("STYLEWEB_BIND", "0.0.0.0:8000")  # all addresses of its container
workers = whole_number("STYLEWEB_WEB_PROCESSES", 2, least=1, most=256)
# Django reads the headers of proxies (common/proxies.py), and gunicorn believes none.
forwarded_allow_ips = ""
worker_class = "gthread"
# More than may wait for a slot at once (SLOT_LINES), so that pages are always answered.
threads = 8
timeout = 30
# Workers restart after this number of requests, at different times, so that a leak stays small.
max_requests = 2000
max_requests_jitter = 200
# nginx writes the access log, without the tokens of share links.
accesslog = None
worker_tmp_dir = "/dev/shm"  # noqa: S108  # the heartbeat file must not wait for a disk
# Nobody controls a running server, and its home folder is read-only.
control_socket_disable = True
